"""Findings without a session: a mean's range, what leaves it, and the file as it would have to be, by line."""

import math
from pathlib import Path

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.files.findings import HEAD, Finding, complaint, expected, proposed, read, unused, vanished
from reproduce.verdicts.outcome import Outcome, Spec


def outcome(name="X.a", verdict="reproduced", values=(1500.0,), group="Table I", **fields):
    """The end of a toy claim, their mean ours; of 1500 alone the range is 1498 to 1502."""
    mean = math.fsum(values) / len(values) if values else None
    return Outcome(Spec(name, "A toy.", "I", group=group), verdict, ours=mean, values=values, **fields)


@pytest.mark.parametrize(
    "values, low, high",
    [
        ((48.0, 50.0, 52.0), 33.79, 66.21),  # t of 99 %, 9.925, times 2 * sqrt(2 / 3)
        ((48.0, 52.0), -130.1, 230.1),  # 63.66 times sqrt(8)
        ((1500.0,), 1498, 1502),
        ((-50.0, -50.0), -50.05, -49.95),
        ((0.0123,), 0.01228, 0.01232),
        ((123456.0,), 123300, 123600),
        ((0.0,), -1e-12, 1e-12),
        ((1e-12,), 0.0, 2e-12),
    ],
)
def test_a_range_has_four_digits_rounded_outwards(values, low, high):
    """99 % of the means of as many seeds again; a thousandth of the mean at least, and never none."""
    assert expected(outcome(values=values)) == (low, high)


@pytest.mark.parametrize(
    "low, high, says",
    [
        (1496, 1504, ""),  # twice as wide as the rule's
        (1496, 1504.5, "and the range 1496 to 1504.5 of findings.toml is wider than its rule gives, 1498 to 1502"),
        (1500, 1504, ""),
        (1496, 1500, ""),
        (1500.5, 1504, "and 1500 has left the range 1500.5 to 1504 of findings.toml"),
        (1496, 1499.5, "and 1500 has left the range 1496 to 1499.5 of findings.toml"),
    ],
)
def test_a_mean_lies_in_its_range_and_the_range_in_its_rule(low, high, says):
    """Both edges belong to the range."""
    assert complaint(outcome(), Finding("reproduced", (low, high))) == says


@pytest.mark.parametrize(
    "verdict, strict, loose", [("reproduced", True, False), ("compatible", True, False), ("not reproduced", True, True),
                               ("inconclusive", False, False)],
)  # fmt: skip
def test_what_has_no_line_wants_one(verdict, strict, loose):
    """A conclusive verdict where findings are kept; a deviation wherever it is."""
    found = [complaint(outcome(verdict=verdict), None, one) for one in (True, False)]
    wants = "if this is a finding, record it in findings.toml"
    assert found == [wants if strict else "", wants if loose else ""]
    assert complaint(outcome(verdict=verdict), None) == found[0]


def test_a_claim_vanishes_where_it_was_found_and_is_lost():
    """With its verdict of before, and why; else nothing is said."""
    lost, found = outcome(verdict="not run", values=(), lost="no record"), Finding("holds", (1, 2))
    assert vanished(lost, found) == "X.a has no verdict, and findings.toml says 'holds': no record"
    assert vanished(lost, None) == vanished(outcome(verdict="not run", values=()), found) == ""


def after(path, outcomes, **whole):
    """The file as it is proposed: the diff applied to what there is."""
    diff = proposed(outcomes, path, **whole)
    return [line[1:] for line in diff if line[:1] in "+ " and not line.startswith("+++")]


def test_a_new_file_has_a_heading_for_each_group(tmp_path):
    """In the order of the claims; an undecided claim and one that was not run have no line."""
    ends = [
        outcome("X.a"),
        outcome("X.b", "not reproduced"),
        outcome("X.c", "inconclusive"),
        outcome("Y.a", "compatible", group="Notes"),
        outcome("Y.b", "not run", values=(), group="Notes"),
        outcome("Y.c", "error", values=(), group="Notes"),
    ]
    assert after(tmp_path / "findings.toml", ends) == [
        *HEAD.splitlines(),
        "",
        "# Table I",
        '"X.a" = { says = "reproduced", ours = [1498, 1502] }',
        '"X.b" = { says = "not reproduced", ours = [1498, 1502], because = "unexplained" }',
        "",
        "# Notes",
        '"Y.a" = { says = "compatible", ours = [1498, 1502] }',
    ]


STANDS = '"X.a" = { says = "reproduced", ours = [1497, 1503] }'
NEW = '"X.a" = { says = "not reproduced", ours = [1498, 1502], because = "unexplained" }'
FAILS = '"X.a" = { says = "not reproduced", ours = [LOW, HIGH], because = "toys are “odd”" }'


@pytest.mark.parametrize(
    "before, end, now",
    [
        (STANDS, {}, STANDS),
        (STANDS, {"verdict": "not run", "values": ()}, STANDS),
        (STANDS, {"values": (2000.0,), "drift": "moved"}, STANDS),
        (STANDS, {"verdict": "inconclusive"}, None),
        (STANDS, {"values": (2000.0,)}, STANDS.replace("1497, 1503", "1998, 2002")),
        (STANDS, {"verdict": "not reproduced"}, NEW),
        (FAILS, {"verdict": "not reproduced", "values": (2000.0,)}, FAILS.replace("LOW, HIGH", "1998, 2002")),
        (FAILS, {}, '"X.a" = { says = "reproduced", ours = [1498, 1502] }'),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_line_changes_where_it_no_longer_stands(tmp_path, before, end, now, whole):
    """Else it is kept, and so is what was not judged; a deviation keeps its reason as long as it is one."""
    path = tmp_path / "findings.toml"
    head = [*HEAD.splitlines(), "", "# Table I"]
    before = before.replace("LOW, HIGH", "1497, 1503")
    path.write_text("\n".join([*head, before]) + "\n", encoding="utf-8")
    diff = proposed([outcome(**end)], path, whole=whole)
    if before == now:
        assert diff == []
    elif now is None and whole:
        assert [line for line in diff if line[:1] in "+-"][2:] == ["-", "-# Table I", f"-{before}"]
    else:
        assert diff[3:] == [" # Table I", f"-{before}", *([f"+{now}"] if now else [])]


def test_of_a_part_other_lines_stay_and_new_ones_come_last(tmp_path):
    """By hand or not, in their order; a claim that is decided for the first time is added."""
    path = tmp_path / "findings.toml"
    lines = ["# By hand", STANDS, STANDS.replace("X.a", "X.b"), "", STANDS.replace("X.a", "X.c")]
    path.write_text("\n".join(lines) + "\n")
    ends = [outcome("X.b", values=(2000.0,)), outcome("X.d"), outcome("X.e", "inconclusive")]
    assert after(path, ends, whole=False) == [
        STANDS,
        '"X.b" = { says = "reproduced", ours = [1998, 2002] }',
        "",
        STANDS.replace("X.a", "X.c"),
        '"X.d" = { says = "reproduced", ours = [1498, 1502] }',
    ]


def test_a_proposal_names_the_file_on_both_sides(tmp_path):
    """As a patch does."""
    path = Path(tmp_path, "findings.toml")
    assert proposed([outcome()], path)[:2] == [f"--- {path}", f"+++ {path} (proposed)"]


@pytest.mark.parametrize("says", ["holds", "reproduced", "fails", "not reproduced"])
def test_a_range_may_be_one_value_and_a_deviation_says_why(tmp_path, says):
    """The file and the entry are named where it is not so."""
    path = tmp_path / "findings.toml"
    path.write_text(f'"X.a" = {{ says = "{says}", ours = [1, 1], because = "odd" }}\n')
    assert read(path) == {"X.a": Finding(says, (1.0, 1.0), "odd")}
    assert unused(read(path), ["X.b"]) == ["X.a"]
    assert unused(read(path), ["X.a", "X.b"]) == []
    path.write_text(f'"X.a" = {{ says = "{says}", ours = [1, 2] }}\n')
    if says in ("holds", "reproduced"):
        assert read(path)["X.a"].because == ""
    else:
        with pytest.raises(InvalidInputError, match=r'findings\.toml: "X\.a" is a deviation: say why'):
            read(path)
    path.write_text(f'"X.a" = {{ says = "{says}", ours = [2, 1], because = "odd" }}\n')
    with pytest.raises(InvalidInputError, match=r'findings\.toml: "X\.a": the range 2\.0 to 1\.0 is empty'):
        read(path)
