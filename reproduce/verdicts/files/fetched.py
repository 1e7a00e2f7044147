"""Claims and record for those who have the package alone: the archive of a release, whose digest the package holds.

Claims are Python and are run when they are judged, so nothing is unpacked that is not what the release published.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

import reproduce
from reproduce.archives import unpack
from reproduce.cache import cache_dir
from reproduce.downloads import get
from reproduce.errors import InvalidInputError
from reproduce.verdicts.files import lines

__all__ = ["BAKED", "VARIABLE", "fetch", "home"]

#: The file of the package that a release's build writes the archive's address and digest into.
BAKED = "_claims.txt"
#: Names another archive, in the same words.
VARIABLE = "REPRODUCE_CLAIMS"
#: The folder that commands look for claims in, and an archive has them in.
FOLDER = Path("claims")


def fetch() -> Path:
    """Return the folder of the release's claims, fetched unless it is here already: whole and verified, or not at all.

    Raises InvalidInputError where the package knows no release, DownloadError and ArchiveError as they say.
    """
    if (source := _source()) is None:
        raise InvalidInputError(
            "no release built this package, so it knows no archive of claims; call this from the project's root, "
            f"or name one: {VARIABLE}='URL sha256:DIGEST'"
        )
    url, digest = source
    place = _place(digest)
    with FileLock(place.with_suffix(".lock")):
        if not place.is_dir():
            archive = get(url, place.with_suffix(".tar.gz"), digest)
            with tempfile.TemporaryDirectory(dir=place.parent) as folder:
                whole = Path(folder, "whole")
                unpack(archive, whole)
                if not (whole / FOLDER / lines.FILE).is_file():
                    raise InvalidInputError(f"{url}: the archive holds no {FOLDER / lines.FILE}; name another")
                os.replace(whole, place)
            archive.unlink()
    return place / FOLDER


def home(folder: Path) -> Path:
    """Return the folder of claims: the one named, or the release's where there is none here and they were fetched."""
    if folder != FOLDER or folder.is_dir() or (source := _source()) is None or not _place(source[1]).is_dir():
        return folder
    print(f"reproduce: no claims here; those of {_place(source[1])}", file=sys.stderr)
    return _place(source[1]) / FOLDER


def _place(digest: str) -> Path:
    return cache_dir("claims") / digest.removeprefix("sha256:")[:16]


def _source() -> tuple[str, str] | None:
    """Return the archive's address and digest, by the environment or by the package; None where neither names one."""
    baked = Path(reproduce.__file__).with_name(BAKED)
    text = os.environ.get(VARIABLE) or (baked.read_text(encoding="utf-8") if baked.is_file() else "")
    if not text:
        return None
    url, _, digest = text.strip().rpartition(" ")
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest) or "://" not in url:
        raise InvalidInputError(f"{VARIABLE}: {text.strip()!r} is not 'URL sha256:DIGEST', 64 hex digits of it")
    return url.strip(), digest
