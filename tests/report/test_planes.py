"""An embedding drawn by its distances and as a plane; readings and rivals in their order, and in words."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from reproduce.report.figures import animals, plane
from reproduce.verdicts.explanations.readings import Cattle, Reading, Score
from reproduce.verdicts.explanations.scored import Weighed


@pytest.mark.parametrize(
    "places, whose, said",
    [
        # Pairs of one animal lie 1 and 6 apart, the others 3, 9, 2 and 8: half of those within 5.5.
        ([0, 1, 3, 9], "aabb", "2 pairs of one animal and 4 of two; 50 %"),
        ([0, 1, 3, 4], "aabb", "2 pairs of one animal and 4 of two; 100 %"),
        ([0, 1, 3], "aaa", "3 pairs of one animal and 0 of two; 0 %"),
        ([0, 1, 3], "abc", "0 pairs of one animal and 3 of two; 0 %"),
        # Of two that are as far apart as half of the others, neither is nearer.
        ([0, 2, 4], "aba", "1 pairs of one animal and 2 of two; 0 %"),
        ([0, 2, 3], "aab", "1 pairs of one animal and 2 of two; 0 %"),
    ],
)
def test_distances_within_and_between_animals(undrawn, places, whose, said):
    """How many pairs there are of each kind, and how many of one animal are nearer than half of the others."""
    asked = undrawn(animals)
    drawn = animals.distances("toy", np.array(places, float)[:, None], np.array(list(whose)))
    assert (
        drawn.says == f"Histogram of distances of {said} of the pairs of one animal are nearer than half of the others."
    )
    assert (drawn.wide, drawn.narrow) == ("wide", "narrow")
    assert asked["heights"] == {False: 2.6, True: 2.6}


def test_a_histogram_is_of_each_kind_by_itself(undrawn):
    """In 40 parts from 0 to the farthest pair, each kind in per cent of its own pairs; to 1 where all is one point."""
    asked = undrawn(animals)
    animals.distances("toy", np.array([0.0, 1.0, 3.0, 10.0])[:, None], np.array(list("aabb")))
    picture = Figure()
    asked["paint"](picture, False)
    one, two = (patch.get_data() for patch in picture.axes[0].patches)
    assert (len(one.values), one.edges[0], one.edges[-1]) == (40, 0, 10)
    found = [np.flatnonzero(kind.values).tolist() for kind in (one, two)]
    assert found == [[4, 28], [8, 12, 36, 39]]
    assert (one.values[4], two.values[8]) == (50, 25)
    animals.distances("toy", np.zeros((3, 1)), np.array(list("aaa")))
    picture = Figure()
    asked["paint"](picture, True)
    one, two = (patch.get_data() for patch in picture.axes[0].patches)
    assert (one.edges[-1], one.values[0], two.values.sum()) == (1, 100, 0)


def test_a_plane_says_what_it_shows(undrawn, monkeypatch):
    """Two directions of three, the same each time, by animal and by the part that the file's name ends in."""
    from sklearn import decomposition

    found, told, asked = decomposition.PCA, [], undrawn(animals)
    monkeypatch.setattr(decomposition, "PCA", lambda **how: told.append(how) or found(**how))
    rows = np.array([[3, 0, 0], [-3, 0, 0], [0, 2, 0], [0, -2, 0], [0, 0, 1], [0, 0, -1.0]])
    paths = [
        "a/Kio_Left_Ear.png",
        "a/Kio_Nose.png",
        "b/Bo_Ear (2).png",
        "b/Bo_Nose3.png",
        "c/Ra_Nose.png",
        "c/Ra_ear.png",
    ]
    drawn = animals.plane("toy", rows, np.array(list("aabbcc")), paths)
    assert drawn.says == (
        "Map of the embedding of 6 images on its first two principal components (93 % of the variance), by animal (3) "
        "and by part (ear, nose)."
    )
    assert told == [{"n_components": 2, "random_state": 0}]
    assert asked["heights"] == {False: 3.6, True: 6.4}
    for narrow, shape in ((False, (1, 2)), (True, (2, 1))):
        picture = Figure()
        asked["paint"](picture, narrow)
        by_animal, by_part = picture.axes
        assert by_animal.get_gridspec().get_geometry() == shape
        assert [line.get_label() for line in by_animal.lines] == ["a", "b", "c"]
        assert [(line.get_label(), len(line.get_xdata())) for line in by_part.lines] == [("ear", 3), ("nose", 3)]
        assert np.abs(by_animal.lines[0].get_xydata()).round(6).tolist() == [[3, 0], [3, 0]]


@pytest.mark.parametrize(
    "name, part",
    [("Ayo_Left_Face.png", "face"), ("x/Kio_Ear (2).jpg", "ear"), ("Kio_Nose12.png", "nose"), ("whole.png", "whole")],
)
def test_a_part_is_the_last_word_of_a_file(name, part):
    """Without its number."""
    assert animals.body_part(name) == part


def rival(name, kind, scores, gain=()):
    """One that was weighed."""
    return Weighed(SimpleNamespace(name=name, kind=kind), scores, gain, {}, None)


READINGS = [
    Reading("MobileNetV2.far", {("64", "75"): Score((45.0, 47.0), 0.4), ("64", "19"): Score((4.0, 6.0), 1.9)}),
    Reading(
        "near", {("64", "75"): Score((0.9, 1.1), 0.4), ("32", "75"): Score((9.0, 9.0), 0.4)},
        Cattle(70.0, 50.0, 41.0, None, (40.0, 42.0)),
    ),
    Reading("no 64", {("32", "75"): Score((2.0,), 0.4)}),
    Reading("no 75", {("64", "94"): Score((5.0, 5.0), 0.4)}),
]  # fmt: skip
WEIGHED = [
    rival("pixels", "yardstick", {("64", "19"): (4.0,), ("64", "75"): (0.8, 1.0), ("32", "75"): (7.0,)}, (10.0,)),
    rival("swapped", "rival", {("64", "75"): (0.9,)}),
    rival("swapped again", "rival", {("64", "75"): (0.9,)}),
    rival("other", "rival", {("64", "75"): (0.7,)}),
    rival("constant", "yardstick", {("64", "19"): (1.9,)}),
    rival("unmeasured", "rival", {("32", "75"): (0.9,)}),
]


def test_lines_stand_by_kind_and_readings_by_their_score():
    """Of the row 64 alone; what another row tells apart is drawn once, and a reading without the 75 comes first."""
    assert plane._groups(READINGS, WEIGHED) == {
        "yardstick": [("pixels", {"19": (4.0,), "75": (0.8, 1.0)}), ("constant", {"19": (1.9,)})],
        "rival": [("swapped", {"75": (0.9,)}), ("other", {"75": (0.7,)})],
        "reading": [
            ("no 75", {"94": (5.0, 5.0)}),
            ("near", {"75": (0.9, 1.1)}),
            ("MobileNetV2.far", {"19": (4.0, 6.0), "75": (45.0, 47.0)}),
        ],
    }


def test_a_line_more_makes_the_drawing_taller():
    """By 0.145 inches beside 1.4 for the axis; 4.6 at least."""
    assert plane.height(READINGS, WEIGHED) == 4.6
    many = [Reading(f"{number}", READINGS[0].scores) for number in range(40)]
    assert plane.height(many, []) == pytest.approx(7.2)
    assert plane.height(many, WEIGHED) == pytest.approx(7.78)


def test_the_drawing_is_said_in_words():
    """How many scores from where to where, the yardsticks of the 75, and the paper's point with how a draw moves it."""
    assert plane.alternative(READINGS, {}, (26.0, 0.93), WEIGHED) == (
        "6 scores of lions under 4 protocol variants, in MAP@R per cent from 1.00 to 46.00, beside what knows no lion, "
        "of the 75: pixels 0.90. The paper's point lies at a gain of 26 % on cattle (one draw of nine animals moves it "
        "by 2, 90 %) and 0.93 on lions, or 93 if it is a fraction of one."
    )
    assert "of the 75: not measured." in plane.alternative(READINGS, {}, (26.0, 0.93))


@pytest.mark.parametrize(
    "name, short",
    [
        ("MobileNetV2.whole", "whole"),
        ("MobileNetV2-whole", "whole"),
        ("whole", "whole"),
        ("a" * 20, "a" * 20),
        ("a" * 21, "a" * 19 + "…"),
    ],
)
def test_a_name_is_cut_for_a_phone(name, short):
    """Without the network that most share; to twenty letters, the last of which says so."""
    assert plane._short(name) == short


@pytest.mark.parametrize("ending, head", [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_a_drawing_is_written_as_its_name_ends(tmp_path, monkeypatch, ending, head):
    """With its words as its description, where a picture has them."""
    monkeypatch.setattr(plane, "paint", lambda *_: None)
    plane.draw(READINGS, {}, (26.0, 0.93), tmp_path / f"a.{ending}", WEIGHED)
    written = (tmp_path / f"a.{ending}").read_bytes()
    assert written.startswith(head)
    said = plane.alternative(READINGS, {}, (26.0, 0.93), WEIGHED)
    assert (said.encode() in written) == (ending == "svg")
