"""Where a data set lies: beside the user's data, or in the cache folder where it was once downloaded."""

import os
from pathlib import Path

from reproduce.archives import ENDINGS
from reproduce.cache import cache_dir
from reproduce.datasets.kinds import CATTLE, COWS, LIONS
from reproduce.datasets.wildlife import classes
from reproduce.errors import DataMissingError

__all__ = ["IMAGE_ENDINGS", "archive", "download_folder", "find", "has_images", "missing", "remedy", "searched"]

IMAGE_ENDINGS = (
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".avif", ".heic", ".heif",
)  # fmt: skip
#: What the publisher's archive unpacks to.
PUBLISHED = {
    LIONS: ("wildlife_reidentification-main",),
    COWS: ("10m32xl88x2b61zlkkgz3fml17",),
    CATTLE: ("2yizcfbkuv4352pzc32n54371r",),
}


def download_folder(name: str) -> Path:
    """Return where a download of the set is kept, whether it is there or not."""
    return cache_dir("datasets") / name


def searched(name: str, root: str | os.PathLike | None = None) -> list[Path]:
    """Return the folders that may hold the set, in the order they are tried, absolute.

    A ``root`` the caller names is the only place: the set's own folder, or one that holds sets under their names.
    Otherwise ``REPRODUCE_DATA``/NAME, there the publisher's own folder, then the folder of downloads.
    """
    if root is not None:
        folder = Path(root).expanduser().resolve()
        holds_sets = any((folder / other).is_dir() for other in (name, *classes()))
        return [folder / name if holds_sets else folder]
    data = os.environ.get("REPRODUCE_DATA")
    beside = [Path(data).expanduser().resolve() / one for one in (name, *PUBLISHED.get(name, ()))] if data else []
    return [*beside, download_folder(name).resolve()]


def archive(name: str, root: str | os.PathLike | None = None) -> Path | None:
    """Return the set's archive, as its publisher calls it or NAME.zip, beside the folder that is sought or in it."""
    entry = classes().get(name)
    files = [f"{name}.zip", *(url.rsplit("/", 1)[-1] for url in (entry.urls if entry else ()))]
    files = [file for file in files if file.lower().endswith(ENDINGS)]
    for folder in searched(name, root):
        for place in (folder, folder.parent):
            for file in files:
                # A name that half of all archives have says nothing outside the set's own folder.
                if (place / file).is_file() and (place == folder or not file.startswith(("main.", "master."))):
                    return place / file
    return None


def has_images(folder: Path) -> bool:
    """Return whether there is an image file anywhere under the folder; stops at the first."""
    return any(
        file.lower().endswith(IMAGE_ENDINGS) and not file.startswith(".")
        for _, _, files in os.walk(folder)
        for file in files
    )


def find(name: str, root: str | os.PathLike | None = None) -> Path | None:
    """Return the first of the searched folders that holds images, or None."""
    return next((folder for folder in searched(name, root) if has_images(folder)), None)


def missing(name: str, root: str | os.PathLike | None = None, why: str = "") -> DataMissingError:
    """Return the one error for a set that is not at hand: what is missing, where it was sought, how to get it."""
    places = ", ".join(str(folder) for folder in searched(name, root))
    how = remedy(name)
    if root is None and "REPRODUCE_DATA" not in os.environ:
        how += ", or set REPRODUCE_DATA to the folder that holds it"
    reason = f" ({why})" if why else ""
    unasked = " when online" if name == LIONS and root is None else ""
    return DataMissingError(f"the images of {name} are missing: looked in {places}{reason}; get them{unasked}: {how}")


def remedy(name: str) -> str:
    """Return the command that gets a set, or what to do where no command can."""
    entry = classes().get(name)
    if entry is not None and entry.via == "hand":
        return f"by hand, as wildlife-datasets describes for {name}"
    account = " (through the kaggle command, with an account)" if entry is not None and entry.via == "kaggle" else ""
    return f"reproduce datasets --get {name}{account}"
