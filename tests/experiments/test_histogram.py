"""Histograms of colour and grey, and body parts: what each sees, and what it does not."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.errors import InvalidInputError
from reproduce.experiments import file_names
from reproduce.experiments.unlearned import baselines


def named(*names, animal="Kio-Ra"):
    """A catalogue of files with these names, all of one animal."""
    count = len(names)
    paths = np.array([f"/lions/train/{animal}/{name}.png" for name in names])
    return Catalogue("lions", paths, np.full(count, animal), np.full(count, "test"))


def test_either_side_of_a_body_is_one_part():
    """As LionData spells it, capitals or not, with a number or a remark behind."""
    parts = file_names.body_parts(
        named("Kio-Ra_Left_Ear", "Kio-Ra_Right_ear", "Kio-Ra_Ears", "Kio-Ra_left_face3", "Kio-Ra_Nose_Cut")
    )
    assert parts.tolist() == ["ear", "ear", "ear", "face", "nose"]


@pytest.mark.parametrize("name", ["0007", "Kio-Ra", "Simba_Left_Ear"])
def test_a_name_without_a_part_is_one_line(name):
    """The file, and which data set has such names."""
    with pytest.raises(InvalidInputError, match=f"{name}.png: its name does not say which body part"):
        file_names.body_parts(named(name))


@pytest.fixture
def two_parts(monkeypatch):
    """Two lions, one lighter, whose noses are red and whose ears are blue: the part hides whose they are."""
    names = [f"{lion}_{part}" for lion in ("Kio", "Bo") for part in ("Nose", "Left_Ear", "Right_Nose", "Right_Ear")]
    images = []
    for name in names:
        image = np.zeros((4, 4, 3), np.uint8)
        image[:3, :, 0 if "Nose" in name else 2] = 255
        image[3, :, 1] = 255 if name.startswith("Kio") else 0
        images.append(image)
    catalogue = Catalogue(
        "lions", np.array([f"/{name}.png" for name in names]), np.array([name.split("_")[0] for name in names]),
        np.full(len(names), "test"),
    )  # fmt: skip
    grey = [image.max(axis=2) for image in images]
    monkeypatch.setattr("reproduce.datasets.images", lambda _, __, mode, *___: images if mode == "colour" else grey)
    return catalogue


def test_a_parts_own_colour_taken_away_shows_whose_it_is(two_parts):
    """Told apart by part at first, by lion afterwards; grey sees the lions at once, both parts being equally dark."""
    plain, by_part, grey = (
        baselines.histogram.function(two_parts, 0, **factors).scores["map_at_r"]
        for factors in ({}, {"centred_by": "part"}, {"channels": "grey"})
    )
    assert by_part == grey == 1 > plain


@pytest.mark.parametrize(
    "factors, known",
    [
        ({"channels": "red"}, "channels is one of colour, grey"),
        ({"centred_by": "animal"}, "centred_by is one of nothing, part"),
    ],
)
def test_an_unknown_choice_names_the_known_ones(two_parts, factors, known):
    """One line."""
    with pytest.raises(InvalidInputError, match=known):
        baselines.histogram(two_parts, 0, **factors)
