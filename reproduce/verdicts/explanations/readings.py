"""Which reading of what the paper leaves open gives its figures: every reading against every row and set of lions.

A reading is a setting. Its scores are those that the claims ``III.as-poor`` and ``II.gains-as-printed`` measured; the
printed figures and the margin around them are those of ``III.32``, ``III.64`` and ``III.64aug``. Nothing is measured.
Where a reading's lions are the paper's own, its cattle are a setting beside it, named as it with ``-cattle``.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from reproduce.verdicts.judging import judge
from reproduce.verdicts.judging.judge import Region, Verdict
from reproduce.verdicts.outcome import Outcome

__all__ = [
    "ROWS", "SETS", "SUFFIXES", "Cattle", "Printed", "Reading", "Score", "as_json", "collect", "meets", "one_draw",
    "papers_point", "printed", "table",
]  # fmt: skip

ROWS = ("32", "64", "64aug")
#: The lions that may have been scored -> what ends the name of their score, as the experiments name it.
SUFFIXES = {"19": "", "75": "@train", "94": "@all"}
SETS = tuple(SUFFIXES)
POOR, GAINS = "III.as-poor", "II.gains-as-printed"
CATTLE = "-cattle"
MARKS = {Verdict.REPRODUCED: "=", Verdict.COMPATIBLE: "≈", Verdict.NOT_REPRODUCED: "✗", Verdict.INCONCLUSIVE: "?"}


@dataclass(frozen=True)
class Printed:
    """A row of Table III in MAP@R %: its figure, the region around it and how many runs it averages."""

    figure: float
    region: Region
    runs: int


@dataclass(frozen=True)
class Score:
    """A reading's score of one row and set of lions, in MAP@R %, over ``values`` (one per seed)."""

    values: tuple[float, ...]
    chance: float

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return math.fsum(self.values) / len(self.values)

    def interval(self) -> tuple[float, float] | None:
        """Return the 90 % interval over seeds: the figure is of these lions, not of lions like them."""
        return judge.from_seeds(self.values).interval()

    def prints(self, runs: int) -> tuple[float, float] | None:
        """Return the 90 % range that a mean of so many runs is printed in: a figure outside is excluded, no other."""
        return judge.from_seeds(self.values, runs).interval()

    def against(self, row: Printed) -> Verdict:
        """Judge as a printed figure on the paper's own animals is: by seeds, the paper's own noise included."""
        return judge.against_runs(self.values, row.region, row.runs)


@dataclass(frozen=True)
class Cattle:
    """Other cattle under the reading, MAP@R %: the score, an untrained layer's on the same draws, and the gain.

    ``gain``: per cent of what was left to gain over the untrained layer, with its 90 % ``interval``; ``draws``: the
    gain of each seed, which draws the animals that are held out.
    """

    score: float
    untrained: float
    gain: float
    interval: tuple[float, float] | None
    draws: tuple[float, ...] = ()


@dataclass
class Reading:
    """A setting, its scores by (row, set of lions), and other cattle where they were measured."""

    name: str
    scores: dict[tuple[str, str], Score] = field(default_factory=dict)
    cattle: Cattle | None = None


def printed(outcomes: Iterable[Outcome]) -> dict[str, Printed]:
    """Return the rows of Table III, from the claims that hold them against the paper's own setting."""
    found = {}
    for outcome in outcomes:
        row = outcome.spec.id.removeprefix("III.")
        if row in ROWS:
            region = judge.around(outcome.paper, float(outcome.margin.strip("± ")))
            found[row] = Printed(float(outcome.paper), region, outcome.spec.runs)
    return found


def collect(outcomes: Iterable[Outcome]) -> list[Reading]:
    """Return the readings with at least one measured score, in the order of the claims."""
    found: dict[str, Reading] = {}
    for outcome in outcomes:
        if outcome.ours is None:
            continue
        statement, setting = outcome.spec.statement, outcome.spec.setting
        if statement.startswith(f"{POOR}."):
            *row, lions = statement.removeprefix(f"{POOR}.").split(".")
            score = Score(outcome.values, outcome.chance if outcome.chance is not None else math.nan)
            found.setdefault(setting, Reading(setting)).scores[row[0] if row else "64", lions] = score
        elif statement == GAINS and outcome.sides:
            name = setting.removesuffix(CATTLE)
            measured = Cattle(*outcome.sides, outcome.ours, outcome.interval, outcome.values)
            found.setdefault(name, Reading(name)).cattle = measured
    return list(found.values())


def papers_point(figures: Mapping[str, str]) -> tuple[float, float]:
    """Return (what the paper's cattle gained of what was left, %; its lions' score, MAP@R %), of the row 64."""
    cattle, before = float(figures["II.64"]), float(figures["I.untrained"])
    return (cattle - before) / (100 - before) * 100, float(figures["III.64"])


def one_draw(readings: Iterable[Reading]) -> float:
    """Return how far a draw of held-out animals moves the gain, half of 90 %, in per cent; 0 where no two were seen.

    Of the reading with the most draws, the first of equals. The paper has one draw: its own point may lie so far off.
    """
    most = max((one.cattle.draws for one in readings if one.cattle), key=len, default=())
    return 1.645 * statistics.stdev(most) if len(most) > 1 else 0.0


def meets(reading: Reading, rows: dict[str, Printed]) -> list[str]:
    """Return the sets of lions on which every measured row is met, of readings with all three rows measured."""
    met = (Verdict.REPRODUCED, Verdict.COMPATIBLE)
    return [
        lions
        for lions in SETS
        if all((row, lions) in reading.scores and reading.scores[row, lions].against(rows[row]) in met for row in ROWS)
    ]


def as_json(readings: Iterable[Reading], rows: Mapping[str, Printed]) -> list[dict[str, Any]]:
    """Return each reading with its scores and verdicts: plain JSON values."""
    return [
        {
            "reading": one.name,
            "scores": [
                {
                    "row": row,
                    "lions": lions,
                    "ours": score.mean,
                    "interval": score.interval(),
                    "n": len(score.values),
                    "chance": score.chance,
                    "prints": score.prints(rows[row].runs),
                    "verdict": str(score.against(rows[row])),
                }
                for (row, lions), score in one.scores.items()
            ],
            "cattle": asdict(one.cattle) if one.cattle else None,
        }
        for one in readings
    ]


def table(readings: Sequence[Reading], rows: dict[str, Printed], width: int = 80) -> list[str]:
    """Return a line for each reading and row, 80 columns: lions' scores with marks, and what other cattle gained."""
    name_width = max(20, min(width - 55, max((len(one.name) for one in readings), default=20)))
    lines = [f"{'variant':<{name_width}} {'row':<5} {'19':>9} {'75':>9} {'94':>9} {'cattle':>7} {'gain %':>7}  n"]
    for one in readings:
        for row in ROWS:
            cells = [one.scores.get((row, lions)) for lions in SETS]
            if not any(cells):
                continue
            shown = [f"{cell.mean:.2f} {MARKS[cell.against(rows[row])]}" if cell else "" for cell in cells]
            cattle = [f"{one.cattle.score:.1f}", f"{one.cattle.gain:.0f}"] if one.cattle and row == "64" else ["", ""]
            n = max(len(cell.values) for cell in cells if cell)
            name = one.name if len(one.name) <= name_width else f"{one.name[: name_width - 1]}…"
            lions_ = " ".join(f"{text:>9}" for text in shown)
            lines.append(f"{name:<{name_width}} {row:<5} {lions_} {cattle[0]:>7} {cattle[1]:>7} {n:>2}".rstrip())
    figures = ", ".join(f"{row} {rows[row].figure:.2f}" for row in ROWS if row in rows)
    lines += [
        "",
        f"Table III prints {figures}",
        "= within it ≈ compatible ✗ not reproduced ? inconclusive, by seeds",
    ]
    agreeing = [f"{one.name} on the {', '.join(sets)}" for one in readings if (sets := meets(one, rows))]
    lines.append(f"all three rows met on one set of lions: {'; '.join(agreeing) or 'under no variant'}")
    return lines
