"""Contact sheets of copies: what the audit found, each image with its animal."""

from types import SimpleNamespace

import numpy as np

from reproduce.datasets.audit import Duplicates
from reproduce.report.gallery.duplicates import SHOWN, sheets

ANIMALS = SimpleNamespace(paths=np.array(["a.png", "b.png", "c.png"]), identities=np.array(["Nala", "Simba", "Simba"]))


def made(**found):
    """The sheets of an audit that found this, and nothing else."""
    nothing = Duplicates((), 0, 0)
    kinds = {"same_pixels": nothing, "near": nothing, "photographs": None} | found
    return sheets(ANIMALS, SimpleNamespace(**kinds), lambda path: f"thumbnail of {path}")


def test_copies_stand_side_by_side_with_their_animals():
    """A sheet for each kind that was sought, an empty one says so; of many groups the first are shown."""
    pixels, near = made(same_pixels=Duplicates(((0, 1),), 1, 0))
    assert pixels.says == "1 group, 1 of them across animals and 0 across the split:"
    assert pixels.groups == ((("Nala", "thumbnail of a.png"), ("Simba", "thumbnail of b.png")),)
    assert (near.says, near.groups) == ("none.", ())
    *_, photographs = made(photographs=Duplicates(((1, 2),) * (SHOWN + 1), 0, 0))
    assert len(photographs.groups) == SHOWN
    assert photographs.says == (
        f"{SHOWN + 1} groups, 0 of them across animals and 0 across the split; the first {SHOWN}:"
    )
    *_, photographs = made(photographs=Duplicates(((1, 2),) * SHOWN, 3, 2))
    assert photographs.says == f"{SHOWN} groups, 3 of them across animals and 2 across the split:"
    assert photographs.title == "Of one animal, cut from one photograph"
