"""Judge again only what a change reaches: the claims of a file that has changed, or that asked for a row that has.

A claim's outcome comes from its own file, from the rows of the record that it asked for, and from what is the same for
all claims. So after a result more, or a claim written anew, a few are judged instead of all.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from reproduce.experiments.registry import find
from reproduce.record import Store, rows, seen
from reproduce.running.plan import Row
from reproduce.running.request import Request, Turn, merged
from reproduce.verdicts.plugin.collect import Judged, judged, record_of
from reproduce.verdicts.views import needs

__all__ = ["Kept", "Part", "kept", "renewed"]

ANY = "*"


@dataclass(frozen=True)
class Part:
    """A claim by pytest's name of it: ``rows`` of the record that it asked for, "FILE NAME", and its outcome as JSON.

    ``asks``: of one of the paper's own statements, its requests as JSON has them. The row ``ANY``: what the claim
    comes from is not known, since its experiment is none of the package's.
    """

    node: str
    rows: tuple[str, ...]
    asks: tuple[Any, ...]
    outcome: Mapping[str, Any]

    @property
    def file(self) -> str:
        """Return the claim's file, relative to the folder of claims."""
        return self.node.partition("::")[0].partition("/")[2]


@dataclass(frozen=True)
class Kept:
    """What was judged, of which files: digests of the ``tests`` and of the ``record``, by name, and its rows.

    ``waiting``: the experiments of which the paper's own statements lack rows; ``needed`` says what for.
    """

    tests: Mapping[str, str]
    record: Mapping[str, str]
    rows: Mapping[str, rows.Rows]
    parts: tuple[Part, ...]
    needed: str
    waiting: tuple[str, ...]


def kept(found: Judged, tests: Mapping[str, str], record: Mapping[str, str], folder: Path) -> Kept:
    """Return all that a judgement of the whole folder found, to be renewed in parts."""
    lacking = needs.unkept(found.requests, Store(record_of(folder)))
    held = {name: rows.read(record_of(folder) / name) for name in record}
    return Kept(
        tests,
        record,
        held,
        _parts(found),
        needs.said(lacking),
        tuple(sorted({one.request.experiment.name for one in lacking})),
    )


def renewed(before: Kept, tests: Mapping[str, str], record: Mapping[str, str], folder: Path) -> Kept | None:
    """Return the same of files that have changed since; None where the whole must be judged.

    That is where a file of claims came or went, or one has other claims than it had: an id may be taken twice then, or
    an entry beside the claims be used by none. Errors are those of `judged`.
    """
    if set(tests) != set(before.tests) or any(ANY in part.rows for part in before.parts):
        return None
    store, fresh = Store(record_of(folder)), {}
    for name in {*before.record, *record}:
        if before.record.get(name) != record.get(name):
            if name != seen.FILE:
                store.entries(Path(name).stem)  # all of it is checked, whether a claim asks for it or not
            fresh[name] = rows.read(store.folder / name)
    rewritten = {name for name in tests if tests[name] != before.tests[name]}

    def reached(part: Part) -> bool:
        asked = (row.split(" ") for row in part.rows)
        return part.file in rewritten or any(
            rows.changed(row, before.rows.get(name, {}), fresh[name]) for name, row in asked if name in fresh
        )

    again = [part for part in before.parts if reached(part)]
    parts = _judged(before.parts, again, rewritten, folder) if again or rewritten else before.parts
    if parts is None:
        return None
    held = {name: held for name, held in {**before.rows, **fresh}.items() if name in record}
    return Kept(tests, record, held, parts, *_needed(before, parts, {Path(name).stem for name in fresh}, store))


def _parts(found: Judged) -> tuple[Part, ...]:
    pairs = zip(found.items, found.outcomes, strict=True)
    return tuple(Part(item.nodeid, *_asked(item), outcome.to_json()) for item, outcome in pairs)


def _asked(item: Any) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return the rows that a claim asked for, when it was judged and when it was asked dry; a statement's requests."""
    from reproduce.verdicts.plugin.dry import dry
    from reproduce.verdicts.plugin.marks import spec
    from reproduce.verdicts.plugin.stash import CLAIM
    from reproduce.verdicts.plugin.turns import turn

    first, asked, claim = turn(spec(item)), dry(item).requests, item.stash.get(CLAIM, None)
    names, asks = set(), []
    for one in (*asked, *(claim.requests if claim else ())):
        if not one.experiment.function.__module__.startswith("reproduce."):
            return (ANY,), ()
        names |= {f"{file} {rows.named(*one.key[:3])}" for file in (f"{one.experiment.name}.json", seen.FILE)}
    if first <= Turn.STATEMENT:
        for one in asked:
            module = one.experiment.function.__module__
            seeds = one.seeds.start, one.seeds.stop
            asks.append((module, one.experiment.name, one.data, json.loads(one.key[2]), *seeds, int(first)))
    return tuple(sorted(names)), tuple(asks)


def _judged(
    before: Sequence[Part], again: Sequence[Part], rewritten: set[str], folder: Path
) -> tuple[Part, ...] | None:
    """Return all parts, those judged anew in the place of what they were; None where they are not the same claims."""
    nodes, home = {part.node for part in again}, folder.resolve().name
    files = sorted({part.file for part in again} | rewritten)

    def chosen(node: str) -> bool:
        return node in nodes or node.partition("::")[0].removeprefix(f"{home}/") in rewritten

    made = _parts(judged(folder, files=files, chosen=chosen))
    if sorted(part.outcome["spec"]["id"] for part in made) != sorted(part.outcome["spec"]["id"] for part in again):
        return None
    anew: dict[str, list[Part]] = {}
    for part in made:
        anew.setdefault(part.file if part.file in rewritten else part.node, []).append(part)
    found: list[Part] = []
    for part in before:
        if part.file in rewritten:
            found += anew.pop(part.file, [])
        else:
            found += anew.pop(part.node, [part])
    return tuple(found)


def _needed(before: Kept, parts: Iterable[Part], touched: set[str], store: Store) -> tuple[str, tuple[str, ...]]:
    """Return what the paper's own statements still need, and of which experiments; anew where that can be another."""
    requests = _requests(parts)
    same = [one.key for one in requests] == [one.key for one in _requests(before.parts)]
    asked = [one for one in requests if not same or one.experiment.name in {*touched, *before.waiting}]
    beside = [one for one in asked if one.experiment.name in touched]
    if same and not touched & set(before.waiting) and not needs.unkept(beside, store):
        return before.needed, before.waiting
    return _said(needs.unkept(asked, store))


def _said(lacking: list[Row]) -> tuple[str, tuple[str, ...]]:
    return needs.said(lacking), tuple(sorted({row.request.experiment.name for row in lacking}))


def _requests(parts: Iterable[Part]) -> list[Request]:
    found = []
    for module, name, data, factors, start, stop, turn in (one for part in parts for one in part.asks):
        import_module(module)
        found.append(Request(find(name), data, factors, range(start, stop), Turn(turn)))
    return merged(found)
