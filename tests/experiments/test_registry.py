"""What an experiment says of itself: the factors by which its results are found."""

import pytest

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Experiment, Result, experiment


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
