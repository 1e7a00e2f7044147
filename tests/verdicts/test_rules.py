"""Rules and first looks: what was asked after the answer is post hoc, and a rule that moves after it is red."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from reproduce.errors import InvalidInputError, RecordError
from reproduce.record import Cell, Entry, Store
from reproduce.record.seen import FILE, first_seen
from reproduce.verdicts.plugin.rules import Rule, post_hoc, read

TOY = '''
"""Table X: a toy."""
from reproduce.experiments import Result, experiment
from reproduce.verdicts import statement

@experiment("toy.rules", varies=("order",), needs=())
def toy(catalogue, seed, *, mean=0.5):
    """Kept."""

@statement("X.near", at="Table X", unit="MAP@R %")
def test_near(claim):
    """The toy scores at least 40."""
    claim.at_least(claim(toy, "", score="s", seeds=3), 40, because="a toy")
'''
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def entries(when, scores=("s",), experiment="toy.rules", seeds=range(3)):
    """Three seeds that score about a half; a score with an = behind is the first under another name."""
    return [
        Entry(Cell(experiment, 1, {"mean": 0.5}, "", "", None, seed),
              {name: 0.5 + seed / 100 + (0 if name.endswith("=") else at / 1000) for at, name in enumerate(scores)},
              commit="abc", time=when.isoformat())
        for seed in seeds
    ]  # fmt: skip


def test_the_first_look_stays_through_re_measurements(tmp_path):
    """A row measured again, with a score more, keeps when its old scores were seen; seeds from 14 on are a new look."""
    store, later = Store(tmp_path), NOON + timedelta(days=1)
    store.add_all(entries(NOON))
    store.add_all(entries(later, ("s", "new")), replace=True)
    store.add_all(entries(later, seeds=range(14, 16)))
    (old, fresh) = (first_seen(tmp_path)["toy.rules", "", '{"mean": 0.5}', block] for block in (0, 14))
    assert {score: at[0] for score, at in old.items()} == {"s": NOON.isoformat(), "new": later.isoformat()}
    assert fresh["s"] == (later.isoformat(), "abc")
    assert all(one.time == later.isoformat() for one in store.entries("toy.rules"))
    assert store.experiments() == ["toy.rules"]


def test_a_number_that_was_seen_is_no_news_under_another_name(tmp_path):
    """The score that is kept under a second name had been looked at; one that is another number had not."""
    store, later = Store(tmp_path), NOON + timedelta(days=1)
    store.add_all(entries(NOON))
    store.add_all(entries(later, ("s", "s@train=", "new")), replace=True)
    (old,) = first_seen(tmp_path).values()
    assert {score: at[0] for score, at in old.items()} == {
        "s": NOON.isoformat(), "s@train=": NOON.isoformat(), "new": later.isoformat(),
    }  # fmt: skip


def test_a_file_of_first_looks_that_is_damaged_is_named(tmp_path):
    """The line is said, and what to do."""
    (tmp_path / FILE).write_text('{"experiment": 1}\n')
    with pytest.raises(RecordError, match=r"line 1: .*; restore the file"):
        first_seen(tmp_path)


def test_a_rule_is_late_only_after_a_look():
    """Before it, at once with it, and of what nobody saw, it is not."""
    for since, look in ((NOON, NOON), (NOON, NOON + timedelta(minutes=1)), (NOON, None)):
        assert post_hoc(Rule("", since), look) == ""
    late = post_hoc(Rule("", NOON), NOON - timedelta(hours=1))
    assert late == "rule of 2026-11-24 12:00, first seen 2026-11-24 11:00"


@pytest.fixture
def judged(claim_session):
    """The toy judged from a record that was first seen at noon: ``judged(source, rules) -> (result, outcome)``."""
    Store(claim_session.path / "claims" / "record").add_all(entries(NOON))

    def run(source, *options, **beside):
        result = claim_session(source, "--claims-json=out.json", "--claims-budget=0", *options, **beside)
        (outcome,) = json.loads((claim_session.path / "out.json").read_text())["claims"]
        return result, outcome

    return run


def rule(outcome, since):
    """The line of the toy's rule."""
    return f'"X.near" = {{ rule = "{outcome["fingerprint"]}", since = {since:%Y-%m-%dT%H:%M:%SZ} }}\n'


def test_a_rule_moved_after_its_result_is_red(judged):
    """Older than the look it is green, younger it is post hoc, moved it fails until it is dated, and then is late."""
    result, outcome = judged(TOY)
    assert (result.ret, outcome["post_hoc"]) == (0, "")  # no file, no history
    result, outcome = judged(TOY, rules=rule(outcome, NOON - timedelta(hours=1)))
    assert (result.ret, outcome["post_hoc"]) == (0, "")
    result, outcome = judged(TOY, rules=rule(outcome, NOON + timedelta(hours=1)))
    assert (result.ret, outcome["post_hoc"]) == (0, "rule of 2026-11-24 13:00, first seen 2026-11-24 12:00")
    result.stdout.fnmatch_lines(["*† 1 post hoc*"])
    moved = TOY.replace("40", "45")
    result, _ = judged(moved, rules=rule(outcome, NOON - timedelta(hours=1)))
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*its rule was moved in rules.toml, and its result was first seen 2026-11-24 12:00*"])
    result, outcome = judged(moved, "--claims-rules")
    assert result.ret == 0
    assert "first seen 2026-11-24 12:00" in outcome["post_hoc"]
    result, _ = judged(moved, rules="")
    assert result.ret == 0


def test_a_new_row_of_an_old_claim_is_as_old_as_its_line(judged, claim_session, monkeypatch):
    """A template that was committed before the look lends no date to a row that was added after it."""
    for name in ("AUTHOR", "COMMITTER"):
        for what, value in (("NAME", "a"), ("EMAIL", "a@b"), ("DATE", "2026-11-24T10:00:00Z")):
            monkeypatch.setenv(f"GIT_{name}_{what}", value)
    rows = TOY.replace("X.near", "X.{row}").replace(
        "@statement", '@pytest.mark.parametrize("row", ["near"])\n@statement'
    )
    rows = rows.replace("(claim)", "(claim, row)").replace(
        "from reproduce.experiments", "import pytest\nfrom reproduce.experiments"
    )
    judged(rows)  # writes the claim's file
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "old"]):
        subprocess.run(["git", *command], cwd=claim_session.path, check=True)
    result, outcome = judged(rows, "--claims-rules")
    assert result.ret == 0
    assert "first seen 2026-11-24 12:00" in outcome["post_hoc"]


def test_a_rule_that_no_claim_uses_is_refused(claim_session):
    """As a finding without a claim is."""
    result = claim_session(TOY, rules='"X.gone" = { rule = "a", since = 2026-11-24T12:00:00Z }\n')
    assert result.ret != 0
    assert "rules.toml: no claim uses X.gone" in "\n".join([*result.outlines, *result.errlines])


def test_a_rule_needs_a_fingerprint_and_a_date(tmp_path):
    """Else the file and the claim are named."""
    path = tmp_path / "rules.toml"
    path.write_text('"X.near" = { rule = "a" }\n')
    with pytest.raises(InvalidInputError, match=r"\"X.near\": Object missing required field `since`"):
        read(path)
