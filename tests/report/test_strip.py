"""Where things lie on a strip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.report.strip import BORDER, WIDTH, described, strip
from reproduce.verdicts.outcome import Outcome, Spec


def test_order_on_the_strip_is_the_order_of_the_values(outcome):
    """Chance, edge, interval, mean, the paper's figure and the other edge come in the order of their values."""
    drawn = strip(outcome())
    places = [drawn.chance, drawn.region[0], *drawn.interval[:1], drawn.mean, drawn.interval[1], drawn.paper]
    assert [*places, drawn.region[1]] == sorted([*places, drawn.region[1]])
    assert len(set(places)) == len(places)
    assert drawn.chance == BORDER
    assert drawn.region[1] == WIDTH - BORDER


def test_scale_is_linear(outcome):
    """A value halfway between two others is drawn halfway between them."""
    drawn = strip(outcome(chance=None, lower=0.0, upper=100.0, ours=50.0, values=(25.0, 75.0), interval=(25.0, 75.0)))
    assert drawn.mean == pytest.approx(WIDTH / 2)
    assert drawn.seeds == drawn.interval == pytest.approx((BORDER + 0.25 * 198, BORDER + 0.75 * 198))


@pytest.mark.parametrize(("side", "end"), [("lower", 0), ("upper", 1)])
def test_an_open_side_reaches_the_end(outcome, side, end):
    """A region with one edge is shaded from there to the end of the drawing, and has one label."""
    drawn = strip(outcome(paper=">= 20", **{side: None}))
    assert drawn.region[end] == (0.0, WIDTH)[end]
    assert len(drawn.edges) == 1
    assert drawn.paper is None


def test_chance_is_not_on_the_scale_of_a_difference(outcome):
    """A difference of two scores has no chance drawn, a score has."""
    assert strip(outcome()).chance is not None
    assert strip(outcome(difference=True)).chance is None


def test_nothing_to_draw(outcome):
    """A claim that was not run, and one that compares digits, have no strip."""
    assert strip(outcome(ours=None)) is None
    assert strip(outcome(lower=None, upper=None)) is None


def test_labels_do_not_overlap(outcome):
    """Two edges closer than their labels are wide share one label, which stays inside the drawing."""
    (edge,) = strip(outcome(lower=26.7, upper=26.8, ours=90.0, interval=(80.0, 99.0))).edges
    assert edge.label == "26.70 … 26.80"
    assert edge.x - 3 * len(edge.label) > 0
    assert edge.x + 3 * len(edge.label) <= WIDTH


value = st.floats(-1e6, 1e6, allow_subnormal=False)


@examples(200)
@given(
    st.lists(value, min_size=4, max_size=4), st.one_of(st.none(), value), st.sampled_from(["both", "lower", "upper"])
)
def test_everything_lies_inside(values, chance, edges):
    """Whatever the values, all that is drawn lies inside the drawing and the region is not inverted."""
    low, first, second, high = sorted(values)
    made = Outcome(
        Spec("t", "t", "t"), "reproduced", paper="1", ours=(first + second) / 2, values=(first, second),
        interval=(first, second), lower=low if edges != "upper" else None, upper=high if edges != "lower" else None,
        chance=chance,
    )  # fmt: skip
    drawn = strip(made)
    places = [*drawn.region, *drawn.interval, *drawn.seeds, drawn.mean, *(edge.x for edge in drawn.edges)]
    assert all(0 <= place <= WIDTH for place in [*places, *([drawn.chance] if drawn.chance is not None else [])])
    assert drawn.region[0] <= drawn.region[1]


@pytest.mark.parametrize(
    "fields, said",
    [
        ({}, "ours 25.00, 90 % interval 24.50 to 25.50, region 20.40 to 33.10, chance 3.90, 2 seeds"),
        ({"interval": None, "values": (25.0,)}, "ours 25.00, region 20.40 to 33.10, chance 3.90, 1 seed"),
        ({"upper": None, "chance": None}, "ours 25.00, 90 % interval 24.50 to 25.50, region from 20.40, 2 seeds"),
        ({"lower": None, "difference": True}, "ours 25.00, 90 % interval 24.50 to 25.50, region up to 33.10, 2 seeds"),
    ],
)
def test_the_strip_is_said_in_words(outcome, fields, said):
    """With its figures, for who does not see it; chance is left out of a difference."""
    assert described(outcome(**fields)) == f"I.64: {said}"
