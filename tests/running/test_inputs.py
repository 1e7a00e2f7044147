"""What an experiment needs: whether it is here, what it is called, how large it is, and how it is had."""

from types import SimpleNamespace

import numpy as np
import pytest

from reproduce import extras
from reproduce.datasets import Catalogue, friesian
from reproduce.errors import DataMissingError, WeightsMissingError
from reproduce.experiments.registry import Experiment
from reproduce.record.first_sets import FirstSet
from reproduce.running import inputs
from reproduce.running.inputs import Data, Inputs, Weights

CATTLE, LIONS = "FriesianCattle2017", "LionData"


def herd(*identities, seed=0):
    """A catalogue of images of these animals."""
    names = np.array([f"{number}.jpg" for number in range(len(identities))], dtype=str)
    return Catalogue(CATTLE, names, np.array(identities, dtype=str), np.full(len(names), "train"), seed=seed)


@pytest.fixture
def lies_here(monkeypatch):
    """``lies_here(data, weights, without)``: which of the two is here, and what is said of a library that is not."""

    def lie(data=True, weights=True, without=""):
        def find(name):
            if not weights:
                raise WeightsMissingError(f"no weights of {name}")
            return f"the file of {name}"

        monkeypatch.setattr("reproduce.datasets.available", lambda name, pixels: data)
        monkeypatch.setattr("reproduce.models.dcnn.weights.find", find)
        monkeypatch.setattr("reproduce.models.dcnn.weights.fingerprint", lambda path: f"digest of {path}")
        monkeypatch.setattr("reproduce.models.dcnn.weights.doubt", lambda path: f"doubt about {path}")
        monkeypatch.setattr(extras, "lacking", lambda library: without)
        monkeypatch.setattr(Data, "hash", lambda one: f"hash of {one.name}")

    lie()
    return lie


@pytest.mark.parametrize(
    "data, without, missing",
    [
        (True, "", ""),
        (False, "", f"{LIONS} is not here; `reproduce datasets --get {LIONS}` gets it"),
        (True, "install it", "install it"),
        (False, "install it", "install it"),
    ],
)
def test_a_data_set_is_here_with_the_library_that_reads_it(lies_here, data, without, missing):
    """Else it is said how both are had, and loading it is an error that says so."""
    lies_here(data=data, without=without)
    one = Data(LIONS)
    assert (one.here(), one.missing()) == (not missing, missing)
    if missing:
        with pytest.raises(DataMissingError, match=missing[:10]):
            one.load()


def test_a_data_set_has_the_seed_that_was_asked_for(lies_here, monkeypatch):
    """Also one whose split no seed draws, which is read once for all of them."""
    kept = herd("a", "b")
    monkeypatch.setattr(inputs, "_loaded", lambda name, seed: kept)
    assert Data(LIONS).load() is kept
    assert Data(LIONS).load(3).seed == 3
    assert kept.seed == 0


@pytest.mark.parametrize(
    "weights, without, missing",
    [
        (True, "", ""),
        (False, "", "no weights of resnet50v2"),
        (True, "install Keras", "install Keras"),
    ],
)
def test_weights_are_here_with_the_library_that_reads_them(lies_here, weights, without, missing):
    """Nothing is doubted of what is not here."""
    lies_here(weights=weights, without=without)
    one = Weights("resnet50v2")
    assert (one.here(), one.missing()) == (not missing, missing)
    assert one.doubt() == ("" if missing else "doubt about the file of resnet50v2")
    assert one.label == "ImageNet weights of resnet50v2"


@pytest.mark.parametrize(
    "published, said",
    [
        (SimpleNamespace(megabytes=3.5, urls=("first", "second"), licence="CC"), (3.5, "first", "CC")),
        (SimpleNamespace(megabytes=None, urls=(), licence=None), (None, "", "")),
        (None, (None, "", "")),
    ],
)
def test_what_its_publisher_says_of_a_data_set(monkeypatch, published, said):
    """Nothing, where the library that knows it is not installed."""
    monkeypatch.setattr(inputs, "_published", lambda name: published)
    one = Data(LIONS)
    assert (one.megabytes, one.url, one.licence) == said
    assert one.label == "LionData's images"


def test_publishers_are_known_to_a_library(monkeypatch):
    """Without it there are none."""
    monkeypatch.setattr("reproduce.datasets.wildlife.classes", lambda: {LIONS: "what it says"})
    for without, known in (("", "what it says"), ("install it", None)):
        monkeypatch.setattr(extras, "lacking", lambda library, without=without: without)
        assert inputs._published(LIONS) == known


def test_the_weights_that_are_fetched_have_a_size(monkeypatch):
    """By any spelling of their name; a file of one's own has none."""
    known = {"resnet50v2": SimpleNamespace(megabytes=95)}
    monkeypatch.setattr("reproduce.models.dcnn.backbones.published", lambda: known)
    assert Weights("ResNet50V2").megabytes == 95
    assert Weights("mine.weights.h5").megabytes is None


def test_lions_alone_are_fetched_unasked(lies_here, monkeypatch):
    """By every command that needs them; a data set that is asked for is downloaded, whoever's animals it takes."""
    loaded = []
    monkeypatch.setattr("reproduce.datasets.load", lambda name, **how: loaded.append((name, how)))
    assert [Data(name).unasked for name in (LIONS, CATTLE)] == [True, False]
    Data("OpenCows2020-barn").fetch()
    assert loaded.pop() == ("OpenCows2020", {"download": True})
    many = [Inputs(Data(LIONS)), Inputs(None, Weights("resnet50v2")), Inputs(Data(LIONS))]
    inputs.fetch_unasked(many)
    assert loaded == []
    lies_here(data=False)
    inputs.fetch_unasked(many)
    assert loaded == [(LIONS, {})]


def net(catalogue, seed, *, weights="resnet50v2"):
    """Never run here."""


def test_an_experiment_needs_what_it_says():
    """Images or names, and weights unless its factors say random ones."""
    both = Experiment("toy.both", net, needs=("pixels", "weights"))
    bare = Experiment("toy.bare", net, needs=())
    assert inputs.inputs_of(both, LIONS, {}) == Inputs(Data(LIONS), Weights("resnet50v2"))
    assert inputs.inputs_of(both, "", {"weights": "random"}) == Inputs()
    assert inputs.inputs_of(bare, LIONS, {}) == Inputs(Data(LIONS, pixels=False))


@pytest.mark.parametrize(
    "asked, data, weights, hashes",
    [
        (Inputs(), False, False, {"data_hash": "", "weights_hash": None}),
        (Inputs(Data(LIONS), Weights("a")), False, False, {}),
        (Inputs(Data(LIONS), Weights("a")), True, False, {"data_hash": f"hash of {LIONS}"}),
        (Inputs(Data(LIONS), Weights("a")), False, True, {"weights_hash": "digest of the file of a"}),
    ],
)
def test_a_cell_is_named_by_what_is_here(lies_here, asked, data, weights, hashes):
    """What does not enter has an empty name, what is not here none."""
    lies_here(data, weights)
    assert asked.hashes() == hashes


def test_what_is_lacking_is_told_once_with_its_size(lies_here, monkeypatch):
    """Data sets first; what is here is not told."""
    monkeypatch.setattr(inputs, "_published", lambda name: SimpleNamespace(megabytes=2271.6))
    many = [Inputs(Data(name), Weights("mine.h5")) for name in ("OpenCows2020", "OpenCows2020-barn")]
    assert inputs.lacking(many) == []
    lies_here(data=False, weights=False)
    found = inputs.lacking([Inputs(None, Weights("mine.h5")), *many])
    assert inputs.sizes(found) == ("OpenCows2020's images (2,272 MB), ImageNet weights of mine.h5 (size unknown)")


def test_an_experiment_on_nothing_has_an_empty_catalogue(monkeypatch):
    """One on a data set has that, by its seed."""
    monkeypatch.setattr(Data, "load", lambda one, seed: (one.name, seed))
    assert inputs.catalogue(Inputs(Data(LIONS)), 4) == (LIONS, 4)
    nothing = inputs.catalogue(Inputs(), 4)
    assert (len(nothing), nothing.name, nothing.seed) == (0, "", 4)


def test_only_the_cattles_images_need_a_first_set(lies_here, monkeypatch):
    """No publisher's digest vouches for them: theirs is taken, with whose they are."""
    monkeypatch.setattr(Data, "load", lambda one: herd("a", "b", "a"))
    monkeypatch.setattr(friesian, "images_digest", lambda catalogue: f"digest of {len(catalogue)}")
    assert Data(CATTLE).first_set() == FirstSet("digest of 3", 3, 2)
    assert Data(CATTLE, pixels=False).first_set() is None
    assert Data(LIONS).first_set() is None
    lies_here(data=False)
    assert Data(CATTLE).first_set() is None


@pytest.mark.parametrize(
    "found, unlike, known, said",
    [
        (None, "too few", None, ""),
        ("d", "too few", None, "too few"),
        ("d", "", None, ""),
        ("d", "", "d", ""),
        (
            "d",
            "",
            "e",
            "FriesianCattle2017 here are other images than the first seen, on today, which record/first_sets",
        ),
    ],
)
def test_images_are_doubted_that_are_not_the_first_seen(monkeypatch, found, unlike, known, said):
    """Or not of as many animals as the published; names alone are not doubted."""
    first = FirstSet(known, 3, 2, "today") if known else None
    monkeypatch.setenv("REPRODUCE_RECORD", "record")
    monkeypatch.setattr(Data, "first_set", lambda one: FirstSet(found, 3, 2) if found else None)
    monkeypatch.setattr(Data, "load", lambda one: herd("a"))
    monkeypatch.setattr(friesian, "unlike", lambda catalogue: unlike)
    monkeypatch.setattr(inputs.first_sets, "first", lambda folder, name: first)
    monkeypatch.setattr(inputs, "_doubt", inputs._doubt.__wrapped__)
    assert Data(CATTLE).doubt().startswith(said)
    assert bool(Data(CATTLE).doubt()) == bool(said)
    assert Data(CATTLE, pixels=False).doubt() == ""
