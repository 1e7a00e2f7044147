"""An answer is kept until anything changes that it comes from, and then it is judged afresh."""

import os
import sys
from types import ModuleType, SimpleNamespace

import pytest

from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin import kept, parts


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A folder of claims with a record, data and weights beside it; how often it was judged is ``asked.times``."""
    for name in ("claims/record", "data/LionData", "weights", "home/.keras"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("claims/test_a.py", "claims/paper.toml", "claims/record/one.json", "data/LionData/a.png", "weights/w"):
        (tmp_path / name).write_text("1")
    (tmp_path / "claims/record/one.json").write_text('{"results": []}')
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("REPRODUCE_EXPERIMENTS", raising=False)
    monkeypatch.setattr(kept, "_strangers", lambda folder: [])
    made = Outcome(Spec("III.64", "Table III", "It scores."), Verdict.REPRODUCED, values=(0.5,))
    here = SimpleNamespace(times=0, folder=tmp_path / "claims", root=tmp_path, made=made)

    def judged(folder):
        here.times += 1
        return SimpleNamespace(outcomes=(made,), requests=(), items=(SimpleNamespace(nodeid="claims/test_a.py::a"),))

    monkeypatch.setattr(kept, "judged", judged)
    monkeypatch.setattr(parts, "_asked", lambda item: ((parts.ANY,), ()))  # so every change has all judged again
    monkeypatch.setattr(parts.needs, "said", lambda rows: "one download")
    monkeypatch.setattr(kept, "needs", lambda requests, record: "one download")
    return here


def test_an_answer_is_kept_and_the_same(asked):
    """The second time nothing is judged, and every field is as it was."""
    assert kept.answer(asked.folder) == kept.answer(asked.folder) == kept.Answer((asked.made,), "one download")
    assert asked.times == 1


CHANGES = {
    "a claim": lambda root, patch: (root / "claims/test_a.py").write_text("2"),
    "a new claim": lambda root, patch: (root / "claims/test_b.py").write_text("1"),
    "the paper's figures": lambda root, patch: (root / "claims/paper.toml").write_text("2"),
    "a result": lambda root, patch: (root / "claims/record/one.json").write_text('{"results":  []}'),
    "a result removed": lambda root, patch: (root / "claims/record/one.json").unlink(),
    "an image": lambda root, patch: (root / "data/LionData/a.png").write_text("12"),
    "an image touched": lambda root, patch: os.utime(root / "data/LionData/a.png", (1, 1)),
    "an image more": lambda root, patch: (root / "data/LionData/b.png").write_text("1"),
    "weights": lambda root, patch: (root / "weights/w").write_text("12"),
    "weights of Keras": lambda root, patch: (root / "home/.keras/w.h5").write_text("1"),
    "where the data is": lambda root, patch: patch.setenv("REPRODUCE_DATA", str(root)),
    "the backend": lambda root, patch: patch.setenv("KERAS_BACKEND", "another"),
    "the record's place": lambda root, patch: patch.setenv("REPRODUCE_RECORD", str(root / "weights")),
    "the processor": lambda root, patch: patch.setattr(kept.machine, "cpu", lambda: "another"),
    "Python": lambda root, patch: patch.setattr(sys, "version", "4"),
    "the path": lambda root, patch: patch.setattr(kept, "_PATH", (str(root),)),
    "the package": lambda root, patch: patch.setattr(kept, "_PACKAGE", root / "claims"),
    "the folder": lambda root, patch: patch.chdir(root / "data"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_judged_afresh(asked, change, monkeypatch):
    """Whatever a verdict comes from."""
    kept.answer(asked.folder)
    CHANGES[change](asked.root, monkeypatch)
    kept.answer(asked.folder)
    assert asked.times == 2


@pytest.mark.parametrize("damage", ["", "[", "[{}]", '[{"verdict": "reproduced"}]', "\udcff"])
def test_a_damaged_answer_is_no_answer(asked, damage):
    """It is judged afresh, and kept again."""
    kept.answer(asked.folder)
    (path,) = (asked.root / "cache/judged").rglob("*.json")
    path.write_bytes(damage.encode(errors="surrogateescape"))
    assert kept.answer(asked.folder) == kept.answer(asked.folder) == kept.Answer((asked.made,), "one download")
    assert asked.times == 2


def test_a_verdict_that_was_changed_by_hand_is_no_answer(asked):
    """The file reads as one that was kept, and its digest is another."""
    kept.answer(asked.folder)
    (path,) = (asked.root / "cache/judged").rglob("*.json")
    forged = path.read_text().replace('"verdict": "reproduced"', '"verdict": "inconclusive"')
    assert forged != path.read_text()
    path.write_text(forged)
    assert kept.answer(asked.folder).outcomes == (asked.made,)
    assert asked.times == 2


def test_what_the_key_does_not_know_is_not_kept(asked, monkeypatch):
    """Experiments of another package, modules of the user's own, what changes while it is judged."""
    monkeypatch.setenv("REPRODUCE_EXPERIMENTS", "mine")
    kept.answer(asked.folder), kept.answer(asked.folder)
    assert asked.times == 2
    monkeypatch.delenv("REPRODUCE_EXPERIMENTS")
    monkeypatch.setattr(kept, "_strangers", lambda folder: ["mine.py"])
    kept.answer(asked.folder), kept.answer(asked.folder)
    assert asked.times == 4
    monkeypatch.setattr(kept, "_strangers", lambda folder: (asked.root / "claims/test_a.py").write_text("3") and [])
    kept.answer(asked.folder)
    assert not list((asked.root / "cache/judged").rglob("*.json"))


def test_a_strange_module_is_seen(tmp_path, monkeypatch):
    """A module from elsewhere is one; those of the package, the claims and what is installed are none."""
    before = kept._strangers(tmp_path)
    mine = ModuleType("mine")
    mine.__file__ = str(tmp_path.parent / "mine.py")
    monkeypatch.setitem(sys.modules, "mine", mine)
    assert set(kept._strangers(tmp_path)) - set(before) == {str(tmp_path.parent.resolve() / "mine.py")}
    mine.__file__ = str(tmp_path / "mine.py")
    assert kept._strangers(tmp_path) == before


def test_links_are_followed_once(asked):
    """A set that is linked is a set, and a loop of links ends."""
    far = asked.root / "far"
    far.mkdir()
    (far / "c.png").write_text("1")
    (asked.root / "data/Linked").symlink_to(far)
    (far / "loop").symlink_to(far)
    kept.answer(asked.folder)
    (far / "c.png").write_text("12")
    kept.answer(asked.folder)
    assert asked.times == 2


def test_a_change_reaches_what_comes_from_it(asked):
    """A file of claims that no other names, and a file of results, are kept apart; all else is every claim's."""
    home, record = asked.folder, asked.folder / "record"
    (home / "test_b.py").write_text("import test_c")
    (home / "test_c.py").write_text("1")
    for name in (kept.seen.FILE, "notes.txt", ".hidden.json"):
        (record / name).write_text("1")
    before = kept._state(home)
    assert set(before.tests) == {"test_a.py", "test_b.py"}
    assert set(before.record) == {"one.json", kept.seen.FILE}

    def changed(path):
        path.write_text(path.read_text() + "2")
        after = kept._state(home)
        told = [name for name in ("every", "tests", "record") if getattr(after, name) != getattr(kept_before[-1], name)]
        kept_before.append(after)
        return told

    kept_before = [before]
    assert changed(home / "test_a.py") == ["tests"]
    assert changed(record / "one.json") == changed(record / kept.seen.FILE) == ["record"]
    for path in (home / "test_c.py", home / "paper.toml", record / "notes.txt", record / ".hidden.json"):
        assert changed(path) == ["every"]


def test_files_are_listed_once_without_what_is_passing(tmp_path):
    """Not what Python compiled, nor locks, nor unfinished files, nor the folder that is left out."""
    for name in (
        "a.py",
        "b.lock",
        "c.tmp",
        "__pycache__/a.pyc",
        ".pytest_cache/x",
        "in/d.py",
        "out/e.py",
        "tmp/f.lock.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("12")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    found = list(kept._files(str(tmp_path), set(), str(tmp_path / "out")))
    assert [os.path.relpath(path, tmp_path) for path, *_ in found] == ["a.py", "in/d.py", "tmp/f.lock.py"]
    assert [(size, at) for _, size, at in found] == [(2, os.stat(path).st_mtime_ns) for path, *_ in found]
    assert list(kept._files(str(tmp_path / "none"), set())) == []


def test_a_judgement_is_the_fresh_one_or_what_was_collected_or_judged_anew(monkeypatch):
    """In that order."""
    monkeypatch.setattr(kept, "collected", lambda folder, outcomes: {"a": "collected"}.get(folder))
    monkeypatch.setattr(kept, "judged", lambda folder: "judged")
    for fresh, folder, made in (("fresh", "a", "fresh"), (None, "a", "collected"), (None, "b", "judged")):
        monkeypatch.setattr(kept, "_found", lambda path, fresh=fresh: (kept.Answer((), ""), fresh))
        assert kept.judgement(folder) == made


def test_four_answers_are_kept_of_a_folder(asked):
    """The oldest goes."""
    for number in range(6):
        (asked.folder / "paper.toml").write_text(str(number))
        kept.answer(asked.folder)
        files = sorted((asked.root / "cache/judged").rglob("*.json"), key=os.path.getmtime)
        for age, path in enumerate(files):
            os.utime(path, (age + 1, age + 1))
        assert len(files) == min(number + 1, 4)
