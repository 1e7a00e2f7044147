"""What `match` writes: a table with a line for each photograph, and a page to decide by."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np

from reproduce import outputs
from reproduce.animals.evaluation import Figure
from reproduce.animals.matching import TOP, Matches, Settings
from reproduce.animals.newcomers import titled
from reproduce.cache import digest
from reproduce.datasets import Catalogue
from reproduce.datasets.photographs import HEIGHT
from reproduce.datasets.thumbnails import address, small
from reproduce.outputs import MADE_BY
from reproduce.progress import track
from reproduce.report.templating import environment
from reproduce.text import excel_safe, many

__all__ = ["is_own_table", "table", "write_page"]

#: The last column: it holds a digest of all the others, by which a table is known for one that nobody changed.
MARK = "made_by_reproduce_match"
#: Pixels along a picture's longer side, and places drawn of a pair.
SIDE, DRAWN = 240, 40
#: A first candidate from this probability on, or none from it on, needs no second look.
SURE = 0.9


def table(new: Catalogue, catalogue: Catalogue, found: Matches, safe: bool) -> bytes:
    """Return the lines: photograph, who it is or none of these, then each candidate with all that speaks for it."""
    kinds = ("candidate", "score", "probability", "nearest", "agreeing")
    head = [f"{kind}_{place}" for place in range(1, found.candidates.shape[1] + 1) for kind in kinds]
    lines: list[list[str]] = [["photograph", "answer", "none_of_these", "probability_none", *head]]
    clean = excel_safe if safe else str
    for row, path in enumerate(new.paths.tolist()):
        cells: list[str] = []
        for place, animal in enumerate(found.candidates[row].tolist()):
            there = found.nearest[row, place] >= 0
            picture = clean(str(catalogue.paths[found.nearest[row, place]])) if there else ""
            agreeing = str(len(found.places[row, place])) if (row, place) in found.places else ""
            name = clean(str(found.animals[animal]))
            score, chance = f"{found.similarity[row, place]:.6g}", f"{found.probabilities[row, place]:.4f}"
            cells += [name, score, chance, picture, agreeing]
        answer = "" if found.refused[row] else clean(str(found.animals[found.candidates[row, 0]]))
        refused = "yes" if found.refused[row] else "no"
        lines.append([clean(path), answer, refused, f"{found.none[row]:.4f}", *cells])
    text, mark = io.StringIO(), _mark(lines)
    csv.writer(text, lineterminator="\n").writerows(
        [*line, mark if number else MARK] for number, line in enumerate(lines)
    )
    return text.getvalue().encode()


def is_own_table(path: Path) -> bool:
    """Return whether a table is as `table` wrote it: a cell, a line or a column of the user's makes it the user's."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error):
        return False
    if len(lines) < 2 or any(len(line) != len(lines[0]) for line in lines) or lines[0][-1] != MARK:
        return False
    return {line[-1] for line in lines[1:]} == {_mark([line[:-1] for line in lines])}


def _mark(lines: list[list[str]]) -> str:
    return digest(lines)[:16]


def write_page(
    path: Path,
    new: Catalogue,
    catalogue: Catalogue,
    found: Matches,
    settings: Settings,
    figures: Sequence[Figure],
    warnings: Sequence[str],
) -> None:
    """Write the page: each photograph, its candidates with their nearest pictures, and where the two agree.

    It is written as it is made: neither its rows nor its pictures are held in memory.
    """
    refused = int(found.refused.sum())
    doubt = sum(_doubtful(found, row) for row in range(len(new)))
    counts = {"all": len(new), "doubt": doubt, "matched": len(new) - refused, "none": refused}
    made = environment("reproduce.animals", many=many, percent=lambda value: f"{100 * value:.1f}")
    with TemporaryFile("w+", encoding="ascii") as file:
        shown = _Pictures(file)
        rows = (_row(new, catalogue, found, shown, row) for row in track(range(len(new)), len(new), "drawing the page"))
        pieces = made.get_template("match.html").generate(
            title=titled(new), catalogue=titled(catalogue), made_by=MADE_BY, rows=rows, counts=counts,
            settings=settings, figures=figures, warnings=warnings, pictures=shown, top=TOP,
            animals=len(found.animals), images=len(catalogue), threshold=found.calibration.threshold,
        )  # fmt: skip
        outputs.write(path, (piece.encode() for piece in pieces))


def _row(new: Catalogue, catalogue: Catalogue, found: Matches, shown: "_Pictures", row: int) -> dict[str, Any]:
    query = shown.index(new, row)
    return {
        "name": _short(new, row),
        "picture": query,
        "none": float(found.none[row]),
        "refused": bool(found.refused[row]),
        "doubt": _doubtful(found, row),
        "candidates": [
            _candidate(catalogue, found, shown, row, place, query) for place in range(found.candidates.shape[1])
        ],
    }


class _Pictures:
    """Thumbnails as addresses, each once, however often it is shown; kept in a file, a line each."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.sizes: list[tuple[int, int]] = []
        self._places: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        """Return the addresses of all that were asked for."""
        self._file.seek(0)
        return (line.rstrip("\n") for line in self._file)

    def index(self, of: Catalogue, row: int) -> int:
        """Return the number of an image's thumbnail."""
        path = str(of.paths[row])
        if path not in self._places:
            picture, size = small(path, SIDE)
            self._places[path] = len(self.sizes)
            self._file.write(f"{address(picture)}\n")
            self.sizes.append(size)
        return self._places[path]


def _candidate(
    catalogue: Catalogue, found: Matches, shown: "_Pictures", row: int, place: int, query: int
) -> dict[str, Any]:
    nearest, places = int(found.nearest[row, place]), found.places.get((row, place))
    picture = shown.index(catalogue, nearest) if nearest >= 0 else None
    return {
        "name": str(found.animals[found.candidates[row, place]]),
        "probability": float(found.probabilities[row, place]),
        "picture": picture,
        "file": Path(str(catalogue.paths[nearest])).name if nearest >= 0 else "",
        "agreeing": None if places is None else len(places),
        "places": [] if places is None or picture is None else _drawn(places, shown.sizes[query], shown.sizes[picture]),
    }


def _drawn(places: np.ndarray, one: tuple[int, int], other: tuple[int, int]) -> list[list[float]]:
    """Return places that agree, as fractions of each image's width and height: they were found at HEIGHT pixels."""
    (width, height), (other_width, other_height) = one, other
    scale = np.array([HEIGHT * width / height, HEIGHT, HEIGHT * other_width / other_height, HEIGHT])
    return np.clip(places[:DRAWN] / scale, 0, 1).round(3).tolist()


def _doubtful(found: Matches, row: int) -> bool:
    return bool(max(float(found.none[row]), float(found.probabilities[row, 0])) < SURE)


def _short(new: Catalogue, row: int) -> str:
    root, path = Path(new.name), Path(str(new.paths[row]))
    return str(path.relative_to(root)) if path.is_relative_to(root) and path != root else path.name
