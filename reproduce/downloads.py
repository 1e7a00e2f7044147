"""A file from the network: resumed where it was cut off, verified, and put in place whole or not at all."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock

from reproduce.cache import cache_dir, digest, write_atomically
from reproduce.errors import ReproduceError
from reproduce.progress import track

__all__ = ["PROBE", "STALLED", "DownloadError", "get", "reachable", "unlearn"]

#: Bytes read at a time, and how often a cut-off download goes on.
CHUNK, ATTEMPTS = 2**20, 4
#: Seconds for a connection to be made; for a started download to send its next bytes.
PROBE, STALLED = 2.0, 60.0


class DownloadError(ReproduceError):
    """A file could not be fetched. The message says why; what of it is here is kept where it can be gone on with."""


def get(url: str, target: Path, expected: str = "") -> Path:
    """Fetch ``url`` to the file ``target``, unless it is there, and return it.

    ``expected`` is the publisher's digest, "md5:..." or "sha256:...". Without one the SHA-256 of a first download is
    remembered, and a later one that differs is refused. Two processes asking at once download once. A download that is
    cut off goes on where it was, now or when it is asked for again. Raises DownloadError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    with FileLock(target.with_name(f".{target.name}.lock")):
        if target.is_file():
            return target
        if not reachable(url):
            raise DownloadError(f"offline: no connection to {urlsplit(url).hostname} within {PROBE:g} s")
        try:
            _fetch(url, partial)
            _verify(url, partial, expected)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                _forget(partial)
                raise DownloadError(f"{url}: the disk of {target.parent} is full; make room") from None
            raise DownloadError(f"{url}: {_said(error)}") from None
        os.replace(partial, target)
        _forget(partial)
    return target


def reachable(url: str) -> bool:
    """Return whether a connection to the address's host, or the proxy in its place, is made within two seconds.

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


def _fetch(url: str, partial: Path) -> None:
    """Read to the end, going on after a cut as often as ATTEMPTS says."""
    for attempt in range(ATTEMPTS):
        try:
            if _read(url, partial):
                return
        except urllib.error.HTTPError as error:
            _forget(partial)
            moved = ": it was moved or taken away" if error.code in (403, 404, 410) else ""
            raise DownloadError(f"{url}: HTTP {error.code} {error.reason}{moved}") from None
        except (TimeoutError, ConnectionError) as error:
            if attempt == ATTEMPTS - 1:
                raise DownloadError(f"{url}: {_said(error)}; {_so_far(partial)}") from None
        time.sleep(0.2 * attempt)
    raise DownloadError(f"{url}: cut off {ATTEMPTS} times; {_so_far(partial)}")


def _read(url: str, partial: Path) -> bool:
    """Make one request for what is lacking; return whether the file is whole. What changed meanwhile is begun again."""
    tag = partial.with_suffix(".tag")
    here = partial.stat().st_size if partial.is_file() and tag.is_file() else 0
    headers = {"User-Agent": "reproduce"}
    if here:
        headers |= {"Range": f"bytes={here}-", "If-Range": tag.read_text(encoding="utf-8")}
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=STALLED)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        _forget(partial)  # what is here is no part of it
        return False
    with contextlib.closing(answer):
        resumed = getattr(answer, "status", None) == 206
        if not resumed:
            _forget(partial)
        validator = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        if validator and not validator.startswith("W/"):
            tag.write_text(validator, encoding="utf-8")
        start = here if resumed else 0
        length = answer.headers.get("Content-Length")
        total = None if length is None else start + int(length)
        if total is not None and total - start > shutil.disk_usage(partial.parent).free:
            raise OSError(errno.ENOSPC, "no room")
        with partial.open("ab" if resumed else "wb") as file:
            for chunk in track(_chunks(answer), -(-(total or 0) // CHUNK) or 1, f"fetching {Path(url).name}"):
                file.write(chunk)
        return total is None or partial.stat().st_size == total


def _chunks(answer: Any) -> Iterator[bytes]:
    import http.client

    while True:
        try:
            chunk = answer.read(CHUNK)
        except http.client.IncompleteRead as cut:
            chunk = cut.partial
        if not chunk:
            return
        yield chunk


def _verify(url: str, partial: Path, expected: str) -> None:
    kind, _, wanted = (expected or f"sha256:{_seen(url)}").partition(":")
    with partial.open("rb") as stream:
        found = hashlib.file_digest(stream, kind).hexdigest()
    if not wanted:
        write_atomically(
            _book(url), json.dumps({"url": url, "sha256": found, "bytes": partial.stat().st_size}).encode()
        )
    elif found != wanted:
        size = partial.stat().st_size
        _forget(partial)
        whose = "its publisher's" if expected else f"that of its first download, which {_book(url)} keeps: remove that"
        raise DownloadError(
            f"{url}: {size:,} bytes with the {kind} {found[:12]}…, which is not {whose} ({wanted[:12]}…)"
        )


def _book(url: str) -> Path:
    return cache_dir("seen") / f"{digest(url)[:32]}.json"


def _seen(url: str) -> str:
    """Return the SHA-256 of the first download from there, "" if there was none."""
    try:
        return str(json.loads(_book(url).read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError):
        return ""


def unlearn(url: str) -> None:
    """Forget what the first download from there was: it proved to be damaged."""
    _book(url).unlink(missing_ok=True)


def _forget(partial: Path) -> None:
    for path in (partial, partial.with_suffix(".tag")):
        path.unlink(missing_ok=True)


def _so_far(partial: Path) -> str:
    here = partial.stat().st_size if partial.is_file() else 0
    return f"{here:,} bytes are here, and the same command goes on from there"


def _said(error: OSError) -> str:
    reason = getattr(error, "reason", None) or error.strerror or error
    return " ".join(str(getattr(reason, "strerror", None) or reason).split()) or type(error).__name__
