"""Fetching a set through wildlife-datasets into the cache folder: at once noticed offline, whole or not at all."""

import contextlib
import os
import shutil
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from reproduce.datasets import wildlife
from reproduce.datasets.exports import export
from reproduce.datasets.places import download_folder, has_images, missing
from reproduce.datasets.survey import through_wildlife
from reproduce.errors import DataMissingError, ReproduceError

__all__ = ["fetch", "fetch_unasked", "reachable"]

#: Seconds for a connection to be made; for a started download to send its next bytes; for a failure to be recalled.
PROBE, STALLED, RECALL = 2.0, 60.0, 300.0

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
    """As ``fetch``; a failure is recalled for five minutes, so that a hundred claims do not each wait for it."""
    when, why = _failed.get(name, (-RECALL, ""))
    if time.monotonic() - when < RECALL:
        raise DataMissingError(why)
    try:
        return fetch(name)
    except DataMissingError as error:
        _failed[name] = (time.monotonic(), str(error))
        raise


def reachable(url: str) -> bool:
    """Whether a connection to the address's host, or to the proxy in its place, is made within two seconds.

    Looking up a name has no time-out of its own, so all of it runs in a thread that is left behind if it hangs.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return True
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(host):
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}", scheme="http")
    port = parts.port or {"https": 443, "ftp": 21}.get(parts.scheme, 80)
    answered = threading.Event()

    def knock() -> None:
        with contextlib.suppress(OSError), socket.create_connection((parts.hostname or "", port), timeout=PROBE):
            answered.set()

    thread = threading.Thread(target=knock, daemon=True)
    thread.start()
    thread.join(PROBE)
    return answered.is_set()


def _download(name: str, folder: Path) -> None:
    kind = wildlife.wildlife_class(name)
    try:
        with _patient(), wildlife.quietly(), _bar_on_terminals_only():
            kind.get_data(str(folder))
            if kind.saved_to_system_folder:
                export(name, None, folder)
            else:
                through_wildlife(name, folder)
    except ReproduceError as error:
        raise missing(name, why=f"what was downloaded is not whole: {error}") from error
    except Exception as error:
        raise missing(name, why=f"the download failed: {type(error).__name__}: {error}") from error


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
    """wildlife-datasets shows a progress bar on stderr: kept for people, not for logs."""
    if sys.stderr.isatty():
        yield
        return
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        yield
