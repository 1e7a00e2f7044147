"""Errors a user can meet: one line each, saying what is wrong, where, and what to do."""

import errno
import unicodedata
from collections.abc import Iterable

#: What the system and libraries say where there is no memory.
_NO_MEMORY = ("can't start new thread", "failed to map segment", "Cannot allocate memory", "Insufficient memory")


def one_line(text: str) -> str:
    """Return the text with every character that is not printable written out, as in Python, whatever a stranger put in.

    These break the line, move the cursor, turn the reading direction around, cannot be encoded, or are seen by nobody.
    """
    if text.isprintable():
        return text
    return "".join(one if _seen(one) else one.encode("unicode_escape").decode() for one in text)


def _seen(one: str) -> bool:
    """Return whether a character is printable, or a blank of some script."""
    return one.isprintable() or unicodedata.category(one) == "Zs"


class ReproduceError(Exception):
    """Base of every error that is shown to the user as one line, without a traceback."""

    def __str__(self) -> str:
        return one_line(super().__str__())


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


def of_system(error: OSError) -> str:
    """Say in one line what the system would not do: the file, its reason, and what helps against that."""
    cure = "--debug shows where it came from: reproduce --debug ..."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        cure = "make room, and run the same command again"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        cure = "see to its permissions, or name a folder of your own (REPRODUCE_CACHE for by-products, or --output)"
    where = f"{error.filename}: " if error.filename else ""
    return one_line(f"{where}{error.strerror or error}; {cure}")


def short_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out: Python's, or what the system and OpenCV say of it."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY)


def of_memory(error: Exception) -> str:
    """Say in one line what ran out: of a page of a library's own words the few that say it."""
    said = next((words for words in _NO_MEMORY if words in str(error)), "") if len(str(error)) > 100 else str(error)
    cure = "give it more (ulimit -v, the job's limit) or smaller pictures; what was finished is kept"
    return f"memory ran out ({one_line(said) or 'no more to be had'}); {cure}"


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Ask "did you mean X or Y?", the known names close to a mistyped one in any case; else say ``otherwise``."""
    import difflib

    lowered = {entry.lower(): entry for entry in known}
    close = [lowered[match] for match in difflib.get_close_matches(name.lower(), lowered, n=3, cutoff=0.65)]
    return f"did you mean {' or '.join(close)}?" if close else otherwise
