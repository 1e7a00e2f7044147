"""What lies below a user's folder: regular files alone, and what was passed over, by name."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reproduce.datasets.places import IMAGE_ENDINGS
from reproduce.errors import InvalidInputError, of_system

__all__ = ["Tree", "tree"]

#: Beside photographs these say nothing about an animal.
_HARMLESS = frozenset([
    ".txt", ".md", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".toml", ".ini", ".db", ".log", ".npy",
    ".npz", ".html", ".xlsx", ".xls", ".ods", ".docx", ".pdf", ".xmp", ".gpx", ".kml", ".py", ".sh", ".zip",
    ".lock", ".r", ".rdata", ".sqlite", ".geojson", ".shp", ".dbf", ".bak",
])  # fmt: skip


@dataclass
class Tree:
    """``files``: every regular file, relative path with "/" -> (bytes, modification time in ns), hidden ones too.

    ``links``: links that leave the folder, or to a folder of it; ``devices``: pipes, sockets and devices. None of
    these is opened.
    """

    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)

    @property
    def photographs(self) -> list[str]:
        """The image files, sorted; hidden ones and a Mac's copies apart."""
        return sorted(path for path in self.files if _seen(path) and path.lower().endswith(IMAGE_ENDINGS))

    def notes(self) -> list[str]:
        """Return a line for each kind of thing that was passed over."""
        others = [path for path in sorted(self.files) if _seen(path) and not _known(path)]
        said = []
        if others:
            kinds = Counter(os.path.splitext(path)[1].lower() or "without an ending" for path in others)
            listed = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
            said.append(f"{_files(others)} of a kind that is not read ({listed}), such as {others[0]}")
        if self.links:
            said.append(
                f"{_files(self.links, 'link')} out of the folder or in a circle, not followed: {_some(self.links)}"
            )
        if self.devices:
            said.append(f"{_files(self.devices)} that are no regular files, not opened: {_some(self.devices)}")
        return said


def tree(root: Path) -> Tree:
    """List a folder, however deep. Raises InvalidInputError, in one line, for a folder that cannot be opened."""
    found, pending, real = Tree(), [(str(root), "")], os.path.realpath(root)
    while pending:
        folder, above = pending.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    _add(found, pending, entry, above + entry.name, real)
        except OSError as error:
            raise InvalidInputError(of_system(error)) from None
    found.links.sort()
    return found


def _add(found: Tree, pending: list[tuple[str, str]], entry: os.DirEntry, relative: str, real: str) -> None:
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        inside = os.path.commonpath([target, real]) == real
        if not os.path.exists(target):
            return  # it points nowhere: there is nothing to miss
        if not inside or os.path.isdir(target):
            found.links.append(relative)
            return
    if entry.is_dir():
        pending.append((entry.path, f"{relative}/"))
    elif entry.is_file():
        status = entry.stat()
        found.files[relative] = (status.st_size, status.st_mtime_ns)
    else:
        found.devices.append(relative)


def _seen(path: str) -> bool:
    return not any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _known(path: str) -> bool:
    return (
        path.lower().endswith(IMAGE_ENDINGS)
        or os.path.splitext(path)[1].lower() in _HARMLESS
        or (os.path.basename(path).lower() in ("thumbs.db", "desktop.ini", "readme", "licence", "license", "icon\r"))
    )


def _files(found: Sequence[str], noun: str = "file") -> str:
    return f"{len(found):,} {noun}{'' if len(found) == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
