"""What might have printed Table III: folders numbered apart, ranges, orders, body parts, each by what it does."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.errors import InvalidInputError
from reproduce.experiments import file_names
from reproduce.experiments.dcnn import numbered, order, parts
from reproduce.experiments.dcnn.input_range import RANGES
from reproduce.metrics import chance_map_at_r

pytest.importorskip("keras")

SMALL = {"steps": 40, "dim": 8, "backbone": "MobileNetV2", "weights": "none", "animals": 4}
#: Images of each animal; the first six are trained on.
SIZES = [5, 4, 4, 3, 3, 5, 4, 4, 3]


@pytest.fixture
def herd(monkeypatch):
    """Nine animals whose features tell them apart at a glance, their files in a folder for each."""
    animals = np.repeat(np.arange(len(SIZES)), SIZES)
    rows = np.random.default_rng(0).standard_normal((len(animals), 24)).astype(np.float32) / 4
    rows += np.eye(len(SIZES), 24, dtype=np.float32)[animals] * 4
    names = np.array([f"cow {animal}" for animal in animals])
    paths = np.array([f"/herd/{name}/{number:02d}.png" for number, name in enumerate(names)])
    split = np.where(animals < 6, "train", "test")
    mixed = np.random.default_rng(1).permutation(len(animals))
    found = Catalogue("herd", paths[mixed], names[mixed], split[mixed])

    def inputs_of(catalogue, factors, seed):
        return rows[mixed], rows[mixed][catalogue.train]

    for module in (numbered, order, parts):
        monkeypatch.setattr(module, "inputs_of", inputs_of)
    return found


def test_folders_are_numbered_in_the_order_of_their_names():
    """From 0 on each side, whoever is in them."""
    assert numbered.folder_numbers(np.array(["Zoe", "Abe", "Zoe", "Mia"])).tolist() == [2, 0, 2, 1]


def test_strangers_of_one_number_are_found_by_luck_alone(herd):
    """Each query's own animal is perfectly told apart, and no reference image shows it."""
    found = numbered.numbered(herd, 0, **SMALL, numberings=50).scores
    assert found["map_at_r.random.low"] <= found["map_at_r.random"] <= found["map_at_r.random.high"]
    assert found["map_at_r.random"] == pytest.approx(found["chance"], abs=0.12)
    query = numbered.folder_numbers(herd.identities[herd.test])
    reference = numbered.folder_numbers(herd.identities[herd.train])
    assert found["chance"] == chance_map_at_r(query, reference_labels=reference)


@pytest.mark.parametrize("buffer", [1, 3, 8, 100])
def test_a_shuffle_buffer_holds_every_place_once(buffer):
    """A place comes out no earlier than it can be in the buffer; a buffer of one changes nothing."""
    found = order.shuffled(40, buffer, np.random.default_rng(2))
    assert sorted(found) == list(range(40))
    assert all(place < at + buffer for at, place in enumerate(found))
    assert (buffer > 1) or found.tolist() == list(range(40))


def test_out_of_step_at_scoring_hides_what_was_learned(herd):
    """Scored under any other animal's name all is lost; a buffer of one is no fault; trained out of step is another."""
    right = order.order(herd, 0, **SMALL, buffer=1, where="scoring").scores
    wrong = order.order(herd, 0, **SMALL, buffer=0, where="scoring").scores
    trained = order.order(herd, 0, **SMALL, buffer=0, where="training").scores
    assert right["map_at_r@train"] == 1
    assert wrong["map_at_r@train"] < 0.5
    assert trained["map_at_r@train"] != wrong["map_at_r@train"]
    with pytest.raises(InvalidInputError, match="where is one of training, scoring, both"):
        order.order(herd, 0, **SMALL, where="testing")


def test_ranges_reach_the_network_as_they_are_named():
    """What the model's own x / 127.5 - 1 makes of pixels 0 and 255."""
    seen = {name: (give(np.array([0.0, 255.0])) / 127.5 - 1).round(6).tolist() for name, give in RANGES.items()}
    assert seen == {"[-1, 1]": [-1, 1], "[0, 255]": [0, 255], "[0, 1]": [0, 1], "scaled twice": [-1, -0.992157]}


def test_the_share_of_neighbours_alike_is_counted():
    """Two of three see their own kind first; by chance one of three would."""
    share, chance = parts.share_alike(np.array([[0.0], [0.1], [0.35]]), np.array(["ear", "ear", "nose"]))
    assert (share, chance) == (pytest.approx(2 / 3), pytest.approx(1 / 3))


def test_a_network_that_tells_animals_apart_has_them_as_neighbours(herd):
    """Of animals told at a glance all, also without any one of them; another thing to share is an error."""
    found = parts.parts(herd, 0, **SMALL, shown="animal")
    assert found.scores["alike"] == 1
    assert found.leave_one_out["alike"] == [1.0, 1.0, 1.0]
    assert found.animals[""] == ["cow 6", "cow 7", "cow 8"]
    with pytest.raises(InvalidInputError, match="shown is one of part, animal"):
        parts.parts(herd, 0, **SMALL, shown="coat")


def test_the_order_of_the_files_is_that_of_their_paths(herd):
    """Whatever the catalogue's own, an animal's images are neighbours."""
    rows = file_names.file_order(herd, herd.train)
    assert herd.paths[rows].tolist() == sorted(herd.paths[herd.train])
