"""Which record files were found right before: a digest of a file's bytes in the cache, and nothing of what it says.

Checking digests takes three times as long as reading. Values never come from the cache: whoever tampers with it can
at worst have his own file's digests passed over, which he could as well have made anew.
"""

from contextlib import suppress
from functools import cache
from pathlib import Path

from reproduce.cache import cache_dir, digest, write_atomically
from reproduce.errors import InvalidInputError

__all__ = ["checked", "note"]


def checked(path: Path, content: bytes) -> bool:
    """Return whether these bytes, as the file ``path``, were found right by the rules of now."""
    with suppress(InvalidInputError, OSError, UnicodeDecodeError):
        return _noted(path).read_text(encoding="ascii") == _key(path, content)
    return False


def note(path: Path, content: bytes) -> None:
    """Remember that they were; where the cache cannot be written they are checked again."""
    with suppress(InvalidInputError, OSError):
        write_atomically(_noted(path), _key(path, content).encode())


def _noted(path: Path) -> Path:
    return cache_dir("checked") / f"{path.stem}.{digest(str(path.resolve()))[:12]}"


def _key(path: Path, content: bytes) -> str:
    return digest(_rules(), path.name, content)


@cache
def _rules() -> str:
    """Return a digest of the code that checks."""
    from reproduce.experiments import registry
    from reproduce.record import files, schema, shape

    return digest(*(Path(str(module.__file__)).read_bytes() for module in (files, schema, shape, registry)))
