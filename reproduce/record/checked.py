"""Which results of the record were found right before: digests of their text, and nothing of what it says.

Checking digests takes three times as long as reading, so of a file that has changed only what is new in it is checked.
Values never come from the cache: whoever tampers with it can at worst have his own file's digests
passed over, which he could as well have made anew.
"""

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from reproduce.cache import cache_dir, digest, write_atomically
from reproduce.errors import InvalidInputError

__all__ = ["known", "note"]


def known(path: Path) -> frozenset[str]:
    """Return the digests of what was found right in the file ``path`` by the rules of now."""
    with suppress(InvalidInputError, OSError, ValueError):
        key, *digests = _noted(path).read_text(encoding="ascii").split()
        if key == _key(path):
            return frozenset(digests)
    return frozenset()


def note(path: Path, digests: Iterable[str]) -> None:
    """Remember them in place of those before; where the cache cannot be written all is checked again."""
    with suppress(InvalidInputError, OSError):
        write_atomically(_noted(path), "\n".join([_key(path), *digests]).encode())


def _noted(path: Path) -> Path:
    return cache_dir("checked") / f"{path.stem}.{digest(str(path.resolve()))}"


def _key(path: Path) -> str:
    return digest(_rules(), path.name)


@cache
def _rules() -> str:
    """Return a digest of the code that checks."""
    from reproduce.experiments import registry
    from reproduce.record import files, schema, shape

    return digest(*(Path(str(module.__file__)).read_bytes() for module in (files, schema, shape, registry)))
