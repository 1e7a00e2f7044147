"""How a claim's end becomes a test's outcome and which cells a session measures, without a session."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from reproduce.errors import RecordError
from reproduce.experiments.registry import Experiment
from reproduce.record.seen import FILE as SEEN
from reproduce.running.request import Request
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin import rules, session
from reproduce.verdicts.plugin.answers import Rehearsal
from reproduce.verdicts.plugin.budget import allot
from reproduce.verdicts.plugin.dry import DRY, Dry
from reproduce.verdicts.plugin.marks import SPEC
from reproduce.verdicts.plugin.rules import Rule, complaint, looked
from reproduce.verdicts.plugin.session import check_findings, conclude, explain, record_folder, seed_in_turn

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOY = Experiment("toy.ends", lambda catalogue, seed: None, varies=("order",), needs=())
MADE = Outcome(
    Spec("X.1", "A toy scores 50.", "I", unit="MAP@R %"), "reproduced", "at_least", ">= 40", ours=1500.0,
    values=(1500.0,), intervals={"seeds": (49.0, 51.0)}, scatter="seeds",
)  # fmt: skip


def made(**changes):
    """The toy's outcome with these fields."""
    return replace(MADE, **changes)


class Item:
    """A claim's test beside the files of a folder, with options by name."""

    def __init__(self, folder, name="X.1", file="test_toy.py", dry=None, **options):
        self.path, self.user_properties, self.stash = folder / file, [], pytest.Stash()
        options = {"claims_record": str(folder / "record"), "claims_strict": False, **options}
        self.config = SimpleNamespace(stash=pytest.Stash(), getoption=options.get, rootpath=folder)
        self.stash[SPEC], self.stash[DRY] = Spec(name, "A toy.", "I"), dry or Dry()


def end(folder, outcome, **more):
    """(pass, fail, skip or xfail; what is said; the outcome that the report carries)."""
    item = Item(folder, **{key: more.pop(key) for key in ("dry", "claims_strict") if key in more})
    claim = SimpleNamespace(spec=MADE.spec, outcome=outcome, extra_info=more.get("extra_info", {}))
    how, said, traced = "pass", "", False
    try:
        conclude(item, claim, "key")
    except (pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception) as error:
        how, said, traced = (
            type(error).__name__,
            error.msg,
            error.pytrace and not isinstance(error, pytest.skip.Exception),
        )
    assert not traced
    ((name, kept),) = item.user_properties
    assert name == "key"
    return how, said, Outcome.from_json(json.loads(kept))


@pytest.mark.parametrize(
    "outcome, how, said",
    [
        (made(), "pass", ""),
        (made(verdict="inconclusive"), "pass", ""),
        (made(verdict="compatible"), "pass", ""),
        (made(verdict="not run", reason="no lions"), "Skipped", "no lions"),
        (made(drift="seed 3 moved"), "Failed", "X.1 drifted: seed 3 moved"),
        (made(verdict="not reproduced"), "Failed", ", if this is a finding, record it in findings.toml"),
        (None, "Failed", "X.1: no verdict: end the claim with one verb, such as claim.equals"),
    ],
)
def test_a_verdict_is_a_tests_outcome(tmp_path, outcome, how, said):
    """Where nothing is kept beside the claims; the report carries it, whatever it is."""
    found, told, kept = end(tmp_path, outcome)
    assert (found, told.endswith(said)) == (how, True)
    assert bool(told) == bool(said)
    assert kept == (outcome or Outcome(MADE.spec, "error", reason=said.removeprefix("X.1: ")))


LINE = '"X.1" = {{ says = "{}", ours = [1498, 1502]{} }}\n'


FOUND = LINE.format("reproduced", "")
OTHER = FOUND.replace("X.1", "X.2")
VANISHED = "X.1 has no verdict, and findings.toml says 'reproduced': no record"
FAR = made(verdict="not reproduced")


@pytest.mark.parametrize(
    "line, outcome, how, said",
    [
        (FOUND, MADE, "pass", ""),
        (FOUND, made(verdict="inconclusive"), "Failed", "the finding has changed"),
        (FOUND, made(verdict="not run", reason="no lions"), "Skipped", "no lions"),
        (FOUND, made(verdict="not run", lost="no record"), "Failed", VANISHED),
        (FOUND, made(ours=9.0, drift="moved"), "Failed", "X.1 drifted: moved"),
        (LINE.format("not reproduced", ', because = "odd"'), FAR, "XFailed", f"{explain(FAR)}: odd"),
        (OTHER, MADE, "Failed", "if this is a finding, record it in findings.toml"),
        (OTHER, made(verdict="inconclusive"), "pass", ""),
    ],
)
def test_what_was_found_before_binds(tmp_path, line, outcome, how, said):
    """A deviation that stands is an expected failure with its reason; what differs fails, and what waits waits."""
    (tmp_path / "findings.toml").write_text(line)
    found, told, kept = end(tmp_path, outcome)
    assert (found, told.endswith(said)) == (how, True)
    stands = line != OTHER and how in ("pass", "XFailed")
    assert kept.finding.get("ours") == ([1498, 1502] if stands else None)


def test_strict_fails_what_is_undecided(tmp_path):
    """With its figures, and nothing else."""
    assert end(tmp_path, made(verdict="inconclusive"), claims_strict=True)[:2] == (
        "Failed", explain(made(verdict="inconclusive")),
    )  # fmt: skip
    assert end(tmp_path, made(), claims_strict=True)[0] == "pass"


def test_what_compares_worse_fails_first(tmp_path, monkeypatch):
    """With the option that asked for it, whatever else is wrong."""
    monkeypatch.setattr(session, "complaint", lambda config, outcome: f"{outcome.spec.id} is worse")
    said = "X.1 is worse (--claims-compare-fail)"
    for outcome in (MADE, made(drift="moved"), made(verdict="not run")):
        assert end(tmp_path, outcome)[:2] == ("Failed", said)


@pytest.mark.parametrize("note", [object(), float("nan")])
def test_a_note_is_json(tmp_path, note):
    """It is kept with the outcome; what JSON cannot hold breaks the claim, in one line."""
    assert end(tmp_path, made(), extra_info={"lens": "50 mm"})[2].extra_info == {"lens": "50 mm"}
    how, said, kept = end(tmp_path, made(), extra_info={"lens": note})
    assert (how, said.startswith("X.1: extra_info: "), kept.verdict) == ("Failed", True, "error")


def test_a_verdict_that_turns_is_fragile_where_it_was_judged(tmp_path):
    """By the choices beside the claims; of a value that drifted nothing is said."""
    (tmp_path / "sensitivity.toml").write_text('"X.1" = { "half the margin" = "inconclusive" }\n')
    assert end(tmp_path, made())[2].fragile == ("half the margin: inconclusive",)
    for outcome in (made(drift="moved"), made(verdict="not run")):
        assert end(tmp_path, outcome)[2].fragile == ()


ASKED = Dry((Request(TOY, "", {}, range(3)),), None, "", frozenset({("toy.ends", "", "{}", "s")}))


def first_look(folder, start=0, scores=("s",), when=NOON):
    """A record in which the toy's scores were seen at noon."""
    folder.mkdir(exist_ok=True)
    row = {"experiment": "toy.ends", "data": "", "factors": {}, "from": start}
    row["seen"] = [[[when.isoformat(), "abc"], list(scores)]]
    with (folder / SEEN).open("a") as file:
        file.write(json.dumps(row) + "\n")


def rule(since, fingerprint=MADE.fingerprint):
    """The toy's line in rules.toml."""
    return f'"X.1" = {{ rule = "{fingerprint}", since = {since:%Y-%m-%dT%H:%M:%SZ} }}\n'


@pytest.mark.parametrize(
    "text, how, said, late",
    [
        ("", "pass", "", ""),
        (rule(NOON), "pass", "", ""),
        (rule(NOON + timedelta(hours=1)), "pass", "", "rule of 2026-11-24 13:00, first seen 2026-11-24 12:00"),
        (rule(NOON, "moved"), "Failed", "its rule was moved in rules.toml", ""),
        (rule(NOON).replace("X.1", "X.2"), "Failed", "its rule is not kept in rules.toml", ""),
    ],
)
def test_a_rule_that_is_not_the_one_kept_fails_its_claim(tmp_path, text, how, said, late):
    """Where rules are kept and the result has been seen; a younger rule is post hoc."""
    (tmp_path / "rules.toml").write_text(text)
    first_look(tmp_path / "record")
    found, told, kept = end(tmp_path, made(), dry=ASKED)
    assert (found, said in told, kept.post_hoc) == (how, True, late)
    for outcome in (made(drift="moved"), made(verdict="not run", reason="no lions")):
        found, told, kept = end(tmp_path, outcome, dry=ASKED)
        assert "rule" not in told
        assert kept.post_hoc == ""


def test_all_that_a_claim_measures_was_seen_when_the_last_of_it_was(tmp_path):
    """None while a part never was; seeds from 14 on are a look of their own."""
    later = NOON + timedelta(days=1)
    both = ASKED.measured | {("toy.ends", "", "{}", "t")}
    first_look(tmp_path / "a", scores=("s",))
    first_look(tmp_path / "b", scores=("s", "t"))
    first_look(tmp_path / "c", scores=("s",))
    first_look(tmp_path / "c", 14, ("s",), later)
    assert looked(ASKED, tmp_path / "a") == NOON
    assert looked(Dry(ASKED.requests, measured=frozenset(both)), tmp_path / "a") is None
    assert looked(Dry(ASKED.requests, measured=frozenset(both)), tmp_path / "b") == NOON
    assert looked(Dry(), tmp_path / "a") is None
    afresh = [Dry((Request(TOY, "", {}, range(start, 20)),), measured=ASKED.measured) for start in (13, 14, 15)]
    assert [looked(one, tmp_path / "c") for one in afresh] == [NOON, later, later]
    assert looked(Dry(measured=ASKED.measured), tmp_path / "c") == NOON


def test_a_moved_rule_is_told_once_its_result_was_seen():
    """Not of what nobody saw, nor of the rule that is kept."""
    kept, moved = Rule(MADE.fingerprint, NOON), Rule("other", NOON)
    assert complaint(MADE, kept, NOON) == complaint(MADE, moved, None) == complaint(MADE, None, None) == ""
    assert complaint(MADE, moved, NOON).startswith("its rule was moved in rules.toml, and its result was first seen ")
    assert complaint(MADE, None, NOON).startswith("its rule is not kept in rules.toml, and its result was first seen ")


def test_a_verdict_with_its_figures_in_one_line():
    """Every interval by its source, a note, and what is claimed; of a claim without a figure the claim alone."""
    said = "X.1 reproduced: the claim is “A toy scores 50.”"
    full = made(
        ours=50.123, intervals={"seeds": (49.0, 51.0), "seeds and animals": (40.0, 60.0)}, note="odd", margin="±2"
    )
    assert explain(full) == (
        f"{said} [ours 50.12 MAP@R %, 90 % over seeds 49 to 51, 90 % over seeds and animals 40 to 60, odd; "
        "at_least >= 40 ±2]"
    )
    bare = made(ours=50.0, intervals={}, spec=Spec("X.1", "A toy scores 50.", "I"))
    assert explain(bare) == f"{said} [ours 50; at_least >= 40]"
    assert explain(made(ours=None)) == said


def test_the_record_is_the_option_s_or_the_environment_s_or_beside(tmp_path, monkeypatch):
    """In that order; else claims/record under the root."""
    config = Item(tmp_path, claims_record=None).config
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    assert record_folder(config) == tmp_path / "claims" / "record"
    monkeypatch.setenv("REPRODUCE_RECORD", str(tmp_path / "other"))
    assert record_folder(config) == tmp_path / "other"
    assert record_folder(Item(tmp_path).config) == tmp_path / "record"


def test_the_seed_to_replay_is_named_or_the_days(monkeypatch):
    """Zero can be named; what is no whole number is one line."""
    monkeypatch.delenv("REPRODUCE_SEED", raising=False)
    assert seed_in_turn(739_000) == 739_000
    for named in ("0", "7"):
        monkeypatch.setenv("REPRODUCE_SEED", named)
        assert seed_in_turn(739_000) == int(named)
    for wrong in ("-1", "two"):
        monkeypatch.setenv("REPRODUCE_SEED", wrong)
        with pytest.raises(pytest.UsageError, match=f"REPRODUCE_SEED={wrong}: "):
            seed_in_turn(1)


@pytest.mark.parametrize("file", ["findings.toml", "rules.toml"])
def test_an_entry_that_no_claim_uses_is_refused_of_a_whole_folder(tmp_path, file):
    """Not while a file of claims was not asked for, nor of single claims."""
    other = rule(NOON) if file == "rules.toml" else LINE.format("reproduced", "")
    (tmp_path / file).write_text("".join(other.replace("X.1", name) for name in ("X.1", "X.2", "X.3")))
    for name in ("test_toy.py", "test_more.py"):
        (tmp_path / name).touch()
    one, two = Item(tmp_path), Item(tmp_path, "X.2", "test_more.py")
    check_findings([one], whole=True)
    check_findings([one, two], whole=False)
    with pytest.raises(pytest.UsageError) as caught:
        check_findings([one, two], whole=True)
    assert str(caught.value) == f"{tmp_path / file}: no claim uses X.3; remove what is gone"
    check_findings([one, two, Item(tmp_path, "X.3")], whole=True)


class Source:
    """A record of toys: what is kept of each by its data, and what is not here."""

    def __init__(self, kept=(), away=(), damaged=(), others=()):
        self.held = {name: [SimpleNamespace(seconds=float(at))] for at, name in enumerate(kept, 2)}
        self.unavailable = lambda request: "away" if request.data in away else ""
        self.damaged = damaged
        self.store = SimpleNamespace(entries=lambda name: others)

    def kept(self, request):
        if request.data in self.damaged:
            raise RecordError("torn")
        return self.held.get(request.data, []), ""


def test_what_a_session_costs(monkeypatch):
    """A kept row as it was timed, a row of an experiment without record by its first seed and the others; what is not
    here, is damaged or waits for a run costs nothing.
    """
    monkeypatch.setattr("reproduce.running.estimates.estimate", lambda *_: SimpleNamespace(first=10.0, seconds=3.0))
    requests = [Request(TOY, name, {}, range(5)) for name in ("kept", "away", "damaged", "new")]
    keys = [one.key for one in requests]
    source = Source(kept=("kept", "away"), away=("away",), damaged=("damaged",))
    assert session._costs(source, requests) == ({keys[0]: 2.0, keys[3]: 22.0}, [keys[3]])
    source = Source(kept=("kept",), others=["a row"])
    assert session._costs(source, requests[3:]) == ({}, [])


COSTS = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}


@pytest.mark.parametrize(
    "budget, day, urgent, chosen",
    [
        (8, 0, [], "abc"),  # half of it for the cheapest, 1 + 2 of 4; then c, from whose turn it is
        (8, 1, [], "abd"),
        (8, 2, [], "abc"),
        (6, 1, [], "abc"),  # d is dearer than what is left
        (5, 0, ["d", "c"], "ac"),  # what waits comes first, the cheapest of it before the dear
        (7, 0, ["d", "c"], "cd"),
        (10, 0, [], "abcd"),
        (2, 0, [], "a"),
        (0.5, 0, [], ""),
        (0, 0, ["a"], ""),
        (-1, 0, [], ""),
    ],
)
def test_a_budget_is_spent_on_the_cheapest_and_in_turn(budget, day, urgent, chosen):
    """To the last second, and never beyond."""
    assert allot(COSTS, budget, day, urgent) == set(chosen)
    assert allot({"free": 0.0}, 0, 0) == set()
    assert allot({"a": 0.2}, 0.5, 0) == {"a"}
    assert allot({"x": 2.0, "b": 1.0, "a": 1.0}, 3, 0, ["a", "b", "x"]) == {"a", "b"}


def test_who_answers_a_session(tmp_path, monkeypatch):
    """A rehearsal, the record alone, or the record with what the budget has room for, after what is fetched unasked."""
    monkeypatch.setenv("REPRODUCE_SEED", "7")
    requests, fetched = [Request(TOY, name, {}, range(5)) for name in ("a", "b")], []
    costs = {one.key: 2.0 for one in requests}
    monkeypatch.setattr(session, "collect", lambda items: requests)
    monkeypatch.setattr(session, "fetch_unasked", lambda inputs: fetched.extend(inputs))
    monkeypatch.setattr(session, "_costs", lambda source, asked: (costs, [requests[1].key]))

    def made(**options):
        return session.measures(Item(tmp_path, **{"claims_tier": "check", "claims_budget": 0.0, **options}).config, [])

    assert isinstance(made(claims_tier="rehearsal"), Rehearsal)
    for budget in (0.0, -1.0):
        alone = made(claims_budget=budget)
        assert (alone.chosen, alone.turn, alone.store.folder) == (set(), 7, tmp_path / "record")
    assert fetched == []
    assert made(claims_budget=0.5).chosen == set()
    assert fetched == [one.inputs for one in requests]
    assert made(claims_budget=2.5).chosen == {requests[1].key}
    assert made(claims_budget=8.0).chosen == set(costs)
    assert fetched == [one.inputs for one in requests] * 3


def test_rules_are_dated_once(tmp_path):
    """A new claim's and a moved one's as of now; one that is kept keeps its date, and one without a verb has none."""
    kept, moved, new = (made(spec=Spec(f"X.{at}", "A toy.", "I")) for at in range(3))
    (tmp_path / "rules.toml").write_text(
        f'"X.0" = {{ rule = "{kept.fingerprint}", since = 2026-01-02T03:04:05Z }}\n'
        '"X.1" = { rule = "other", since = 2026-01-02T03:04:05Z }\n'
        '"X.9" = { rule = "a", since = 2026-01-02T03:04:05Z }\n'
    )
    (tmp_path / "beside").mkdir()
    items = [Item(tmp_path, one.spec.id, dry=Dry(outcome=one)) for one in (kept, moved, new)]
    items += [Item(tmp_path, "X.3"), Item(tmp_path / "beside", "X.0", dry=Dry(outcome=kept))]
    start = datetime.now(UTC).replace(microsecond=0)
    assert rules.write(items) == 3
    found = rules.read(tmp_path / "rules.toml")
    assert {name: one.rule for name, one in found.items()} == dict.fromkeys(("X.0", "X.1", "X.2"), kept.fingerprint)
    assert found["X.0"].since == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (
        min(found["X.1"].since, found["X.2"].since, rules.read(tmp_path / "beside" / "rules.toml")["X.0"].since)
        >= start
    )
    assert rules.write(items) == 0
    assert rules.unused(found, ["X.0", "X.2"]) == ["X.1"]
    assert rules.read(tmp_path / "none.toml") == {}
