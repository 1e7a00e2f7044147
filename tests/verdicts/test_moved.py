"""Under xdist the workers measure again, and the controller tells where all of it lies to one side of the record."""

import json
import types
from pathlib import Path

import numpy as np
import pytest

from reproduce.verdicts import plugin
from reproduce.verdicts.plugin import summary
from reproduce.verdicts.plugin.stash import MEASURES


def config(**more):
    """A pytest configuration, as far as the hooks look at it; claims under the folder named nothing."""
    return types.SimpleNamespace(
        stash=pytest.Stash(), rootpath=Path("nothing"), getoption=lambda name: None, workerinput={}, **more
    )


def worker(moves):
    """What a worker of xdist sends when it has measured rows again that lie so far from the record."""
    own = config(workeroutput={})
    own.stash[MEASURES] = types.SimpleNamespace(moves=moves)
    plugin.pytest_sessionfinish(types.SimpleNamespace(config=own))
    return own.workeroutput


def told(*sent):
    """The lines of the controller's summary, once its workers have ended."""
    controller = config()
    for output in sent:
        plugin.pytest_testnodedown(types.SimpleNamespace(workeroutput=output, config=controller))
    return summary._judged_by(controller).splitlines()


def test_moves_of_all_workers_are_told_together(monkeypatch, tmp_path):
    """Eight rows in one worker and eight in another, all above the record: no worker alone would say so."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    sent = [worker({f"row {at}": [np.float64(0.01)] for at in range(8 * who, 8 * who + 8)}) for who in range(2)]
    one_way, *_ = told(*sent)
    assert one_way == "one way: 16 of 16 results lie above the record; each is within its tolerance"
    assert [line for output in sent for line in told(output) if "one way" in line] == []


def test_what_is_sent_is_plain(tmp_path):
    """A float of NumPy's cannot be sent; a session without claims sends nothing."""
    (row,) = worker({"row": [np.float64(0.25)]}).values()
    assert json.loads(json.dumps(row)) == {"row": [0.25]}
    assert type(row["row"][0]) is float
    assert worker({}) == {}
