"""Where things lie on a strip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.report.strip import BORDER, WIDTH, Edge, _labelled, described, strip
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


@pytest.mark.parametrize(
    "fields, seeds, edge",
    [
        # From 10 to 30, and 3 beyond the open side: 23 on 198 pixels.
        ({"lower": None, "upper": 30.0}, (41.8, 127.9), 214.0),
        ({"lower": 10.0, "upper": None}, (102.1, 188.2), 16.0),
    ],
)
def test_an_open_side_has_room(outcome, fields, seeds, edge):
    """The outermost value does not stand at the end of the drawing, so that the region is seen to go on."""
    values = (10.0, 20.0) if fields["lower"] is None else (20.0, 30.0)
    drawn = strip(outcome(values=values, ours=20.0, interval=None, chance=None, **fields))
    assert drawn.seeds == seeds
    assert [one.x for one in drawn.edges] == [edge]


def test_an_interval_wider_than_all_else_is_drawn_whole(outcome):
    """From end to end; so is a chance, or the paper's figure, beyond it."""
    drawn = strip(outcome(interval=(-10.0, 90.0), chance=None))
    assert drawn.interval == (BORDER, WIDTH - BORDER)
    drawn = strip(outcome(paper="99.5", chance=0.5))
    assert (drawn.chance, drawn.paper) == (BORDER, WIDTH - BORDER)


@pytest.mark.parametrize("value", [25.0, 0.0])
@pytest.mark.parametrize("open_side", [{}, {"lower": None}, {"upper": None}])
def test_one_value_alone_lies_in_the_middle(outcome, value, open_side):
    """Where edges, mean and seeds are all one there is no scale."""
    bounds = {"lower": value, "upper": value} | open_side
    drawn = strip(outcome(ours=value, values=(value, value), interval=None, chance=None, paper=f"{value}", **bounds))
    assert drawn.mean == WIDTH / 2
    assert drawn.seeds == (WIDTH / 2, WIDTH / 2)


def test_a_figure_that_is_no_number_is_not_drawn(outcome):
    """A printed range, say; a mean of one seed has no seeds beside it."""
    drawn = strip(outcome(paper="20 to 30", values=(25.0,)))
    assert drawn.paper is None
    assert drawn.seeds == ()


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


@pytest.mark.parametrize(
    "edges, labels",
    [
        # Six pixels a letter, of the longer label: at 30 both fit, just below that they share one in the middle.
        ([(100.0, "20.40"), (130.0, "33.10")], [(100.0, "20.40"), (130.0, "33.10")]),
        ([(100.0, "20.40"), (129.7, "33.10")], [(114.8, "20.40 … 33.10")]),
        ([(100.0, "5"), (135.0, "100.00")], [(117.5, "5 … 100.00")]),
        ([(100.0, "5"), (136.0, "100.00")], [(100.0, "5"), (136.0, "100.00")]),
        # Thirteen letters of three pixels to either side: no farther to the left than 39, nor to the right than 191.
        ([(16.0, "20.40"), (20.0, "33.10")], [(39.0, "20.40 … 33.10")]),
        ([(210.0, "20.40"), (214.0, "33.10")], [(191.0, "20.40 … 33.10")]),
        ([(4.0, "5"), (8.0, "33.10")], [(27.0, "5 … 33.10")]),
        ([(4.0, "20.40"), (8.0, "5")], [(27.0, "20.40 … 5")]),
        ([(5.0, "20.40")], [(5.0, "20.40")]),
    ],
)
def test_a_label_stands_where_it_fits(edges, labels):
    """Beneath its edge, or in the middle of two, within the drawing."""
    assert _labelled(edges) == tuple(Edge(*one) for one in labels)


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
