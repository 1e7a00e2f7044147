"""A table as it is asked for: its columns by name, a sort, groups, and what others' columns say when they break."""

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.views.arranged import Arrangement, Column, arrange, clearance, hooked
from reproduce.verdicts.views.table import header, markdown, render

CLAIM = Column("Claim", lambda one: one.spec.id, left=True)
P_AT_1 = Column("P@1", lambda one: "1.00", called="p")


def outcome(name="a", verdict="reproduced", group="Notes", ours=1.5, **fields):
    """The end of a toy claim between 0 and 4."""
    plain = {"interval": (1.0, 2.0), "lower": 0.0, "upper": 4.0, "verb": "between", "paper": "0 to 4"}
    return Outcome(Spec(name, "A toy.", "I", group=group, fidelity="proxy"), verdict, ours=ours, **{**plain, **fields})


@pytest.mark.parametrize(
    "fields, measured",
    [
        ({}, 3.0),  # 1.5 from the nearer edge, half of the interval being 0.5
        ({"ours": 3.5, "interval": (3.0, 4.0)}, 1.0),
        ({"ours": -1.0, "interval": (-1.5, -0.5)}, 2.0),
        ({"lower": None}, 5.0),
        ({"upper": None}, 3.0),
        ({"interval": (1.5, 1.5)}, float("inf")),
        ({"lower": None, "upper": None}, None),
        ({"interval": None}, None),
        ({"ours": None}, None),
    ],
)
def test_clearance_is_counted_in_half_widths(fields, measured):
    """From the nearest edge."""
    assert clearance(outcome(**fields)) == measured


def test_groups_come_in_order_and_tables_first_of_files_alone():
    """Within a group as they come, or by what they are sorted by, what has no such value last."""
    in_table = [outcome(name, group="Table I", ours=ours) for name, ours in (("a", 9.0), ("c", None), ("d", 0.0))]
    made = [outcome("b", group="Notes"), *in_table]

    def told(**asked):
        return [(name, [one.spec.id for one in members]) for name, members in Arrangement(**asked).groups(made)]

    assert told() == [("Table I", ["a", "c", "d"]), ("Notes", ["b"])]
    assert told(sort="ours") == [("Table I", ["d", "a", "c"]), ("Notes", ["b"])]
    assert told(sort="claim", group_by="kind") == [("statement", ["a", "b", "c", "d"])]
    assert told(group_by="verdict", sort="margin") == [("supported", ["d", "b", "a", "c"])]
    places = [outcome("a", group="x"), outcome("b", group="x")]
    assert [name for name, _ in Arrangement(group_by="place").groups(places)] == ["I"]
    named = [Outcome(Spec(at, "A toy.", at), "reproduced") for at in ("Notes", "Table I")]
    assert [name for name, _ in Arrangement(group_by="place").groups(named)] == ["Notes", "Table I"]


def test_what_is_asked_for_in_words():
    """Names by comma, in any case, among the table's columns and those of hooks; else as ever."""
    assert arrange([CLAIM, P_AT_1]) == Arrangement()
    found = arrange([CLAIM], (P_AT_1,), " P , claim", "ours", "kind")
    assert found == Arrangement((P_AT_1, CLAIM), (P_AT_1,), "ours", "kind")
    assert (CLAIM.name, P_AT_1.name) == ("claim", "p")


@pytest.mark.parametrize(
    "asked, says",
    [
        ({"columns": "claim,"}, "no column ''; "),
        ({"columns": "clam"}, "no column 'clam'; did you mean claim?"),
        ({"sort": "size"}, "no order 'size'; there are: claim, ours, verdict, margin"),
        ({"group_by": "zoo"}, "no kind of group 'zoo'; there are: file, place, setting, kind, evidence, verdict"),
    ],
)
def test_a_word_that_there_is_not_is_one_line(asked, says):
    """With what there is."""
    with pytest.raises(InvalidInputError) as caught:
        arrange([CLAIM], **asked)
    assert str(caught.value).startswith(says)


def test_a_column_that_breaks_says_so_in_its_cell():
    """In one line; what it gives is written as text, and it gives way last."""
    number, broken = hooked([("Twice", lambda one: 2 * one.ours), ("Odd", lambda one: one.nothing)])
    assert (number.head, number.left, number.gives_way) == ("Twice", True, 9)
    assert number.cell(outcome()) == "3.0"
    assert broken.cell(outcome()) == "AttributeError: 'Outcome' object has no attribute 'nothing'"


def test_a_rule_above_a_group_says_what_its_claims_have_in_common():
    """How many claims and seeds, backends and machines once; cut where there is no room."""
    one = outcome(values=(1.0, 2.0), backends=("numpy",), machines=("x86",))
    two = outcome(values=(1.0,), backends=("keras", "numpy"))
    waits = outcome("c", "not run", ours=None)
    assert header("A", [one], 60) == " claims 'A': 1 claim · 2 seeds · numpy · x86 ".center(60, "-")
    assert header("A", [two], 60) == " claims 'A': 1 claim · 1 seed · keras · numpy ".center(60, "-")
    assert header("A", [one, two], 60) == " claims 'A': 2 claims · 1-2 seeds · keras · numpy · x86 ".center(60, "-")
    assert header("A", [one, waits], 60) == " claims 'A': 2 claims · 2 seeds · numpy · x86 ".center(60, "-")
    assert header("A", [waits], 60) == " claims 'A': 1 claim ".center(60, "-")
    text = "claims 'A': 1 claim · 2 seeds · numpy · x86"
    assert header("A", [one], len(text) + 2) == f" {text} "
    assert header("A", [one], len(text) + 1) == f" {text[:-2]}… "


def test_what_is_written_below_a_group():
    """Why claims were not run or broke, once for all of one reason, what else must be known, and the planned power."""
    waits = {"verdict": "not run", "ours": None, "interval": None}
    made = [
        outcome("a", **waits, reason="no lions"),
        outcome("b", **waits, reason="no lions", power=0.876),
        outcome("c", "error", ours=None, interval=None, reason="no verb"),
        outcome("d", note="odd"),
        outcome("e", note="odd", power=0.0),
    ]
    below = ["  not run: no lions: a, b", "  error: no verb: c", "  odd: d, e", "  planned power: b 88 %, e 0 %", ""]
    assert render(made, 80)[-5:] == below
    assert markdown(made).splitlines()[9:13] == ["", "- not run: no lions: a, b", "- error: no verb: c", "- odd: d, e"]
    assert render([outcome()], 80)[-1:] == [""]
    assert "planned" not in " ".join(render([outcome()], 80))


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"reason": "no lions"}, "- not run: a"),
        ({"reason": "no lions", "verb": "waits"}, "- not run: no lions: a"),
        ({"reason": "stale: other factors"}, "- not run: stale: other factors: a"),
        ({"reason": "rehearsed on stand-ins"}, "- not run: rehearsed on stand-ins: a"),
        ({"reason": "no verb", "verdict": "error"}, "- error: no verb: a"),
    ],
)
def test_in_brief_what_waits_for_a_download_is_named_alone(fields, said):
    """What a download and a run cannot mend keeps its reason."""
    one = outcome("a", **{"verdict": "not run", "ours": None, "interval": None, **fields})
    assert said in markdown([one], brief=True).splitlines()


def test_a_page_has_both_intervals_and_the_one_that_carries_in_bold():
    """In columns of their own; a cell's stroke does not end it."""
    both = {"seeds": (1.0, 2.0), "seeds and animals": (0.5, 2.5)}
    columns = " 90 %, seeds | 90 %, seeds and animals "
    page = markdown([outcome("a|b", intervals=both, scatter="seeds")])
    assert page.splitlines()[2] == (
        f"| Claim | Paper | Ours |{columns}| Required | n | Chance | P@1 | Evidence | Verdict | Checked now |"
    )
    assert "| **1.00..2.00** | 0.50..2.50 |" in page
    assert "| a\\|b |" in page
    assert "| 1.00..2.00 |" in markdown([outcome(intervals={"seeds": (1.0, 2.0)}, scatter="seeds and animals")])
    assert "1.00..2.00" not in markdown([outcome(intervals=both)])
    only = markdown([outcome("a")], arranged=Arrangement((CLAIM,), (P_AT_1,)))
    assert "| Claim |\n|---|\n| a |" in only
    assert " P@1 |\n" in markdown([outcome("a")], arranged=Arrangement((), (P_AT_1,)))
