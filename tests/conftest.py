"""What every room's tests share: the stand-in's coats, grown once, and an order that fills two cores."""

import functools
import gc
import os
from concurrent.futures import Future

import pytest
from filelock import FileLock
from hypothesis import Phase, settings

#: As `reproduce.models.dcnn.loaded` sets it, which tests that import Keras first would come too late for.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

# How long one example takes by the wall says nothing of the code where other work shares the cores. Whoever checks a
# change gets the same examples each time, so more of them each time would show nothing new; ten times as many, and
# other ones, are drawn every week (``--hypothesis-profile=exploring``).
settings.register_profile("exploring", deadline=None, max_examples=400)
settings.register_profile("unhurried", deadline=None, max_examples=40, derandomize=True, database=None)
settings.load_profile("unhurried")
#: For code that is broken on purpose: that an example fails is enough, the smallest one takes minutes to find.
settings.register_profile("broken", settings.get_profile("unhurried"), phases=[Phase.explicit, Phase.generate])

#: Files that take longest, by the processor's time: begun first, so that no core ends alone with one of them.
LONG = (
    "test_kills", "test_backends", "test_spied", "test_light", "test_determined", "test_quiet", "test_every_factor",
    "test_match", "test_browser", "test_skew", "test_wide", "test_paper", "test_leave_out", "test_scatter",
    "test_filled", "test_saving",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """The long files first, in that order; xdist hands out files as they come (--dist loadfile)."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


def pytest_collection_finish():
    """What was imported and collected stays: to look through it for garbage again and again takes a twentieth."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def grown_once(tmp_path_factory):
    """The coats take seconds and are the same each time; photographs are taken and written anew wherever asked for.

    Gives the function that grows them.
    """
    import numpy as np

    from reproduce.datasets import turing

    grow, folder = turing.coats, tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # what all workers of a session share

    @functools.cache
    def grown(steps):  # a test that grows them for fewer steps has its own
        kept = folder / f"coats-{steps}.npy"
        with FileLock(f"{kept}.lock"):
            if not kept.exists():
                np.save(kept, grow())
            return np.load(kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turing, "coats", lambda: grown(turing.STEPS))
        yield grow


class InProcess:
    """An executor whose cells run here, as they are handed over: what no process is needed for takes none."""

    def __init__(self, workers, context, start, arguments):
        """As `concurrent.futures.ProcessPoolExecutor`."""

    def submit(self, function, *arguments):
        """Run it now."""
        future = Future()
        future.set_result(function(*arguments))
        return future

    def shutdown(self, **_):
        """Nothing was started."""


@pytest.fixture
def in_process(monkeypatch):
    """Cells of a local pool run in this process; tests of the processes themselves go without."""
    monkeypatch.setattr("reproduce.running.pools.ProcessPoolExecutor", InProcess)
