"""Which rows of the paper are run: by default what takes minutes, and by name or with all of it what takes hours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from reproduce.errors import InvalidInputError
from reproduce.record import Store
from reproduce.running.clock import Clock, span
from reproduce.running.plan import make_plan
from reproduce.running.request import Request, Turn, merged
from reproduce.running.tiers import FULL
from reproduce.verdicts.explanations import deciding
from reproduce.verdicts.files import settings
from reproduce.verdicts.plugin.collect import Asking, claims, record_of
from reproduce.verdicts.plugin.turns import DECIDING, chosen

__all__ = ["BY_DEFAULT", "Wanted"]


@dataclass(frozen=True)
class Wanted:
    """Which rows of the paper are run: ``only`` a pattern of ids or a kind, ``everything``, or what takes minutes.

    That is the statements, and those rows that decide between explanations and are not long.
    """

    only: str | None = None
    everything: bool = False

    def claims(self, folder: Path) -> list[Asking]:
        """Return the claims of a folder that are run; InvalidInputError if none is the paper's or ``only`` fits none.

        Some readings are asked only where their weights are at hand. ``only`` may fit rows that decide, and no claim.
        """
        known = settings.read(folder / settings.FILE)
        ours = [one for one in claims(folder) if set(known[one.spec.setting].differs) <= {"reading"}]
        if not any(one.spec.setting == settings.PAPER for one in ours):
            raise InvalidInputError(f"no claim in {folder.resolve()} is judged in the setting {settings.PAPER!r}")
        try:
            fits = chosen([one.spec for one in ours], self.only, self.everything)
        except InvalidInputError:
            if any(self._decides(row) for row in deciding.read(folder / deciding.FILE).rows):
                return []
            raise
        return [one for one in ours if fits(one.spec)]

    def requests(self, folder: Path, asking: Sequence[Asking]) -> list[Request]:
        """Return what the claims ask for, and the rows that decide between explanations."""
        rows = [row for row in deciding.read(folder / deciding.FILE).rows if self._decides(row)]
        decides = [replace(row.request, turn=Turn.DECIDING) for row in rows]
        return merged([*decides, *(request for one in asking for request in one.requests)])

    def not_now(self, folder: Path, workers: int) -> list[str]:
        """Return what is left out and the command that runs it; [] if something was asked for by name or everything."""
        if self.only or self.everything:
            return []
        rows = [row for row in deciding.read(folder / deciding.FILE).rows if row.long]
        plan = make_plan(merged(row.request for row in rows), FULL, Store(record_of(folder)))
        cells = [job for row in plan.rows for job in row.unkept]
        told = ["not now: questions, controls, other protocol variants: `reproduce paper --all`"]
        if cells:
            time = span(*Clock([replace(row, jobs=row.unkept) for row in plan.rows], cells, workers).left())
            told.insert(0, f"not now: {len(cells)} cells that decide, {time}: `reproduce paper --only {DECIDING}`")
        return told

    def _decides(self, row: deciding.Row) -> bool:
        if self.only:
            return self.only == DECIDING or fnmatchcase(row.id, self.only)
        return self.everything or not row.long


#: What is run where nothing is named.
BY_DEFAULT = Wanted()
