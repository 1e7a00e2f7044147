"""A table as its reader asks for it: with which columns, the claims in which order, and in which groups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reproduce.errors import InvalidInputError, did_you_mean, one_line
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import EVIDENCE, Outcome

__all__ = ["GROUPS", "SORTS", "Arrangement", "Column", "arrange", "hooked"]


@dataclass(frozen=True)
class Column:
    """A heading, how a cell is written, its alignment, and how early it gives way (0: never).

    ``short``, where there is one, is tried before the column gives way. ``--claims-columns`` knows it by its ``name``.
    """

    head: str
    cell: Callable[[Outcome], str]
    left: bool = False
    gives_way: int = 0
    short: Callable[[Outcome], str] | None = None
    called: str = ""

    @property
    def name(self) -> str:
        """Return the word that it is asked for by."""
        return self.called or self.head.lower()


def clearance(outcome: Outcome) -> float | None:
    """Return how far our mean is from the region's nearest edge, in half widths of the interval; None of no interval.

    Below 1 nothing is decided.
    """
    edges = [edge for edge in (outcome.lower, outcome.upper) if edge is not None]
    if outcome.ours is None or outcome.interval is None or not edges:
        return None
    half = (outcome.interval[1] - outcome.interval[0]) / 2
    return min(abs(outcome.ours - edge) for edge in edges) / half if half else float("inf")


#: What a group's claims can be sorted by, least first; what has no such value comes last.
SORTS: dict[str, Callable[[Outcome], object]] = {
    "claim": lambda o: o.spec.id,
    "ours": lambda o: o.ours,
    "verdict": lambda o: list(Verdict).index(o.verdict),
    "margin": clearance,
}
GROUPS: dict[str, Callable[[Outcome], str]] = {
    "file": lambda o: o.spec.group,
    "place": lambda o: o.spec.at,
    "setting": lambda o: o.spec.setting,
    "kind": lambda o: o.spec.kind,
    "evidence": lambda o: EVIDENCE[o.spec.fidelity],
    "verdict": lambda o: o.told,
}


@dataclass(frozen=True)
class Arrangement:
    """What was asked for: ``columns`` in place of the table's own, ``more`` beside them, a sort, a key of groups."""

    columns: tuple[Column, ...] = ()
    more: tuple[Column, ...] = ()
    sort: str = ""
    group_by: str = "file"

    def groups(self, outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
        """Group the outcomes and sort each group; of claim files the paper's tables come first."""
        found: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            found.setdefault(GROUPS[self.group_by](outcome), []).append(outcome)
        if key := SORTS.get(self.sort):
            for members in found.values():
                members.sort(key=lambda one: (key(one) is None, key(one) if key(one) is not None else 0))
        return sorted(found.items(), key=lambda entry: self.group_by == "file" and not entry[0].startswith("Table"))


def hooked(columns: Iterable[tuple[str, Callable[[Outcome], object]]]) -> tuple[Column, ...]:
    """Return the columns that a hook gave; a cell that cannot be made says why, and the table is kept."""

    def written(cell: Callable[[Outcome], object]) -> Callable[[Outcome], str]:
        def write(outcome: Outcome) -> str:
            try:
                return one_line(str(cell(outcome)))
            except Exception as error:
                return one_line(f"{type(error).__name__}: {error}")

        return write

    return tuple(Column(head, written(cell), left=True, gives_way=9) for head, cell in columns)


def arrange(
    known: Iterable[Column], more: tuple[Column, ...] = (), columns: str = "", sort: str = "", group_by: str = ""
) -> Arrangement:
    """Return the arrangement that is asked for in words; InvalidInputError for a word that there is not."""
    by_name = {column.name: column for column in (*known, *more)}
    chosen = [_known(name.strip().lower(), by_name, "column") for name in columns.split(",")] if columns else []
    for name, keys, what in ((sort, SORTS, "order"), (group_by, GROUPS, "kind of group")):
        if name:
            _known(name, {key: key for key in keys}, what)
    return Arrangement(tuple(chosen), more, sort, group_by or "file")


def _known(name: str, known: Mapping[str, Any], what: str) -> Any:
    if name not in known:
        raise InvalidInputError(f"no {what} {name!r}; {did_you_mean(name, known, 'there are: ' + ', '.join(known))}")
    return known[name]
