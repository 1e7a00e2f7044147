"""Saved runs as a history: the list of them, the step from one to the next, and what each claim was in every run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError, ReproduceError
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.runs.compare import Change, Rules, compare
from reproduce.verdicts.runs.saving import SavedRun, read, saved

__all__ = ["Step", "history", "listed"]


@dataclass(frozen=True)
class Step:
    """What changed from a run to a later one: each change beside why it fails, "" where it does not."""

    before: SavedRun
    now: SavedRun
    changes: tuple[tuple[Change, str], ...]

    @classmethod
    def between(cls, before: SavedRun, now: SavedRun, rules: Rules) -> "Step":
        """Hold the later run to the earlier one."""
        changes = compare(before.outcomes, now.outcomes)
        return cls(before, now, tuple((change, rules.broken_by(change)) for change in changes))

    @property
    def same(self) -> int:
        """Return how many claims are as they were."""
        return sum(change.kind == "same" for change, _ in self.changes)

    @property
    def broken(self) -> int:
        """Return how many changes fail."""
        return sum(bool(complaint) for _, complaint in self.changes)

    @property
    def lines(self) -> list[str]:
        """Return the changes in lines for a person."""
        changed = [(change, complaint) for change, complaint in self.changes if change.kind != "same"]
        return [f"{'FAIL' if complaint else '    '}  {complaint or change.line}" for change, complaint in changed]

    def as_json(self) -> dict[str, Any]:
        """Return the changes as plain JSON values."""
        told = [
            {"claim": change.id, "kind": change.kind, "said": complaint or change.line, "fails": bool(complaint)}
            for change, complaint in self.changes
        ]
        sides = {"before": self.before.path, "now": self.now.path}
        return {**sides, "same": self.same, "broken": self.broken, "changes": told}


def listed(folder: Path) -> list[dict[str, Any]]:
    """Return every saved run, oldest first; InvalidInputError where there is none.

    A damaged file has its ``problem``.
    """
    paths = saved(folder)
    if not paths:
        raise InvalidInputError(
            f"no run of the claims is saved in {folder}; `pytest claims --claims-autosave` saves one"
        )
    return [_listed(path) for path in paths]


def _listed(path: Path) -> dict[str, Any]:
    try:
        run = read(path)
    except ReproduceError as error:
        return {"name": path.stem, "time": "", "commit": "", "verdicts": {}, "problem": str(error)}
    words = Counter("drifted" if one.drift else one.told for one in run.outcomes)
    about = {name: run.information[name] for name in ("time", "commit")}
    return {"name": path.stem, **about, "verdicts": dict(words.most_common()), "problem": ""}


def history(runs: Sequence[SavedRun]) -> list[str]:
    """Return a line for each claim that is not the same in all of the runs: its verdict and figure in each."""
    by_run = [{one.spec.id: one for one in run.outcomes} for run in runs]
    rows = [
        (name, *(_cell(found.get(name)) for found in by_run)) for name in dict.fromkeys(n for f in by_run for n in f)
    ]
    rows = [row for row in rows if len(set(row[1:])) > 1]
    table = [("Claim", *(run.path.stem for run in runs)), *rows]
    spans = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(span) for cell, span in zip(row, spans, strict=True)).rstrip() for row in table]


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return "-"
    figure = "" if outcome.ours is None else f" {outcome.ours:.4g}"
    return f"{'drifted' if outcome.drift else outcome.told}{figure}"
