"""One thread for each cell: what a process is told of it, and its libraries that are there already."""

import sys
from types import SimpleNamespace

from reproduce.running import threads


def test_what_is_set_stays_and_what_is_imported_is_limited(monkeypatch):
    """A library that was not imported is not imported for it."""
    told = []
    monkeypatch.setattr(threads, "WORKER_ENVIRONMENT", {"TOY_SET": "1", "TOY_NEW": "1"})
    monkeypatch.setenv("TOY_SET", "4")
    monkeypatch.delenv("TOY_NEW", raising=False)
    monkeypatch.setitem(
        sys.modules, "torch", SimpleNamespace(set_num_threads=lambda count: told.append(("torch", count)))
    )
    monkeypatch.setitem(sys.modules, "cv2", SimpleNamespace(setNumThreads=lambda count: told.append(("cv2", count))))
    threads.pin()
    assert told == [("torch", 1), ("cv2", 1)]
    assert [threads.os.environ[name] for name in ("TOY_SET", "TOY_NEW")] == ["4", "1"]
    for name in ("torch", "cv2"):
        monkeypatch.setitem(sys.modules, name, None)
    threads.pin()
    assert len(told) == 2
