"""The rows that would decide what printed a table, read from ``decides.toml``, and which explanations they leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import find
from reproduce.running.loading import load_all
from reproduce.running.request import Request
from reproduce.text import shaped, toml
from reproduce.verdicts.files.once import once
from reproduce.verdicts.judging.judge import from_seeds
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.plugin.answers import Source
from reproduce.verdicts.plugin.fixture import seeds_for

__all__ = ["FILE", "Deciding", "Explanation", "Row", "read", "table"]

FILE = "decides.toml"


@dataclass(frozen=True)
class Row:
    """A row that is missing: what it measures, and from where to where each explanation says that its mean lies.

    ``long``: it takes hours, and is run where everything is, or by name.
    """

    id: str
    what: str
    experiment: str
    score: str
    says: Mapping[str, tuple[int | float, int | float]]
    data: str = "LionData"
    factors: Mapping[str, Any] = field(default_factory=dict)
    seeds: int = 14
    unit: int | float = 100
    long: bool = False

    @property
    def request(self) -> Request:
        """What has to be run for it."""
        experiment = find(self.experiment)
        seeds = seeds_for(experiment, self.data, self.seeds)
        return Request(experiment, self.data, experiment.factors(**self.factors), seeds)

    def leaves(self, sample: Sample) -> dict[str, bool | None]:
        """Say whether each explanation that speaks of the row survives it: False if 90 % over seeds lie wholly outside.

        None where the row is not measured, or was on one seed.
        """
        interval = None if sample.missing else from_seeds(sample.scaled(self.unit).values).interval()
        return {
            name: None if interval is None else not (interval[1] < low or interval[0] > high)
            for name, (low, high) in self.says.items()
        }


@dataclass(frozen=True)
class Explanation:
    """In words, and the one fact that would settle it."""

    says: str
    settles: str


@dataclass(frozen=True)
class Deciding:
    """All rows in the order to run them, and the explanations by name."""

    rows: tuple[Row, ...]
    explanations: Mapping[str, Explanation]

    def left(self, source: Source) -> dict[str, bool | None]:
        """Say whether each explanation survives all rows: not if one speaks against it; None where none is measured."""
        found: dict[str, list[bool]] = {name: [] for name in self.explanations}
        for row in self.rows:
            for name, survives in row.leaves(source.sample(row.request, row.score)).items():
                if survives is not None:
                    found[name].append(survives)
        return {name: all(each) if each else None for name, each in found.items()}


@once
def read(path: Path) -> Deciding:
    """Return the rows and explanations of a file; none where there is none. InvalidInputError names what is wrong."""
    load_all()
    tables = dict(toml(path)) if path.is_file() else {}
    explanations = {
        name: shaped(Explanation, said, f"{path}: [explanation.{name}]")
        for name, said in tables.pop("explanation", {}).items()
    }
    rows = tuple(shaped(Row, said, f"{path}: [[row]] {number}") for number, said in enumerate(tables.pop("row", []), 1))
    if tables:
        raise InvalidInputError(f"{path}: [{next(iter(tables))}] is neither [[row]] nor [explanation.NAME]")
    for row in rows:
        if strangers := set(row.says) - set(explanations):
            raise InvalidInputError(f"{path}: [[row]] {row.id} speaks of {min(strangers)!r}, which is no explanation")
        row.request  # noqa: B018  an unknown experiment or factor is an error here
    return Deciding(rows, explanations)


def table(deciding: Deciding, source: Source) -> list[str]:
    """Return each row, what is said of it and was measured, and what is left of each explanation, at 80 columns."""
    lines = ["what would decide: rows of ResNet50V2 with ImageNet weights, and what each says"]
    for row in deciding.rows:
        sample = source.sample(row.request, row.score)
        ours = "not run" if sample.missing else f"{sample.scaled(row.unit).mean:.3g}"
        lines.append(f"  {row.what:<55} {ours:>8}")
        marks = {True: "✓", False: "✗", None: ""}
        leaves = row.leaves(sample)
        said = ", ".join(
            f"{name} {low:g}-{high:g} {marks[leaves[name]]}".strip() for name, (low, high) in row.says.items()
        )
        lines.append(f"      {said}")
    words = {True: "is left", False: "is out", None: "is open"}
    for name, left in deciding.left(source).items():
        lines += [f"{name} {words[left]}. It is settled by", f"  {deciding.explanations[name].settles}"]
    return lines
