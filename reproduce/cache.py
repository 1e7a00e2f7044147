"""By-products kept by content: computed once, found by what went into them, never half-written."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import numpy as np
from filelock import FileLock
from platformdirs import user_cache_path

from reproduce.errors import InvalidInputError

__all__ = [
    "BY_PRODUCTS", "arrays", "by_products", "by_products_in", "cache_dir", "digest", "elsewhere", "text",
    "unsealed", "write_atomically", "write_sealed",
]  # fmt: skip

#: The variable that names another folder for what is computed, so that a run may begin with none of it.
BY_PRODUCTS = "REPRODUCE_BY_PRODUCTS"

#: NumPy reads a file's head by ``ast.parse``, which in CPython 3.11 is a SystemError where two threads are at it.
_ONE_READS = Lock()


def cache_dir(*parts: str) -> Path:
    """Return the folder for by-products: ``REPRODUCE_CACHE``, or the user's cache folder; created if absent."""
    root = os.environ.get("REPRODUCE_CACHE")
    return _made((Path(root) if root else user_cache_path("reproduce")).joinpath(*parts))


def by_products(*parts: str) -> Path:
    """Return the folder for what results are computed from: ``REPRODUCE_BY_PRODUCTS``, else the cache; created too."""
    root = os.environ.get(BY_PRODUCTS)
    return _made(Path(root).joinpath(*parts)) if root else cache_dir(*parts)


@contextmanager
def by_products_in(folder: Path) -> Iterator[None]:
    """Keep images, features and the like in that folder, for this process and the workers that it starts."""
    before = os.environ.get(BY_PRODUCTS)
    os.environ[BY_PRODUCTS] = str(folder)
    try:
        yield
    finally:
        os.environ.pop(BY_PRODUCTS)
        if before is not None:
            os.environ[BY_PRODUCTS] = before


def elsewhere() -> str:
    """Name the folder of ``REPRODUCE_BY_PRODUCTS`` for another machine: within its cache, as it is within this one.

    "" where the variable names none.
    """
    if not (root := os.environ.get(BY_PRODUCTS)):
        return ""
    folder, cache = Path(root), cache_dir()
    return str(folder.relative_to(cache) if folder.is_relative_to(cache) else folder)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(
            f"{folder}: the folder for by-products cannot be made ({error.strerror}); name another by REPRODUCE_CACHE"
        ) from None
    return folder


def digest(*parts: object) -> str:
    """Return SHA-256, 64 hex digits, of parts: arrays by dtype, shape and bytes, bytes as they are, others by repr."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            content = np.ascontiguousarray(part)
            head, body = f"array {content.dtype.str} {content.shape}", content.tobytes()
        elif isinstance(part, bytes):
            head, body = "bytes", part
        else:
            head, body = "repr", repr(part).encode()
        sha.update(f"{head} {len(body)}\n".encode())
        sha.update(body)
    return sha.hexdigest()


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file, or its pieces, whole or not at all, whatever kills the process: beside it, synced, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def arrays(kind: str, key: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the array kept under (kind, key), memory-mapped read-only; computed and kept the first time.

    ``key`` must name everything the array depends on: take it from ``digest``. Two processes asking at once
    compute it once. A digest of the file is kept beside it: one that a disk or a hand has changed since, or that has
    none, is computed anew.
    """
    folder = by_products(kind)
    path = folder / f"{key}.npy"
    if (kept := _mapped(path)) is None:
        with FileLock(folder / f"{key}.lock"):
            if (kept := _mapped(path)) is None:
                partial = folder / f".{key}.{os.getpid()}.tmp.npy"
                try:
                    np.save(partial, compute(), allow_pickle=False)
                    write_atomically(_seal(path), _sealed(partial).encode())
                    os.replace(partial, path)
                finally:
                    partial.unlink(missing_ok=True)
                kept = _read(path)
    return kept


def text(kind: str, key: str, compute: Callable[[], str], most: int) -> str:
    """Return the text kept under (kind, key), as `arrays` keeps an array.

    Of all of one kind the ``most`` last made are kept. Where nothing can be kept it is computed each time.
    """
    try:
        path = by_products(kind) / f"{key}.txt"
    except InvalidInputError:
        return compute()
    if (kept := unsealed(path)) is not None:
        return kept
    made = compute()
    with suppress(OSError):
        write_sealed(path, made)
        for old in sorted(path.parent.glob("*.txt"), key=os.path.getmtime)[:-most]:
            old.unlink(missing_ok=True)
    return made


def write_sealed(path: Path, content: str) -> None:
    """Write a text below a line with its digest."""
    write_atomically(path, f"{hashlib.sha256(content.encode()).hexdigest()}\n{content}".encode())


def unsealed(path: Path) -> str | None:
    """Return the text that `write_sealed` wrote; None where there is none, or a disk or a hand has changed it since."""
    with suppress(OSError, UnicodeDecodeError):
        seal, _, content = path.read_bytes().partition(b"\n")
        if seal.decode("ascii") == hashlib.sha256(content).hexdigest():
            return content.decode()
    return None


#: Files that this process found whole -> when they had this time and size.
_WHOLE: dict[Path, tuple[int, int]] = {}


def _mapped(path: Path) -> np.ndarray | None:
    """Return the array of a file; None where there is none, or one that a disk or a hand has damaged."""
    try:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        if _WHOLE.get(path) != stamp:
            if _seal(path).read_text(encoding="ascii") != _sealed(path):
                return None
            _WHOLE[path] = stamp
        return _read(path)
    except (FileNotFoundError, EOFError, ValueError):
        return None


def _seal(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _sealed(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> np.ndarray:
    with _ONE_READS:
        return np.load(path, mmap_mode="r", allow_pickle=False)
