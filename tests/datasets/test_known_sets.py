"""The three sets of the paper and its proxy, on the real files: skipped where REPRODUCE_DATA lacks them."""

import numpy as np
import pytest

from reproduce.datasets import available, class_sizes, images, load


def real(name):
    if not available(name, pixels=True):
        pytest.skip(f"{name} is not at hand")
    return load(name)


def animals(catalogue, rows):
    return set(catalogue.identities[rows].tolist())


def test_lions_are_75_to_train_on_and_19_held_out():
    """LionData's folders hold 594 images of 75 lions and 146 of 19 others."""
    lions = real("LionData")
    assert (len(lions.train), len(lions.test)) == (594, 146)
    assert (len(animals(lions, lions.train)), len(animals(lions, lions.test))) == (75, 19)
    assert not animals(lions, lions.train) & animals(lions, lions.test)
    assert not lions.seeded


def test_cows_are_46_and_nine_are_held_out():
    """OpenCows2020's 4,736 images show 46 cattle; nine are held out whole, whatever its own folders say."""
    cows = real("OpenCows2020")
    assert len(cows) == 4736
    assert len(animals(cows, slice(None))) == 46
    assert len(animals(cows, cows.test)) == 9
    assert not animals(cows, cows.train) & animals(cows, cows.test)


def test_jpeg_bytes_under_a_png_name_decode():
    """LionData's files decode by their bytes, not by their ending, into grey 64 x 64."""
    lions = real("LionData")
    with open(lions.paths[0], "rb") as file:
        assert file.read(2) == b"\xff\xd8"
    grey = images(lions)
    assert grey.shape == (740, 64, 64)
    assert grey.dtype == np.uint8


def test_cattle_sizes_are_those_of_the_paper():
    """FriesianCattle2017 has 940 images of 89 animals, 1 to 47 each."""
    sizes = class_sizes()
    assert (len(sizes), sum(sizes.values())) == (89, 940)
    assert (min(sizes.values()), max(sizes.values())) == (1, 47)
    assert list(sizes)[:3] == ["1", "2", "3"]
