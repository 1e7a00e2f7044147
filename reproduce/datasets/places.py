"""Where a data set lies: beside the user's data, or in the cache folder where it was once downloaded."""

import os
from pathlib import Path

from reproduce.cache import cache_dir
from reproduce.datasets.kinds import LIONS
from reproduce.datasets.wildlife import classes
from reproduce.errors import DataMissingError

__all__ = ["IMAGE_ENDINGS", "download_folder", "find", "has_images", "missing", "remedy", "searched"]

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".heic")


def download_folder(name: str) -> Path:
    """Where a download of the set is kept, whether it is there or not."""
    return cache_dir("datasets") / name


def searched(name: str, root: str | os.PathLike | None = None) -> list[Path]:
    """The folders that may hold the set, in the order they are tried, absolute.

    A ``root`` the caller names is the only place: the set's own folder, or one that holds sets under their names.
    Otherwise ``REPRODUCE_DATA``/NAME, then the folder of downloads.
    """
    if root is not None:
        folder = Path(root).expanduser().resolve()
        holds_sets = any((folder / other).is_dir() for other in (name, *classes()))
        return [folder / name if holds_sets else folder]
    data = os.environ.get("REPRODUCE_DATA")
    beside = [Path(data).expanduser().resolve() / name] if data else []
    return [*beside, download_folder(name).resolve()]


def has_images(folder: Path) -> bool:
    """Whether there is an image file anywhere under the folder; stops at the first."""
    return any(
        file.lower().endswith(IMAGE_ENDINGS) and not file.startswith(".")
        for _, _, files in os.walk(folder)
        for file in files
    )


def find(name: str, root: str | os.PathLike | None = None) -> Path | None:
    """The first of the searched folders that holds images, or None."""
    return next((folder for folder in searched(name, root) if has_images(folder)), None)


def missing(name: str, root: str | os.PathLike | None = None, why: str = "") -> DataMissingError:
    """The one error for a set that is not at hand: what is missing, where it was sought, how to get it."""
    places = ", ".join(str(folder) for folder in searched(name, root))
    how = remedy(name)
    if root is None and "REPRODUCE_DATA" not in os.environ:
        how += ", or set REPRODUCE_DATA to the folder that holds it"
    reason = f" ({why})" if why else ""
    unasked = " when online" if name == LIONS and root is None else ""
    return DataMissingError(f"the images of {name} are missing: looked in {places}{reason}; get them{unasked}: {how}")


def remedy(name: str) -> str:
    """The command that gets a set, or what to do where no command can."""
    entry = classes().get(name)
    if entry is not None and entry.via == "hand":
        return f"by hand, as wildlife-datasets describes for {name}"
    account = " (through the kaggle command, with an account)" if entry is not None and entry.via == "kaggle" else ""
    return f"reproduce datasets --get {name}{account}"
