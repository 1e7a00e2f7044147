"""Photographs on the page: which queries are shown, and what is said where there are none."""

import numpy as np

from reproduce.report.gallery.photographs import NOT_ASKED, look, queries


def test_the_best_and_the_worst_query_of_each_animal_are_shown():
    """One of each animal, nearest images first, each said to be right or wrong; a single image is no query."""
    rows = np.array([[0.0], [0.1], [0.2], [5.0], [9.0], [5.1], [20.0]])
    animals = ["Nala", "Nala", "Nala", "Simba", "Simba", "Zazu", "Mufasa"]
    best, worst = queries(rows, animals, lambda image: f"picture {image}", count=2)
    assert [(one.animal, one.score) for one in best] == [("Nala", 1.0), ("Simba", 0.0)]
    assert [one.animal for one in worst] == ["Nala", "Simba"]
    assert best[0].thumbnail == "picture 0"
    assert [(found.animal, found.right) for found in best[1].found[:2]] == [("Zazu", False), ("Simba", True)]
    assert [found.thumbnail for found in best[0].found[:2]] == ["picture 1", "picture 2"]


def test_without_photographs_the_page_says_why(tmp_path, monkeypatch):
    """Not asked for, or not at hand: nothing is read or fetched."""
    for name in ("REPRODUCE_DATA", "REPRODUCE_CACHE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert look(False).why_not == NOT_ASKED
    assert "`reproduce datasets --get LionData`" in look(True).why_not
