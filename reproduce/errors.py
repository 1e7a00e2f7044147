"""Errors a user can meet: one line each, saying what is wrong, where, and what to do."""


class ReproduceError(Exception):
    """Base of every error that is shown to the user as one line, without a traceback."""


class DataMissingError(ReproduceError):
    """A data set is not at hand. The message names what is missing, where it was sought and how to get it."""


class WeightsMissingError(ReproduceError):
    """Pretrained weights are not at hand. The message names what is missing and how to get it."""


class RecordError(ReproduceError):
    """A record file is damaged or was edited by hand. The message names the file and the field."""


class InvalidInputError(ReproduceError, ValueError):
    """Input that no answer can be computed from: also a ValueError, as NumPy and scikit-learn users expect."""
