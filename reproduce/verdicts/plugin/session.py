"""One pytest session of claims: what it measures, and how a claim's end becomes a test's outcome."""

import datetime
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from reproduce.errors import ReproduceError
from reproduce.running.inputs import fetch_unasked
from reproduce.running.request import Key, Request, merged
from reproduce.verdicts.files import findings
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin import rules, sensitivity
from reproduce.verdicts.plugin.budget import allot
from reproduce.verdicts.plugin.dry import dry
from reproduce.verdicts.plugin.fixture import Claim
from reproduce.verdicts.plugin.marks import spec
from reproduce.verdicts.plugin.turns import turn
from reproduce.verdicts.runs.options import complaint

__all__ = ["broken", "check_findings", "collect", "conclude", "measures", "record_folder"]


def record_folder(config: pytest.Config) -> Path:
    """Return ``--claims-record``, else ``REPRODUCE_RECORD``, else claims/record under pytest's root folder."""
    named = config.getoption("claims_record") or os.environ.get("REPRODUCE_RECORD")
    return Path(named) if named else config.rootpath / "claims" / "record"


def collect(items: Sequence[pytest.Item]) -> list[Request]:
    """Return what the claims ask for, each once, with the most seeds and the earliest turn that any gives it."""
    return merged(one.at(turn(spec(item))) for item in items for one in dry(item).requests)


def measures(config: pytest.Config, items: Sequence[pytest.Item]) -> Any:
    """Return who answers the claims of this session."""
    from reproduce.record import Store
    from reproduce.running.again import again
    from reproduce.running.runner import measure
    from reproduce.verdicts.plugin.answers import Rehearsal, Source

    if config.getoption("claims_tier") == "rehearsal":
        return Rehearsal(measure)
    store = Store(record_folder(config))
    day = datetime.datetime.now(datetime.UTC).date().toordinal()
    source = Source(store, measure, set(), seed_in_turn(day), again)
    if config.getoption("claims_budget") <= 0:
        return source  # the record alone: nothing is chosen, so nothing need be priced
    requests = collect(items)
    fetch_unasked(request.inputs for request in requests)
    costs, urgent = _costs(source, requests)
    source.chosen = allot(costs, config.getoption("claims_budget"), day, urgent)
    return source


def seed_in_turn(day: int) -> int:
    """Return which of a record's seeds is replayed: ``REPRODUCE_SEED``, else another one every day."""
    named = os.environ.get("REPRODUCE_SEED", "")
    if named and not named.isdecimal():
        raise pytest.UsageError(f"REPRODUCE_SEED={named}: the seed to replay is a whole number from 0 on")
    return int(named or day)


def _costs(source: Any, requests: Sequence[Request]) -> tuple[dict[Key, float], list[Key]]:
    """Return seconds to measure each request whose data is at hand, and keys of those with no record."""
    from reproduce.running.estimates import estimate

    costs: dict[Key, float] = {}
    urgent: list[Key] = []
    for request in requests:
        if source.unavailable(request):
            continue
        try:
            kept, _ = source.kept(request)
        except ReproduceError:
            continue  # a damaged record fails the claims that read it
        if kept:
            costs[request.key] = kept[0].seconds
        elif not source.store.entries(request.experiment.name):
            # A row that a kept experiment lacks waits for `reproduce run`: its verdict is found there, not in passing.
            each = estimate(request.experiment, request.factors, request.data, source.store)
            costs[request.key] = each.first + each.seconds * (len(request.seeds) - 1)
            urgent.append(request.key)
    return costs, urgent


def broken(item: pytest.Function, claim: Claim, key: str, message: str) -> NoReturn:
    """Fail a claim that cannot be judged (a damaged record, no verb, two verbs) in one line."""
    outcome = Outcome(claim.spec, Verdict.ERROR, reason=message)
    item.user_properties.append((key, json.dumps(outcome.to_json())))
    text = message if message.startswith(claim.spec.id) else f"{claim.spec.id}: {message}"
    pytest.fail(text, pytrace=False)


def conclude(item: pytest.Function, claim: Claim, key: str) -> None:
    """Turn the claim's verdict into pass, fail, strict xfail or skip, and attach it to the report."""
    outcome = claim.outcome
    if outcome is None:
        broken(item, claim, key, "no verdict: end the claim with one verb, such as claim.equals")
    try:
        outcome = replace(outcome, extra_info=json.loads(json.dumps(claim.extra_info, allow_nan=False)))
    except (TypeError, ValueError) as error:
        broken(item, claim, key, f"extra_info: {error}; JSON has text, finite numbers, true, false, lists and tables")
    known = findings.read(item.path.parent / findings.FILE)
    finding = known.get(outcome.spec.id)
    judged = outcome.verdict != Verdict.NOT_RUN and not outcome.drift
    late = ""
    if judged and rules.read(item.path.parent / rules.FILE):
        rule = rules.read(item.path.parent / rules.FILE).get(outcome.spec.id)
        look = rules.looked(dry(item), record_folder(item.config))
        late = rules.complaint(outcome, rule, look)
        outcome = replace(outcome, post_hoc=rules.post_hoc(rule, look))
    changed = findings.complaint(outcome, finding, strict=bool(known)) if judged else ""
    if finding and judged and not changed:
        outcome = replace(outcome, finding=asdict(finding))
    if judged and (said := sensitivity.read(item.path.parent / sensitivity.FILE).get(outcome.spec.id)):
        outcome = replace(outcome, fragile=sensitivity.fragile(outcome, said))
    item.user_properties.append((key, json.dumps(outcome.to_json())))
    if compared := complaint(item.config, outcome):
        pytest.fail(f"{compared} (--claims-compare-fail)", pytrace=False)
    if outcome.drift:
        pytest.fail(f"{claim.spec.id} drifted: {outcome.drift}", pytrace=False)
    if gone := findings.vanished(outcome, finding):
        pytest.fail(gone, pytrace=False)
    if outcome.verdict == Verdict.NOT_RUN:
        pytest.skip(outcome.reason)
    if changed or late:
        pytest.fail(f"{explain(outcome)}, {changed or late}", pytrace=False)
    if outcome.verdict == Verdict.NOT_REPRODUCED and finding:
        # As pytest.xfail does, less the traceback: drawing it costs more than the judgement.
        raise pytest.xfail.Exception(f"{explain(outcome)}: {finding.because}", pytrace=False)
    if outcome.verdict == Verdict.INCONCLUSIVE and item.config.getoption("claims_strict"):
        pytest.fail(explain(outcome), pytrace=False)


def check_findings(items: Sequence[pytest.Item], *, whole: bool) -> None:
    """Refuse findings that cannot be read; and an entry that no claim uses, where all claims were collected."""
    by_folder: dict[Path, dict[str, set[str]]] = {}
    for item in items:
        files = by_folder.setdefault(item.path.parent, {})
        files.setdefault(item.path.name, set()).add(spec(item).id)
    for folder, files in by_folder.items():
        found = findings.read(folder / findings.FILE)
        if not whole or set(files) < {path.name for path in folder.glob("test_*.py")}:
            continue  # a part of the claims was asked for
        idle = findings.unused(found, set().union(*files.values()))
        late = rules.unused(rules.read(folder / rules.FILE), set().union(*files.values()))
        for file, gone in ((findings.FILE, idle), (rules.FILE, late)):
            if gone:
                raise pytest.UsageError(f"{folder / file}: no claim uses {', '.join(gone)}; remove what is gone")


def explain(outcome: Outcome) -> str:
    """Return the verdict with its figures, in one line."""
    text = f"{outcome.spec.id} {outcome.says}: the claim is “{outcome.spec.sentence}”"
    if outcome.ours is None:
        return text
    figures = f"ours {outcome.ours:.4g} {outcome.spec.unit}".rstrip()
    for name, (low, high) in outcome.intervals.items():
        figures += f", 90 % over {name} {low:.4g} to {high:.4g}"
    if outcome.note:
        figures += f", {outcome.note}"
    return f"{text} [{figures}; {outcome.verb} {outcome.paper} {outcome.margin}".rstrip() + "]"
