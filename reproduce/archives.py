"""Unpacking what strangers packed: nothing outside the folder, no link, no bomb, and room for it looked for first."""

import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from reproduce.errors import ReproduceError

__all__ = ["ENDINGS", "ArchiveError", "unpack"]

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
#: An archive that grows by more than this is a bomb; photographs hardly grow. What is smaller than SMALL may.
RATIO, SMALL = 50, 2**28


class ArchiveError(ReproduceError):
    """An archive was not unpacked. The message says why."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a .zip or a tar into ``folder``, made if absent. Raises ArchiveError, before or after anything is written.

    After an error the folder may hold a part: give one of your own, and take it only when this has returned.
    """
    try:
        if archive.name.lower().endswith(".zip"):
            _unzip(archive, folder)
        else:
            _untar(archive, folder)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        NotImplementedError,
        ValueError,
        RuntimeError,
    ) as error:
        raise ArchiveError(f"{archive.name} is no whole archive ({' '.join(str(error).split())})") from None
    except OSError as error:
        raise ArchiveError(f"{archive.name} cannot be unpacked into {folder} ({error.strerror or error})") from None


def _unzip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        members = file.infolist()
        links = [one.filename for one in members if stat.S_ISLNK(one.external_attr >> 16)]
        _check(archive, folder, [one.filename for one in members], sum(one.file_size for one in members), links)
        file.extractall(folder)


def _untar(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as file:
        members = file.getmembers()
        links = [one.name for one in members if not (one.isfile() or one.isdir())]
        _check(archive, folder, [one.name for one in members], sum(one.size for one in members), links)
        file.extractall(folder, filter="data")


def _check(archive: Path, folder: Path, names: Iterable[str], size: int, links: list[str]) -> None:
    for name in names:
        if not name:
            raise ArchiveError(f"{archive.name} holds a member without a name; nothing was unpacked")
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
            raise ArchiveError(f"{archive.name} would write outside its folder ({name!r}); nothing was unpacked")
    if links:
        raise ArchiveError(f"{archive.name} holds a link ({links[0]!r}); nothing was unpacked")
    packed = archive.stat().st_size
    if size > max(SMALL, RATIO * packed):
        raise ArchiveError(f"{archive.name} of {packed:,} bytes would become {size:,}; nothing was unpacked")
    folder.mkdir(parents=True, exist_ok=True)
    if size > (free := shutil.disk_usage(folder).free):
        raise ArchiveError(f"{archive.name} needs {size:,} bytes and the disk of {folder} has {free:,}; make room")
