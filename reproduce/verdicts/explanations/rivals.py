"""What might have printed a table: yardsticks that know nothing and rival explanations, read from ``rivals.toml``.

Each says what it measures for each row of the table, which lions may have been scored, what of it was free to be fitted
to the table, and what it was forecast to score before it was run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from reproduce.errors import InvalidInputError
from reproduce.text import shaped, toml
from reproduce.verdicts.files.once import once

__all__ = ["FILE", "KINDS", "UNITS", "Forecast", "Option", "Rival", "read"]

FILE = "rivals.toml"
KINDS = ("yardstick", "rival")
#: What a printed 0.93 may mean -> how many MAP@R % one printed unit is.
UNITS = {"per cent": 1.0, "fraction": 100.0}


class Forecast(NamedTuple):
    """From where to where a row's score of one set of lions was forecast to lie, MAP@R %."""

    row: str
    lions: str
    low: int | float
    high: int | float


@dataclass(frozen=True)
class Option:
    """One way to read a rival: what is printed, which lions were scored, the score read, the augmented row's views."""

    means: str
    lions: str
    score: str
    augmentation: str


@dataclass(frozen=True)
class Rival:
    """One explanation or yardstick. ``rows``: factors by row of the table; ``seeds``: how many, 0 for as many as usual.

    ``also``: other levels of what was free, each list holding the chosen one: "means", "scores" and "augmentations".
    """

    name: str
    kind: str
    says: str
    experiment: str
    rows: Mapping[str, Mapping[str, Any]]
    scored: tuple[str, ...]
    choices: tuple[str, ...]
    network: str = "MobileNetV2"
    factors: Mapping[str, Any] = field(default_factory=dict)
    score: str = "map_at_r"
    means: str = "per cent"
    seeds: int = 0
    forecasts: tuple[Forecast, ...] = ()
    gain: tuple[int | float, ...] = ()
    seen: str = ""
    also: Mapping[str, Any] = field(default_factory=dict)

    def factors_of(self, row: str) -> dict[str, Any]:
        """Return all factors of a row: "64aug+turn-0.02" is row 64aug with the augmentation "turn-0.02" of ``also``."""
        base, _, augmentation = row.partition("+")
        other = self.also.get("augmentations", {}).get(augmentation, {})
        return {**self.factors, **self.rows[base], **other}

    def options(self) -> Iterator[Option]:
        """Return every way to read it, over which its likelihood is a mean; the chosen one is among them."""
        augmented = ["", *self.also.get("augmentations", {})] if "64aug" in self.rows else [""]
        for means, lions, score, augmentation in product(
            self.also.get("means", [self.means]), self.scored, self.also.get("scores", [self.score]), augmented
        ):
            yield Option(means, lions, score, augmentation)

    @property
    def chosen(self) -> Option:
        """The one that its forecasts are of."""
        return Option(self.means, self.scored[0], self.score, "")


@once
def read(path: Path) -> dict[str, Rival]:
    """Return the rivals of a file by name, in its order; none without a file. InvalidInputError says what is wrong."""
    return {name: _rival(path, name, table) for name, table in toml(path).items()} if path.is_file() else {}


def _rival(path: Path, name: str, said: Any) -> Rival:
    where = f"{path}: [{name}]"
    if not isinstance(said, dict):
        raise InvalidInputError(f"{where} is no rival: write a table")
    rival = shaped(Rival, {**said, "name": name}, where)
    if rival.kind not in KINDS:
        raise InvalidInputError(f"{where} kind is one of {', '.join(KINDS)}, not {rival.kind!r}")
    levels = {option.means for option in rival.options()} | {rival.means}
    if not levels <= set(UNITS):
        raise InvalidInputError(f"{where} means is one of {', '.join(UNITS)}")
    if rival.chosen not in set(rival.options()):
        raise InvalidInputError(f"{where} also leaves out what was chosen: {rival.chosen}")
    for one in rival.forecasts:
        base, _, augmentation = one.row.partition("+")
        if base not in rival.rows or augmentation not in ("", *rival.also.get("augmentations", {})):
            raise InvalidInputError(f"{where} forecasts a row {one.row!r} that it does not measure")
        if not one.low < one.high:
            raise InvalidInputError(f"{where} forecasts from {one.low:g} to {one.high:g}")
    return rival
