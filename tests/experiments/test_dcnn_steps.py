"""One training scored at several steps: each score is that of a training which ends there."""

import numpy as np
import pytest
from drawn import encoded, write_files
from spy import small_backbone

from reproduce.datasets import load
from reproduce.errors import InvalidInputError
from reproduce.experiments import dcnn
from reproduce.experiments.dcnn.steps import steps

pytest.importorskip("keras")

SMALL = {name: value for name, value in steps.rehearsal.items() if name != "at"}


@pytest.fixture
def herd(tmp_path, monkeypatch):
    """Eight small animals of four images each, seen by a small backbone."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("reproduce.models.dcnn.backbone.constructor", lambda _: small_backbone)
    rng = np.random.default_rng(1)
    files = {
        f"{animal}/{number}.png": encoded(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8), ".png")
        for animal in range(8)
        for number in range(4)
    }
    write_files(tmp_path / "herd", files)
    return load(str(tmp_path / "herd"), seed=0)


@pytest.mark.parametrize("more", [{}, {"augment": True, "turn": 0.0, "bank": 2}], ids=["plain", "flips"])
def test_a_score_on_the_way_is_that_of_a_training_that_ends_there(herd, more):
    """After two of four steps, to the bit; and looking changes nothing of what comes after."""
    found = steps(herd, 3, at=[0, 2, 4], **SMALL | more).scores
    for count in (0, 2, 4):
        alone = dcnn.embed(herd, 3, steps=count, **SMALL | more).scores
        assert found[f"map_at_r.{count}"] == alone["map_at_r"]
        assert found[f"map_at_r.{count}@train"] == alone["map_at_r@train"]
    assert found["loss.4"] == alone["last_loss"]


def test_a_whole_network_is_scored_by_both_averages(herd):
    """By its moving averages, and by those taken anew after the last step."""
    found = steps(herd, 0, at=[3], **SMALL | {"trainable": "full"}).scores
    for name, averages in {"": "moving", ".recalibrated": "recalibrated"}.items():
        whole = {**SMALL, "trainable": "full", "steps": 3, "norm_at_test": averages}
        assert found[f"map_at_r.3{name}@train"] == dcnn.embed(herd, 0, **whole).scores["map_at_r@train"]


def test_no_step_is_named(herd):
    """One line."""
    with pytest.raises(InvalidInputError, match="at is a list of numbers of steps"):
        steps(herd, 0, at=[], **SMALL)
