"""What an experiment says of itself: the factors by which its results are found."""

from dataclasses import dataclass
from typing import Literal

import pytest

from reproduce.errors import InvalidInputError
from reproduce.experiments import registry
from reproduce.experiments.registry import Experiment, Result, experiment, find, registered


def measured(catalogue, seed, *, size=3, turned=False):
    """An experiment whose second factor came later."""
    return Result({"score": size + turned})


GROWN = Experiment("toy.grown", measured, later=("turned",))


def test_a_later_factor_at_its_default_leaves_earlier_results_found():
    """What was kept before the factor was there is found by the same factors as ever."""
    assert GROWN.factors() == GROWN.factors(turned=False) == {"size": 3}
    assert GROWN.factors(turned=True) == {"size": 3, "turned": True}


def test_a_later_factor_reaches_the_function():
    """Left out of the name or not, the experiment runs under it."""
    assert GROWN(None, 0).scores["score"] == 3
    assert GROWN(None, 0, turned=True).scores["score"] == 4


def test_an_unknown_factor_names_the_later_ones_too():
    """They are factors like any other."""
    with pytest.raises(InvalidInputError, match="its factors are: size, turned"):
        GROWN.factors(width=2)


def test_later_names_factors_only():
    """A slip of the pen is an error where it is made."""
    with pytest.raises(InvalidInputError, match="later names"):
        experiment("toy.slip", later=("turnde",))(measured)


def test_a_factor_without_a_default_is_an_error_where_it_is_made():
    """Found late, it would end a plan of other experiments."""

    def bare(catalogue, seed, *, layer):
        return Result({})

    with pytest.raises(InvalidInputError, match=r"toy\.bare: give its factor layer a default"):
        experiment("toy.bare")(bare)


@pytest.mark.parametrize(
    "given, said",
    [
        ({"leave_one_out": {"map_at_r@all": [0.1, 0.2]}, "animals": {"": ["a", "b"]}}, "animals@all names no animals"),
        ({"leave_one_out": {"map_at_r": [0.1, 0.2]}, "animals": {"": ["a", "b", "c"]}}, "names 3 animals"),
        ({"animals": {"": 9}}, "must be a list of names, not 9"),
        ({"animals": {"@train": [1, 2]}}, "animals@train must be a list of names"),
        ({"animals": {"": "Kio"}}, "must be a list of names"),
        ({"animals": {"": ["Kio", "Kio"]}}, "must name each animal once"),
        ({"details": {"animals": 9}}, "a detail cannot be named 'animals'"),
        ({"details": {"animals@train": ["Kio"]}}, "a detail cannot be named 'animals@train'"),
    ],
)
def test_scores_without_each_animal_come_with_the_animals_names(given, said):
    """Without a name for each value no interval over animals can be had: refused in one line where it is made."""
    with pytest.raises(InvalidInputError, match=said) as caught:
        Result({"map_at_r": 0.5}, **given)
    assert "\n" not in str(caught.value)


def test_a_score_takes_the_names_of_its_own_set():
    """A variant such as "/query" is of the same animals; a detail that only begins alike is a detail."""
    without = {"map_at_r": [0.1, 0.2], "map_at_r/query": [0.1, 0.2], "map_at_r@all": [0.3]}
    kept = Result({}, {"animals_per_batch": 4}, without, {"": ["a", "b"], "@all": ("c",)})
    assert kept.animals == {"": ["a", "b"], "@all": ("c",)}


@dataclass(frozen=True, kw_only=True)
class Common:
    """Factors that toys have in common."""

    size: int = 3
    seen: Literal["all", "none"] = "all"

    def __post_init__(self):
        if self.size > 99:
            raise InvalidInputError("size is 99 at most")


def shares(catalogue, seed, factors, *, turned: bool = False):
    """An experiment with factors of its own and of others'."""
    return Result({"score": factors.size + turned, "all": factors.seen == "all", "seed": seed})


SHARED = Experiment("toy.shared", shares, shared=Common(size=5))


def test_shared_factors_come_as_one_and_its_own_by_name():
    """Defaults are those of the dataclass that is given, in its order, before the function's own."""
    assert list(SHARED.defaults.items()) == [("size", 5), ("seen", "all"), ("turned", False)]
    assert list(SHARED.own) == ["turned"]
    assert list(GROWN.own) == ["size", "turned"]
    assert SHARED(None, 7, size=9, turned=True).scores == {"score": 10, "all": True, "seed": 7}
    assert SHARED(None, 7, seen="none").scores == {"score": 5, "all": False, "seed": 7}


def test_of_the_shared_factors_some_may_be_taken():
    """The others are no factors of this experiment, and stay at their defaults."""
    some = Experiment("toy.some", shares, shared=Common(size=5), of=("size",))
    assert some.defaults == {"size": 5, "turned": False}
    assert some(None, 0, size=1).scores["score"] == 1
    with pytest.raises(InvalidInputError, match=r"toy\.some has no factor 'seen'; its factors are: size, turned"):
        some.factors(seen="none")


@pytest.mark.parametrize(
    "factors, said",
    [
        ({"size": "big"}, "toy.shared: size is a whole number, not 'big'"),
        ({"seen": "some"}, "toy.shared: seen is one of all, none, not 'some'"),
        ({"turned": 2}, "toy.shared: turned is true or false, not 2"),
        ({"size": 100}, "toy.shared: size is 99 at most"),
        ({"width": 1, "depth": 1}, "toy.shared has no factor 'depth'; its factors are: size, seen, turned"),
    ],
)
def test_a_wrong_factor_is_one_line(factors, said):
    """Its experiment, the factor and what it takes; of several unknown ones the first by name."""
    with pytest.raises(InvalidInputError) as caught:
        SHARED.factors(**factors)
    assert str(caught.value) == said


def test_an_experiment_without_factors_says_so():
    """There is none to name."""
    with pytest.raises(InvalidInputError, match="its factors are: none"):
        Experiment("toy.bare", lambda catalogue, seed: Result({})).factors(size=1)


def test_equal_values_of_other_types_are_other_factors():
    """1, 1.0 and True are found apart, in tuples too, in whatever order they are asked for."""
    toy = Experiment("toy.kinds", measured)
    for value in (1, True, 1.0, 1, (1, 2), (True, 2), (1.0, 2), (1, 2)):
        found = toy.factors(size=value)["size"]
        assert repr(found) == repr(value)


def test_factors_that_were_right_are_not_checked_again(monkeypatch):
    """Plain values once; a list could change meanwhile, and is looked at each time. What is handed out is a copy."""
    toy, checks = Experiment("toy.known", measured), []
    check = Experiment._checked
    monkeypatch.setattr(Experiment, "_checked", lambda self, chosen: checks.append(chosen) or check(self, chosen))
    for _ in range(2):
        toy.factors(size=4)["size"] = 9
        assert toy.factors(size=4) == {"size": 4, "turned": False}
    assert checks == [{"size": 4}]
    for _ in range(2):
        assert toy.factors(size=[4])["size"] == [4]
        assert toy.factors(size=([4],))["size"] == ([4],)
    assert len(checks) == 5


def test_a_tolerance_is_a_number_or_depends_on_the_factors():
    """As `replay` asks for it."""
    assert Experiment("toy.a", measured, tolerance=0.03).moves({"size": 3}) == 0.03
    assert Experiment("toy.b", measured, tolerance=lambda factors: factors["size"] / 10).moves({"size": 3}) == 0.3


def test_a_seed_varies_the_experiment_or_draws_the_split(monkeypatch):
    """Of enumerated facts, or without a data set, a split says nothing."""
    monkeypatch.setattr("reproduce.datasets.is_seeded", lambda name: name == "drawn")
    varied, plain = Experiment("toy.a", measured, varies=("order",)), Experiment("toy.b", measured)
    exact = Experiment("toy.c", measured, exact=True)
    assert [one.varies_on("fixed") for one in (varied, plain, exact)] == [True, False, False]
    assert [one.varies_on("drawn") for one in (varied, plain, exact)] == [True, True, False]
    assert [one.varies_on("") for one in (varied, plain, exact)] == [True, False, False]
    monkeypatch.setattr("reproduce.datasets.is_seeded", lambda name: True)
    assert not plain.varies_on("")


def test_what_is_registered_is_found_by_name(monkeypatch):
    """A name close to it is asked about, another lists all; each comes with its rehearsal and what its seed varies."""
    monkeypatch.setattr(registry, "_REGISTRY", {})
    with pytest.raises(InvalidInputError, match=r"^no experiment 'toy'; there are: none$"):
        find("toy")
    second = experiment("toy.second", varies=("order",), rehearsal={"size": 1})(measured)
    first = experiment("toy.first")(measured)
    assert list(registered().items()) == [("toy.first", first), ("toy.second", second)]
    assert find("toy.second") is second
    assert (second.varies, second.rehearsal, first.rehearsal) == (("order",), {"size": 1}, {})
    with pytest.raises(InvalidInputError, match=r"^no experiment 'toy.frist'; did you mean toy.first"):
        find("toy.frist")
    with pytest.raises(InvalidInputError, match=r"^no experiment 'x'; there are: toy.first, toy.second$"):
        find("x")


def test_what_a_seed_cannot_vary_is_one_line():
    """And what it may."""
    with pytest.raises(InvalidInputError, match=r"toy\.odd: a seed cannot vary \['weather'\]; it may vary split, init"):
        experiment("toy.odd", varies=("order", "weather"))
