"""Fetching a set through wildlife-datasets into the cache folder: at once noticed offline, whole or not at all."""

import contextlib
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from reproduce.archives import ENDINGS, ArchiveError, unpack
from reproduce.cache import cache_dir, digest
from reproduce.datasets import wildlife
from reproduce.datasets.exports import export
from reproduce.datasets.places import download_folder, has_images, missing
from reproduce.datasets.survey import through_wildlife
from reproduce.downloads import PROBE, STALLED, DownloadError, get, reachable, unlearn
from reproduce.errors import DataMissingError, InvalidInputError, ReproduceError

__all__ = ["fetch", "fetch_unasked", "unpacked"]

#: Seconds for which a failure is recalled.
RECALL = 300.0

_failed: dict[str, tuple[float, str]] = {}


def fetch(name: str) -> Path:
    """Download the set, check that its catalogue can be read, and only then give the folder its name.

    Two processes asking at once download once. What an interrupted download left is removed by the next one and
    never found by ``places.find``. Raises DataMissingError saying why it could not be had.
    """
    entry = wildlife.classes()[name]
    if entry.via == "hand":
        raise missing(name, why="wildlife-datasets cannot download it")
    if entry.via == "kaggle" and shutil.which("kaggle") is None:
        raise missing(name, why="its download needs the kaggle command: python -m pip install kaggle")
    if silent := next((url for url in entry.urls if not reachable(url)), None):
        raise missing(name, why=f"offline: no connection to {urlsplit(silent).hostname} within {PROBE:g} s")
    target = download_folder(name)
    with FileLock(target.with_name(f".{name}.lock")):
        if not has_images(target):
            partial = target.with_name(f".{name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            try:
                _download(name, partial)
                shutil.rmtree(target, ignore_errors=True)
                os.replace(partial, target)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return target


def fetch_unasked(name: str) -> Path:
    """Fetch as ``fetch`` does; recall a failure for five minutes, so that a hundred claims do not each wait for it."""
    when, why = _failed.get(name, (-RECALL, ""))
    if time.monotonic() - when < RECALL:
        raise DataMissingError(why)
    try:
        return fetch(name)
    except DataMissingError as error:
        _failed[name] = (time.monotonic(), str(error))
        raise


def unpacked(name: str, archive: Path) -> Path:
    """Return the folder of a publisher's archive that lies among the user's data, unpacked into the cache once."""
    status = archive.stat()
    key = digest("unpacked", str(archive), status.st_size, status.st_mtime_ns)
    target = cache_dir("unpacked") / f"{name}-{key[:16]}"
    with FileLock(target.with_name(f".{target.name}.lock")):
        if not has_images(target):
            partial = target.with_name(f".{target.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            try:
                unpack(archive, partial)
                os.replace(partial, target)
            except ArchiveError as error:
                raise InvalidInputError(f"{archive}: {error}; fetch it again, or unpack it by hand") from None
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return target


def _download(name: str, folder: Path) -> None:
    kind = wildlife.wildlife_class(name)
    try:
        if plain := wildlife.plain_archives(kind):
            _fetch_and_unpack(name, plain, folder, kind.rmtree)
            through_wildlife(name, folder)
            return
        with _patient(), wildlife.quietly(), _bar_on_terminals_only():
            kind.get_data(str(folder))
            if kind.saved_to_system_folder:
                export(name, None, folder)
            else:
                through_wildlife(name, folder)
    except (DownloadError, ArchiveError) as error:
        by_hand = ""
        if isinstance(error, DownloadError) and "HTTP" in str(error):
            where = os.environ.get("REPRODUCE_DATA") or download_folder(name).parent
            by_hand = f"; fetch it by hand from {wildlife.home(kind)} and put the archive, as it is, into {where}"
        raise missing(name, why=f"the download failed: {error}{by_hand}") from error
    except ReproduceError as error:
        raise missing(name, why=f"what was downloaded is not whole: {error}") from error
    except Exception as error:
        raise missing(name, why=f"the download failed: {type(error).__name__}: {error}") from error


def _fetch_and_unpack(name: str, archives: list[tuple[str, str, str]], folder: Path, unwanted: str | None) -> None:
    """Fetch each (address, archive, folder within the set's own) and unpack it; what is fetched waits in the cache."""
    folder.mkdir(parents=True)
    for url, file, within in archives:
        fetched = get(url, cache_dir("archives", name) / file)
        try:
            if file.lower().endswith(ENDINGS):
                unpack(fetched, folder / within)
            else:
                shutil.copyfile(fetched, folder / file)
        except ArchiveError:
            unlearn(url)
            raise
        finally:  # a damaged archive would be damaged again
            fetched.unlink()
    if unwanted:
        shutil.rmtree(folder / unwanted, ignore_errors=True)


@contextlib.contextmanager
def _patient() -> Iterator[None]:
    """Give up on a server that sends nothing for a minute; urllib by itself waits for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALLED)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


@contextlib.contextmanager
def _bar_on_terminals_only() -> Iterator[None]:
    """Show wildlife-datasets' progress bar on stderr to people, and keep it out of logs."""
    if sys.stderr.isatty():
        yield
        return
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        yield
