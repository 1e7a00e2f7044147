"""Photographs on the page: which queries are shown, and what is said where there are none."""

import base64

import numpy as np

from reproduce import datasets
from reproduce.datasets import Catalogue
from reproduce.report.gallery import photographs
from reproduce.report.gallery.photographs import NOT_ASKED, look, queries, thumbnail


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


def test_a_query_is_ranked_against_all_others():
    """The farthest too; of equal scores the first image is the better, and of equal distances the first is nearer."""
    rows = np.array([[0.0], [1.0], [2.0], [3.0]])
    best, worst = queries(rows, list("abab"), str, count=4)
    # a: 1, 2 and 3 lie behind 0 in order, so its own is second; b: 2 and 0 are equally far from 1, 3 is behind both.
    assert [(one.animal, one.score, one.thumbnail) for one in best] == [("a", 0.0, "0"), ("b", 0.0, "1")]
    assert [(one.animal, one.score, one.thumbnail) for one in worst] == [("a", 0.0, "2"), ("b", 0.0, "3")]
    assert [one.thumbnail for one in best[0].found] == ["1", "2", "3"]
    assert [one.thumbnail for one in best[1].found] == ["0", "2", "3"]
    best, worst = queries(rows, list("abbb"), str)
    assert [(one.animal, one.score) for one in best] == [("b", 1.0)]
    assert [(one.animal, one.score) for one in worst] == [("b", 0.25)]
    assert [(one.thumbnail, one.right) for one in worst[0].found] == [("0", False), ("2", True), ("3", True)]


def test_photographs_at_hand_are_shown(monkeypatch):
    """The test animals' images by two models that learn nothing, and every animal with its number of images."""
    rng = np.random.default_rng(0)
    herd = Catalogue(
        "lions", np.array([f"{row}.png" for row in range(7)]), np.array(list("aabbccc")),
        np.array(["train"] * 2 + ["test"] * 5),
    )  # fmt: skip
    asked = []

    def images(catalogue, size, mode):
        asked.append((catalogue.paths.tolist(), size, mode))
        shown = rng.integers(0, 256, (len(catalogue), 64, 64, 3)).astype(np.uint8)
        return shown if mode == "colour" else shown[..., 0]

    monkeypatch.setattr(datasets, "available", lambda name, pixels: (name, pixels) == ("lions", True))
    monkeypatch.setattr(datasets, "load", lambda name: herd)
    monkeypatch.setattr(datasets, "images", images)
    monkeypatch.setattr("reproduce.datasets.audit.audit", lambda _: "audited")
    monkeypatch.setattr(photographs, "sheets", lambda whole, found, shown: (whole, found, shown("0.png")))
    monkeypatch.setattr(photographs, "thumbnail", lambda path: f"small {path}")
    for name in ("distances", "plane"):
        monkeypatch.setattr(photographs, name, lambda key, *_: key)
    found = look(True, "lions")
    own = [f"{row}.png" for row in range(2, 7)]
    assert asked == [(own, None, "colour"), (own, (64, 64), "grey")]
    assert [(one.title, one.drawings) for one in found.models] == [
        ("Found by a colour histogram", ("a-colour-histogram",) * 2), ("Found by grey pixels", ("grey-pixels",) * 2),
    ]  # fmt: skip
    assert found.models[0].says.startswith("5 images of the 2 animals held out; beside each query the 6 images")
    assert found.models[0].best[0].thumbnail in {f"small {path}" for path in own}
    assert found.sheet == (("a", 2, "small 0.png"), ("b", 2, "small 2.png"), ("c", 3, "small 4.png"))
    assert found.copies == (herd, "audited", "small 0.png")
    assert look(True, "tigers").why_not.startswith("No photographs here: tigers is not at hand")


def test_a_thumbnail_is_the_image_itself(tmp_path):
    """Within 144 pixels, whole in its address."""
    import cv2

    cv2.imwrite(str(tmp_path / "a.png"), np.full((200, 288, 3), 200, np.uint8))
    found = thumbnail(str(tmp_path / "a.png"))
    head, _, data = found.partition(",")
    assert head == "data:image/jpeg;base64"
    shown = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (100, 144, 3)


def test_without_photographs_the_page_says_why(tmp_path, monkeypatch):
    """Not asked for, or not at hand: nothing is read or fetched."""
    for name in ("REPRODUCE_DATA", "REPRODUCE_CACHE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert look(False).why_not == NOT_ASKED
    assert "`reproduce datasets --get LionData`" in look(True).why_not
