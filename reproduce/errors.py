"""Errors a user can meet: one line each, saying what is wrong, where, and what to do."""

from collections.abc import Iterable


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


class ClaimsMissingError(InvalidInputError):
    """The folder called from holds no claims. The message names where they were sought."""


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Asks "did you mean X or Y?", the known names close to a mistyped one in any case; else says ``otherwise``."""
    import difflib

    lowered = {entry.lower(): entry for entry in known}
    close = [lowered[match] for match in difflib.get_close_matches(name.lower(), lowered, n=3, cutoff=0.65)]
    return f"did you mean {' or '.join(close)}?" if close else otherwise
