"""The thinned proxies: OpenCows2020 with FriesianCattle2017's long tail."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.datasets import Catalogue, available, class_sizes, images, is_proxy, load, proxies
from reproduce.errors import InvalidInputError

#: Images of each animal of OpenCows2020, 001 to 046, as published.
PUBLISHED = (
    "183 123 115 352 205 168 144 219 84 201 144 222 221 325 270 189 155 82 45 27 29 24 34 "
    "62 75 128 61 43 20 41 22 62 48 39 20 24 26 20 45 65 86 47 69 52 45 75"
)
SIZES = [int(size) for size in PUBLISHED.split()]


@pytest.fixture(scope="module")
def cows():
    """A catalogue with OpenCows2020's animals and counts, without files."""
    identities = np.repeat([f"{animal + 1:03d}" for animal in range(46)], SIZES)
    paths = np.array([f"/nowhere/{row:05d}.jpg" for row in range(len(identities))])
    return Catalogue("OpenCows2020", paths, identities, np.full(len(paths), "train"), content_hash="c", digests=paths)


def sizes_of(catalogue, rows=slice(None)):
    return Counter(catalogue.identities[rows].tolist())


@pytest.mark.parametrize("name, animals, training", [
    ("OpenCows2020-thinned", 45, 36), ("OpenCows2020-barn", 21, 12), ("OpenCows2020-outside", 24, 15),
])  # fmt: skip
@given(seed=st.integers(0, 2**32))
@examples(40)
def test_a_proxy_has_the_cattles_tail_whole_animals_held_out_and_no_021(cows, name, animals, training, seed):
    """Sizes come from FriesianCattle2017's, without replacement; nine are held out; rows are images of the source."""
    proxy = proxies.thinned(name, cows, seed)
    sizes = sizes_of(proxy)
    assert len(sizes) == animals
    assert "021" not in sizes
    assert not Counter(sizes.values()) - Counter(class_sizes().values())
    assert len(sizes_of(proxy, proxy.test)) == 9
    assert len(sizes_of(proxy, proxy.train)) == training
    assert not set(sizes_of(proxy, proxy.test)) & set(sizes_of(proxy, proxy.train))
    assert np.all(np.diff(proxy.rows) > 0)
    assert np.array_equal(cows.identities[proxy.rows], proxy.identities)
    assert np.array_equal(cows.paths[proxy.rows], proxy.paths)
    if name == "OpenCows2020-barn":
        assert set(sizes) == {f"{number:03d}" for number in range(18, 40)} - {"021"}


def test_a_seed_draws_the_same_images_again_and_another_seed_others(cows):
    """Draws repeat exactly; the content hash does not depend on them."""
    first, again, other = (proxies.thinned("OpenCows2020-thinned", cows, seed) for seed in (4, 4, 5))
    assert np.array_equal(first.rows, again.rows)
    assert np.array_equal(first.split, again.split)
    assert not np.array_equal(first.rows, other.rows)
    assert first.content_hash == other.content_hash != cows.content_hash
    assert first.seeded


@pytest.fixture(scope="module")
def lions():
    """A catalogue of 94 lions with two to twenty images each, without files."""
    identities = np.repeat([f"lion {n:02d}" for n in range(94)], np.arange(94) % 19 + 2)
    paths = np.array([f"/nowhere/{row:05d}.jpg" for row in range(len(identities))])
    return Catalogue("LionData", paths, identities, np.full(len(paths), "train"), content_hash="l", digests=paths)


@given(seed=st.integers(0, 2**32))
@examples(40)
def test_cows_and_lions_of_one_seed_are_as_many_with_as_many_images(cows, lions, seed):
    """Forty-five of each with the sizes of forty-five lions, nine of them held out: numbers are no difference."""
    herd = proxies.thinned("OpenCows2020-as-lions", cows, seed, lions)
    pride = proxies.thinned("LionData-45", lions, seed, lions)
    assert sorted(sizes_of(herd).values()) == sorted(sizes_of(pride).values())
    assert not Counter(sizes_of(pride).values()) - Counter(sizes_of(lions).values())
    assert len(sizes_of(herd)) == len(sizes_of(pride)) == 45
    assert len(sizes_of(herd, herd.test)) == len(sizes_of(pride, pride.test)) == 9
    assert np.array_equal(lions.identities[pride.rows], pride.identities)


@pytest.fixture
def frames(cows, monkeypatch):
    """Of every cow runs of four images, alike to a level of grey: ``frames[row]`` is the run of a row."""
    first = np.r_[0, np.cumsum(SIZES)[:-1]].repeat(SIZES)
    runs = (np.arange(len(first)) - first) // 4
    rng = np.random.default_rng(7)
    looks = rng.integers(0, 200, (runs.max() + 1, 32, 32))
    shown = (looks[runs] + rng.integers(0, 2, (len(runs), 32, 32))).astype(np.uint8)
    monkeypatch.setattr(proxies, "images", lambda *_: shown)
    return runs


@pytest.mark.parametrize("seed", [0, 8])
def test_the_spaced_herd_takes_no_neighbouring_frame_before_it_must(cows, frames, seed):
    """Animals, sizes and held-out animals are the thinned herd's; of near copies one image each, while there are."""
    thinned, spaced = (proxies.thinned(f"OpenCows2020-{how}", cows, seed) for how in ("thinned", "spaced"))
    assert sizes_of(thinned) == sizes_of(spaced)
    assert set(thinned.identities[thinned.test]) == set(spaced.identities[spaced.test])
    assert len(set(spaced.rows)) == len(spaced)
    for animal, size in sizes_of(spaced).items():
        seen = [frames[herd.rows[herd.identities == animal]] for herd in (thinned, spaced)]
        assert len(set(seen[1])) == min(size, frames[cows.identities == animal].max() + 1) >= len(set(seen[0]))
    assert np.array_equal(spaced.rows, proxies.thinned("OpenCows2020-spaced", cows, seed).rows)


def test_exact_copies_are_taken_last_and_once(cows, monkeypatch):
    """Where all images are one image, as many different rows as asked."""
    monkeypatch.setattr(proxies, "images", lambda *_: np.zeros((sum(SIZES), 32, 32), np.uint8))
    spaced = proxies.thinned("OpenCows2020-spaced", cows, 1)
    assert len(set(spaced.rows)) == len(spaced)


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=8),
    st.lists(st.integers(1, 12), min_size=8, max_size=10),
    st.integers(0, 99),
)
@examples(150)
def test_sizes_are_given_out_exactly_where_they_can_be(sizes, counts, seed):
    """An assignment is found whenever, for each size, enough animals have as many images; else it is an error."""
    available_images = {str(animal): count for animal, count in enumerate(counts)}
    possible = all(sum(c >= s for c in counts) >= sum(t >= s for t in sizes) for s in sizes)
    draw = np.random.default_rng(seed)
    if not possible:
        with pytest.raises(InvalidInputError, match="no unused animal has the"):
            proxies.assign_sizes(available_images, sizes, draw)
        return
    given_out = proxies.assign_sizes(available_images, sizes, draw)
    assert sorted(given_out.values()) == sorted(sizes)
    assert all(available_images[animal] >= size for animal, size in given_out.items())


def test_no_draw_of_sizes_asks_more_than_opencows_has():
    """Even the largest sizes of FriesianCattle2017 find animals enough: among all 45, the barn's 21 and the others."""
    largest = sorted(class_sizes().values(), reverse=True)
    counts = {f"{animal + 1:03d}": size for animal, size in enumerate(SIZES) if animal != 20}
    barn = {animal: size for animal, size in counts.items() if "018" <= animal <= "039"}
    assert len(proxies.assign_sizes(counts, largest[:45], np.random.default_rng(0))) == 45
    assert len(proxies.assign_sizes(barn, largest[:21], np.random.default_rng(0))) == 21
    outside = {animal: size for animal, size in counts.items() if animal not in barn}
    assert len(proxies.assign_sizes(outside, largest[:24], np.random.default_rng(0))) == 24


@pytest.mark.parametrize("name, needed", [("OpenCows2020-thinned", 1), ("OpenCows2020-as-lions", 2)])
def test_a_proxy_is_available_with_its_own_images_and_the_sizes_of_others(tmp_path, name, needed):
    """FriesianCattle2017's sizes ship; the lions' are those of their folders, which must be here."""
    assert not available(name, tmp_path, pixels=True)
    for count, source in enumerate(("OpenCows2020", "LionData"), 1):
        folder = tmp_path / source
        folder.mkdir()
        (folder / "image.jpg").touch()
        assert available(name, tmp_path, pixels=True) is (count >= needed)


def test_an_incomplete_source_is_an_error(cows):
    """A copy of OpenCows2020 that lacks an animal cannot be thinned to 45."""
    part = cows.identities != "007"
    fewer = Catalogue("OpenCows2020", cows.paths[part], cows.identities[part], cows.split[part])
    with pytest.raises(InvalidInputError, match="takes 45 animals of OpenCows2020, but 44 are there"):
        proxies.thinned("OpenCows2020-thinned", fewer, 0)


def test_the_published_counts_are_those_of_the_files():
    """The counts this file reasons with are those on disk, and a proxy's arrays are rows of the source's."""
    if not available("OpenCows2020", pixels=True):
        pytest.skip("OpenCows2020 is not at hand")
    source = load("OpenCows2020")
    assert [size for _, size in sorted(sizes_of(source).items())] == SIZES
    barn = load("OpenCows2020-barn", seed=1)
    assert np.array_equal(images(barn), images(source)[barn.rows])


def test_only_the_papers_own_sets_are_no_proxy():
    """LionData and FriesianCattle2017 are the paper's; the stand-in is a rehearsal, not a proxy."""
    names = ("LionData", "FriesianCattle2017", "TuringCattle", "OpenCows2020", "OpenCows2020-barn")
    assert [is_proxy(name) for name in names] == [False, False, False, True, True]
