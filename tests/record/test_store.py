"""The record keeps what it is given, bit for bit, and says what was changed by hand."""

import dataclasses
import json
import math
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.errors import InvalidInputError, RecordError
from reproduce.experiments.registry import names_animals
from reproduce.record import Cell, Entry, Store, files, store
from reproduce.record.files import dumps, loads
from reproduce.record.store import default_folder


def make(seed=0, score=0.5, experiment="toy", **changes):
    cell = Cell(experiment, 1, {"dim": 64, "hidden": (64, 32)}, "LionData", "ab" * 32, None, seed)
    values = {
        "scores": {"map_at_r": score, "map_at_r/query@all": score / 3},
        "details": {"epochs": 7},
        "leave_one_out": {"map_at_r": [score, score + 0.01]},
        "animals": {"": ["Kio", "Leo"]},
        "machine": "x86_64-cpu",
        "environment": {"python": "3.11", "packages": {"numpy": "2.0"}},
        "commit": "0123456789ab",
        "seconds": 1.5,
        "time": "2026-01-02T03:04:05Z",
    }
    return Entry(cell, **(values | changes))


finite = st.floats(allow_nan=False)
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
cells = st.builds(
    Cell,
    st.just("toy"),
    st.integers(1, 9),
    st.dictionaries(names, json_values, max_size=3),
    names,
    names,
    st.none() | names,
    st.integers(0, 2**31),
)
plain_names = names.filter(lambda name: "@" not in name)
# Hypothesis tries the words of the modules that are loaded, this one too.
detail_names = names.filter(lambda name: not names_animals(name))


def entries_of(animals):
    """Entries whose primary set shows these animals, each left out of up to two scores."""
    without = st.lists(st.floats(), min_size=len(animals), max_size=len(animals))
    return st.builds(
        Entry,
        cells,
        scores=st.dictionaries(names, st.floats() | st.integers(-5, 5), max_size=4),
        details=st.dictionaries(detail_names, json_values, max_size=3),
        leave_one_out=st.dictionaries(plain_names, without, max_size=2),
        animals=st.just({"": animals}),
        machine=names,
        environment=st.dictionaries(names, json_values, max_size=2),
        commit=names,
        seconds=st.floats(0, 1e6),
        time=names,
    )


entries = st.lists(names, max_size=3, unique=True).flatmap(entries_of)


@given(st.lists(entries, max_size=4, unique_by=lambda entry: entry.key))
@examples(50)
def test_round_trip(tmp_path_factory, kept):
    """What is written is read back, every float bit for bit, and written again as the same bytes."""
    path = tmp_path_factory.getbasetemp() / "toy.json"
    text = dumps("toy", kept)
    read = loads(text, path)
    assert dumps("toy", read) == text
    for before, after in zip(sorted(kept, key=lambda entry: entry.key), read, strict=True):
        assert after.cell == before.cell
        assert after.digest == before.digest
        assert after.animals == before.animals
        for name, value in before.scores.items():
            again = after.scores[name]
            assert again == value or (math.isnan(again) and math.isnan(value))
            assert math.copysign(1, again) == math.copysign(1, value) or math.isnan(value)


def test_what_no_digest_is_of_is_named_by_its_result(tmp_path, monkeypatch):
    """Lists nested too deeply, for one: the file and the result, counted from one."""

    def check(row, content, path):
        if row.seed == 1:
            raise RecursionError("too deep")

    monkeypatch.setattr(files, "_check", check)
    text = dumps("toy", [make(seed=0), make(seed=1)])
    with pytest.raises(RecordError, match=r"toy\.json: result 2: too deep"):
        loads(text, tmp_path / "toy.json")


def test_find_wants_the_same_factors_and_data(tmp_path):
    """Tuples and lists are the same factor; another value or data set is not found."""
    store = Store(tmp_path)
    store.add(make())
    assert [e.seed for e in store.find("toy", {"hidden": [64, 32], "dim": 64}, "LionData")] == [0]
    assert store.find("toy", {"hidden": [64], "dim": 64}, "LionData") == []
    assert store.find("toy", {"hidden": [64, 32], "dim": 64}, "Other") == []
    assert store.find("absent", {}, "LionData") == []


def test_a_kept_result_is_never_edited(tmp_path):
    """Adding the cell again changes nothing, unless asked to replace."""
    store = Store(tmp_path)
    assert store.add(make(score=0.5))
    before = store.path("toy").read_bytes()
    assert not store.add(make(score=0.6))
    assert store.path("toy").read_bytes() == before
    assert store.add(make(score=0.6), replace=True)
    assert [entry.scores["map_at_r"] for entry in Store(tmp_path).entries("toy")] == [0.6]


def test_replacing_clears_what_was_stale(tmp_path):
    """A renewed result takes the place of other versions and data hashes of its seed, and of nothing else."""
    store = Store(tmp_path)
    stale = [
        dataclasses.replace(make(seed), cell=dataclasses.replace(make(seed).cell, data_hash="old")) for seed in (0, 1)
    ]
    store.add_all([*stale, make(0, machine="x86_64-h200")])
    store.add(make(0, score=0.75), replace=True)
    kept = Store(tmp_path).entries("toy")
    assert sorted((entry.seed, entry.cell.data_hash[:3], entry.machine) for entry in kept) == [
        (0, "aba", "x86_64-cpu"),
        (0, "aba", "x86_64-h200"),
        (1, "old", "x86_64-cpu"),
    ]


def test_another_machine_is_another_entry(tmp_path):
    """The same cell from another machine class is kept beside the first, never pooled with it."""
    store = Store(tmp_path)
    store.add(make())
    assert store.add(make(machine="x86_64-h200"))
    assert {entry.place for entry in store.entries("toy")} == {
        ("x86_64-cpu", "numpy", "float64"),
        ("x86_64-h200", "numpy", "float64"),
    }


def test_the_order_of_adding_leaves_no_trace(tmp_path):
    """The same results added in another order give the same bytes."""
    one, other = Store(tmp_path / "a"), Store(tmp_path / "b")
    one.add_all(make(seed) for seed in range(12))
    for seed in (11, 3, 0, 7, 10, 1, 2, 9, 8, 4, 5, 6):
        other.add(make(seed))
    assert one.path("toy").read_bytes() == other.path("toy").read_bytes()


@pytest.mark.parametrize(
    "old, new, field",
    [
        ('"map_at_r": 0.5,', '"map_at_r": 0.6,', "scores.map_at_r was changed by hand (now 0.6)"),
        ('"epochs": 7', '"epochs": 8', "details.epochs was changed"),
        ("[0.5, 0.51]", "[0.5, 0.52]", "leave_one_out.map_at_r was changed"),
        ('"seed": 0', '"seed": 1', "seed was changed"),
        ('"data": "LionData"', '"data": "Lions"', "data was changed"),
        ('"dim": 64', '"dim": 65', "factors was changed"),
        ('"version": 1', '"version": 2', "version was changed"),
        ('"machine": "x86_64-cpu"', '"machine": "arm64-cpu"', "machine was changed"),
        ('"commit": "0', '"commit": "1', "commit was changed"),
        ('"python": "3.11"', '"python": "3.12"', "environments."),
        ('"schema": 1', '"schema": 2', "schema: this is schema 2"),
        ('"experiment": "toy"', '"experiment": "tox"', "experiment: says 'tox'"),
        ('"epochs": 7', '"epochs": 7, "more": 1', "details.more was added"),
        ('"seconds": 1.5, ', "", "missing required field `seconds` - at `$.results[0]`"),
        ('"seed": 0', '"seed": 0, "note": 1', "unknown field `note` - at `$.results[0]`"),
        ('"results": [', '"results": [,', "not JSON at line"),
    ],
)
def test_a_change_by_hand_is_named(tmp_path, old, new, field):
    """One digit changed is an error that names the file, the result and the field."""
    store = Store(tmp_path)
    store.add(make())
    path = store.path("toy")
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(RecordError) as caught:
        Store(tmp_path).entries("toy")
    assert str(path) in str(caught.value)
    assert field in str(caught.value)


def test_every_digit_is_guarded(tmp_path):
    """Whichever digit of the file is changed, but for the times, reading fails."""
    path = tmp_path / "toy.json"
    text = dumps("toy", [make(0, 0.125), make(1, 0.25)])
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if '"seconds"' in line:
            continue
        for place, letter in enumerate(line):
            if letter.isdigit():
                line_now = line[:place] + str((int(letter) + 1) % 10) + line[place + 1 :]
                changed = "".join([*lines[:number], line_now, *lines[number + 1 :]])
                if json.loads(changed) == json.loads(text):
                    continue  # the seventeenth digit of a float need not be another float
                with pytest.raises(RecordError):
                    loads(changed, path)


def test_swapped_scores_are_found(tmp_path):
    """Two results that exchange their scores, digests and all, are found out."""
    path = tmp_path / "toy.json"
    content = json.loads(dumps("toy", [make(0, 0.25), make(1, 0.75)]))
    first, second = content["results"]
    for name in ("scores", "digests"):
        first[name], second[name] = second[name], first[name]
    with pytest.raises(RecordError, match="seed 0"):
        loads(json.dumps(content), path)


def test_a_removed_result_is_found(tmp_path):
    """A seed dropped by hand is an error, though every result left is as written."""
    path = tmp_path / "toy.json"
    content = json.loads(dumps("toy", [make(seed) for seed in range(3)]))
    del content["results"][1]
    with pytest.raises(RecordError, match="results: one was removed"):
        loads(json.dumps(content), path)


def test_only_times_stand_outside_the_digests(tmp_path):
    """Two entries that differ in seconds and time alone have one digest."""
    assert make().digest == make(seconds=9.0, time="2027-01-01T00:00:00Z").digest
    assert make().digest != make(score=math.nextafter(0.5, 1)).digest


def test_leftovers_of_a_kill_disturb_nothing(tmp_path):
    """A partial file left by a kill is not read, is ignored by git, and goes with the next result."""
    store = Store(tmp_path)
    store.add(make(0))
    leftover = tmp_path / ".toy.json.abc123.tmp"
    leftover.write_bytes(b"{ torn")
    assert store.experiments() == ["toy"]
    assert len(Store(tmp_path).entries("toy")) == 1
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    seen = subprocess.run(
        ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"], capture_output=True, text=True, check=True
    )
    assert sorted(line[3:] for line in seen.stdout.splitlines()) == [".gitignore", "first_seen.jsonl", "toy.json"]
    store.add(make(1))
    assert not leftover.exists()


_ADDER = """
import pickle, sys
from reproduce.record import Store
store = Store(sys.argv[1])
for entry in pickle.load(sys.stdin.buffer):
    store.add(entry)
"""


def test_what_was_added_is_what_will_be_read(tmp_path):
    """The store that wrote a result and one that reads it give the same plain values."""
    store = Store(tmp_path)
    store.add(make(scores={"map_at_r": np.float64(0.1), "classes": 75}))
    (here,), (there,) = store.entries("toy"), Store(tmp_path).entries("toy")
    assert here.fields == there.fields
    assert here.scores == there.scores == {"map_at_r": 0.1, "classes": 75.0}
    assert {type(value) for value in here.scores.values()} == {float}
    assert here.cell.factors == there.cell.factors == {"dim": 64, "hidden": [64, 32]}


def test_three_processes_adding_at_once_lose_nothing(tmp_path):
    """Results added by three processes at the same time are all there, in the bytes one process would write."""
    command = [sys.executable, "-c", _ADDER, str(tmp_path / "many")]
    runs = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(3)]
    for first, run in enumerate(runs):
        run.stdin.write(pickle.dumps([make(seed) for seed in range(first, 60, 3)]))
        run.stdin.close()
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    alone = Store(tmp_path / "alone")
    alone.add_all(make(seed) for seed in range(60))
    assert (tmp_path / "many" / "toy.json").read_bytes() == alone.path("toy").read_bytes()


def test_cells_are_hashable():
    """A cell is found in a set by its value, tuples and lists alike."""
    cell = make().cell
    same = dataclasses.replace(cell, factors={"hidden": [64, 32], "dim": 64})
    assert {cell} == {same}
    assert cell != dataclasses.replace(cell, seed=1)


def test_a_cell_and_a_result_are_found_by_all_that_tells_them_apart():
    """Their keys hold every field, the seed last, so that a file has the seeds of a row one under the other."""
    own = ("toy", "LionData", 1, '{"dim": 64, "hidden": [64, 32]}', "ab" * 32)
    assert make(3).cell.key == (*own, "", 3)
    assert dataclasses.replace(make(3).cell, weights_hash="w").key == (*own, "w", 3)
    assert make(3).key == (*own, "", "x86_64-cpu", "numpy", "float64", 3)


def test_a_cell_names_its_data_where_it_has_any():
    """As every line that is said of it."""
    assert str(make(3).cell) == "toy on LionData, seed 3"
    assert str(dataclasses.replace(make(3).cell, data="")) == "toy, seed 3"


def test_each_result_has_its_own_word_on_whether_it_was_found_right(tmp_path):
    """One too few is a mistake of the caller's, and not a result that is read unchecked."""
    text = dumps("toy", [make(0), make(1)])
    assert len(loads(text, tmp_path / "toy.json", [True, False])) == 2
    with pytest.raises(ValueError, match="shorter"):
        loads(text, tmp_path / "toy.json", [True])


def test_the_record_lies_where_it_is_named_else_beside_the_claims(monkeypatch):
    """In REPRODUCE_RECORD, or under the current folder."""
    monkeypatch.setenv("REPRODUCE_RECORD", "elsewhere")
    assert default_folder() == Store().folder == Path("elsewhere")
    monkeypatch.delenv("REPRODUCE_RECORD")
    assert default_folder() == Store().folder == Path("claims/record")


def test_a_folder_is_tried_with_as_much_as_a_small_result(tmp_path, monkeypatch):
    """A full disk may still take an empty file; nothing of the trial is left."""
    written, write = {}, store.write_atomically
    monkeypatch.setattr(store, "write_atomically", lambda path, content: written.update({path: len(content)}))
    with pytest.raises(RecordError, match=r"no result can be written there \(No such file"):
        Store(tmp_path).check_writable()  # what is written does not arrive
    assert max(written.values()) == 65536
    monkeypatch.setattr(store, "write_atomically", write)
    Store(tmp_path).check_writable()
    assert [path.name for path in tmp_path.iterdir()] == [".gitignore"]


@pytest.mark.parametrize("error, said", [(OSError(28, "No space left"), "No space left"), (OSError("odd"), "odd")])
def test_a_folder_that_takes_nothing_says_why(tmp_path, monkeypatch, error, said):
    """In the system's words, or in the error's own."""

    def refuse(path, content):
        raise error

    monkeypatch.setattr(store, "write_atomically", refuse)
    with pytest.raises(RecordError, match=rf"no result can be written there \({said}\), so nothing was computed"):
        Store(tmp_path).check_writable()


def test_what_is_not_json_is_refused():
    """A detail that JSON cannot hold is an error that says so, before anything is written."""
    with pytest.raises(InvalidInputError, match="a set cannot be kept"):
        make(details={"chosen": {1, 2}}).fields  # noqa: B018


def test_a_name_that_is_no_file_name_is_refused(tmp_path):
    """An experiment's name cannot lead out of the folder."""
    with pytest.raises(InvalidInputError):
        Store(tmp_path).path("../elsewhere")


def test_a_result_is_checked_once_and_again_when_a_byte_changes(tmp_path, monkeypatch):
    """What was found right is noted by its bytes: a change by hand is found though the result before it had been."""
    counted = []
    check = files._check
    monkeypatch.setattr(files, "_check", lambda row, *rest: counted.append(row.seed) or check(row, *rest))
    kept = Store(tmp_path)
    kept.add_all([make(seed=0), make(seed=1)])
    path = kept.path(make().cell.experiment)
    text = path.read_text()

    def read():
        store._FILES.clear()
        counted.clear()
        return [entry.digest for entry in Store(tmp_path).entries(path.stem)]

    first = read()
    assert counted == [0, 1]
    assert read() == first
    assert counted == []
    for old, new in (("0.5", "0.6"), ('"seed": 1', '"seed": 2')):
        path.write_text(text.replace(old, new, 1))
        for _ in range(2):  # what was found wrong is not noted
            with pytest.raises(RecordError, match="by hand"):
                read()
    one = text[: text.index(',\n{"data"')] + "\n]\n}\n"
    path.write_text(one)
    with pytest.raises(RecordError, match="one was removed"):  # though what is left was found right
        read()
    assert counted == []
    path.write_text(text)
    assert read() == first
    kept.add(make(seed=2))
    read()
    assert counted == [2]


def test_the_cache_holds_no_value(tmp_path, monkeypatch):
    """Whatever is planted in it, scores are the file's own; and another file's note says nothing."""
    from reproduce.record import checked

    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    kept = Store(tmp_path / "record")
    kept.add(make(score=0.5))
    path = kept.path(make().cell.experiment)
    store._FILES.clear()
    Store(kept.folder).entries(path.stem)
    (note,) = (tmp_path / "cache" / "checked").iterdir()
    assert {len(line) for line in note.read_bytes().split()} == {64}
    for planted in (b"", b"\xff", b"0" * 64, path.read_bytes(), note.read_bytes()[1:]):
        note.write_bytes(planted)
        assert not checked.known(path)
        store._FILES.clear()
        assert [entry.scores for entry in Store(kept.folder).entries(path.stem)] == [make(score=0.5).scores]
    note.unlink()
    note.mkdir()  # a cache that cannot be written
    store._FILES.clear()
    assert len(Store(kept.folder).entries(path.stem)) == 1
