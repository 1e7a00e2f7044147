"""The triplets and the cost of a running training, beside TensorFlow Similarity's rule written out."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue

pytest.importorskip("keras")

from reproduce.experiments.dcnn.mining import mining

SMALL = {**mining.rehearsal, "steps": 6}


@pytest.fixture
def herd(monkeypatch):
    """Twelve animals without photographs; a frozen backbone's features are each around a point of its animal's."""
    animals = np.repeat([f"cow {n}" for n in range(12)], 8)
    rng = np.random.default_rng(9)
    made = rng.standard_normal((12, 24)).repeat(8, axis=0) + 1.5 * rng.standard_normal((96, 24))
    monkeypatch.setattr(
        "reproduce.experiments.dcnn.mining.frozen_features", lambda *_, rows, **__: made[rows].astype(np.float32)
    )
    split = np.where(np.arange(96) < 80, "train", "test")
    return Catalogue("herd", np.full(96, ""), animals, split)


def test_the_running_training_mines_semi_hard_and_softly(herd):
    """Six steps, each batch's loss to rounding; other rules and margins would lie a thousand times farther off."""
    scores = mining(herd, 0, **SMALL).scores
    assert scores["batches"] == 6
    assert scores["loss_difference"] < 1e-5
    assert scores["active_difference"] < 1e-5
    assert 0 < scores["semi_hard_share"] <= 1
    assert min(scores["batch_hard_distance"], scores["fixed_margin_distance"]) > 1000 * scores["loss_difference"]


@pytest.mark.parametrize("told", [{"rule": "batch-hard"}, {"rule": "facenet-semi-hard"}, {"margin": 0.2}], ids=str)
def test_another_rule_or_margin_is_noticed(herd, told):
    """A training told otherwise leaves the reckoning by far more than rounding."""
    assert mining(herd, 0, **SMALL, **told).scores["loss_difference"] > 1e-3


def test_a_training_that_picks_otherwise_than_told_is_noticed(herd, monkeypatch):
    """The facts are read off the training, not off its setting: a fault in the mining itself shows."""
    from reproduce.models.dcnn import triplet

    mine = triplet.mine
    monkeypatch.setattr(triplet, "mine", lambda distances, labels, *told: mine(distances, labels, "batch-hard"))
    assert mining(herd, 0, **SMALL).scores["loss_difference"] > 1e-3


def test_where_all_animals_are_apart_the_rules_agree(herd, monkeypatch):
    """The nearest negative of all is then the nearest beyond the positive."""
    apart = np.eye(12, 24).repeat(8, axis=0).astype(np.float32)
    monkeypatch.setattr("reproduce.experiments.dcnn.mining.frozen_features", lambda *_, rows, **__: apart[rows])
    found = mining(herd, 0, **SMALL).scores
    assert found["batch_hard_distance"] < 1e-5
    assert found["semi_hard_share"] == 1
