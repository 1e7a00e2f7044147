"""One point for every image, ranked in the order of the files: what ties score, by the definition."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.experiments.unlearned.ties import in_file_order, ties
from reproduce.metrics import chance_map_at_r

#: Images of each animal, the first three trained on: no two averages agree.
SIZES = (1, 4, 2, 3, 5, 1)


def herd():
    """Six animals, the images in a mixed order; the files' order is another one."""
    animals = np.repeat(list("abcdef"), SIZES)
    paths = np.array([f"{animal}/{number:02d}.png" for number, animal in enumerate(animals)])
    split = np.where(np.isin(animals, list("abc")), "train", "test")
    mixed = np.random.default_rng(0).permutation(len(animals))
    return Catalogue("herd", paths[mixed], animals[mixed], split[mixed])


def expected(labels, dropped):
    """MAP@R per class and over queries: of each ranking the query is left out, or whatever stands first."""
    found = {}
    for query, animal in enumerate(labels):
        ranking = [other == animal for other in labels]
        del ranking[query if dropped == "itself" else 0]
        wanted = labels.count(animal) - 1
        gained = sum(sum(ranking[: at + 1]) / (at + 1) for at in range(wanted) if ranking[at])
        if wanted:
            found.setdefault(animal, []).append(gained / wanted)
    every = [score for own in found.values() for score in own]
    return np.mean([np.mean(own) for own in found.values()]), np.mean(every)


@pytest.mark.parametrize("dropped", ["itself", "first"])
def test_each_set_is_ranked_in_the_order_of_its_files(dropped):
    """The test animals, the training animals and all, by class and by query, beside the chance of each."""
    catalogue = herd()
    found = ties(catalogue, 0, dropped=dropped).scores
    for suffix, rows in {"": catalogue.test, "@train": catalogue.train, "@all": np.arange(len(catalogue))}.items():
        labels = [path.partition("/")[0] for path in sorted(catalogue.paths[rows].tolist())]
        by_class, by_query = expected(labels, dropped)
        assert found[f"map_at_r{suffix}"] == pytest.approx(by_class)
        assert found[f"map_at_r/query{suffix}"] == pytest.approx(by_query)
        assert by_class != pytest.approx(by_query, abs=1e-3)
        assert found[f"chance{suffix}"] == chance_map_at_r(np.array(labels))
        assert found[f"chance/query{suffix}"] == chance_map_at_r(np.array(labels), "query")


def test_ties_by_hand():
    """Of a a b b each a is first for the other; with the first dropped the second a finds itself."""
    labels = np.array(["a", "a", "b", "b"])
    assert in_file_order(labels, "itself", "query") == 0.5  # both a's, no b
    assert in_file_order(labels, "first", "query") == 0.5
    assert in_file_order(np.array(["a", "b", "b"]), "first", "class") == 1
    assert in_file_order(np.array(["a", "b", "b"]), "itself", "class") == 0
