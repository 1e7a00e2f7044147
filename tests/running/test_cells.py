"""One cell, measured: what its entry says, and what is said where there is none."""

from types import SimpleNamespace

import pytest

from reproduce.datasets import Catalogue
from reproduce.errors import DataMissingError, InvalidInputError, WeightsMissingError
from reproduce.experiments.registry import Experiment, Result
from reproduce.running import cells
from reproduce.running.cells import Job, Outcome, attempt, measure
from reproduce.running.inputs import Inputs


def net(catalogue, seed, *, dim=64, weights="random"):
    """Two numbers."""
    return Result({"a": seed / 8}, {"herd": 3}, {"a": (0.5, 0.25)}, {"": ("Kio", "Leo")})


@pytest.fixture
def here(monkeypatch):
    """A clock, a machine and a commit that are always the same."""
    seconds = iter((100.0, 102.34567))
    monkeypatch.setattr(cells, "time", SimpleNamespace(perf_counter=lambda: next(seconds)))
    before = {"machine": "not known yet", "backend": "numpy", "cpu": "one"}
    monkeypatch.setattr(cells.machine, "environment", lambda library: before)
    monkeypatch.setattr(cells.machine, "machine_class", lambda library: "x86_64-cpu")
    monkeypatch.setattr(cells.machine, "commit", lambda: "abc")
    return before


def test_a_result_is_of_its_cell_its_place_and_its_time(here):
    """The machine's class is asked once more behind the computing; what is read back is plain."""
    entry = measure(Experiment("toy.net", net, version=2, needs=()), "", 3, {"dim": 8})
    cell = entry.cell
    assert (cell.experiment, cell.version, cell.data, cell.data_hash, cell.weights_hash, cell.seed) == (
        *("toy.net", 2, "", cell.data_hash, None, 3),
    )
    assert cell.factors == {"dim": 8, "weights": "random"}
    assert (entry.scores, entry.details, entry.leave_one_out, entry.animals) == (
        {"a": 0.375}, {"herd": 3}, {"a": [0.5, 0.25]}, {"": ["Kio", "Leo"]},
    )  # fmt: skip
    assert entry.place == ("x86_64-cpu", "numpy", "float64")
    assert entry.environment == {"machine": "x86_64-cpu", "backend": "numpy", "cpu": "one"}
    assert here["machine"] == "not known yet"
    assert (entry.commit, entry.seconds, len(entry.time)) == ("abc", 2.346, 20)


def test_a_result_is_of_the_run_s_commit_where_it_says_one(here):
    """What was committed meanwhile is not what was imported."""
    assert measure(Experiment("toy.net", net, needs=()), "", 3, {}, commit="earlier").commit == "earlier"


@pytest.mark.parametrize("needs, content", [(("pixels", "weights"), "with pixels"), (("weights",), "of names")])
def test_a_cell_is_of_its_images_or_names_and_of_its_weights(here, monkeypatch, needs, content):
    """By the hashes of what enters."""
    monkeypatch.setattr(Catalogue, "hash_for", lambda one, pixels: "with pixels" if pixels else "of names")
    weights = SimpleNamespace(hash=lambda: "digest")
    monkeypatch.setattr(cells, "inputs_of", lambda *_: SimpleNamespace(data=None, weights=weights))
    cell = measure(Experiment("toy.net", net, needs=needs), "", 3, {}).cell
    assert (cell.data_hash, cell.weights_hash) == (content, "digest")


def test_an_experiment_without_a_score_is_an_error(here):
    """It names the cell."""
    empty = Experiment("toy.empty", lambda catalogue, seed: Result({}), needs=())
    with pytest.raises(InvalidInputError, match=r"toy\.empty, seed 3: the experiment gave no score"):
        measure(empty, "", 3, {})


def test_a_job_names_its_data_where_it_has_any():
    """As a cell does."""
    assert str(Job("toy.net", "toys", "LionData", {}, 3)) == "toy.net on LionData, seed 3"
    assert str(Job("toy.net", "toys", "", {}, 3)) == "toy.net, seed 3"


@pytest.fixture
def tried(monkeypatch):
    """``tried(error, known, code)``: the outcome of a cell that raises it, and the modules that were imported."""

    def go(error=None, known=True, code="code"):
        imported = []

        def measured(*cell, commit):
            if error is not None:
                raise error
            return (*cell, commit)

        monkeypatch.setattr(cells, "source_digest", lambda: "code")
        monkeypatch.setattr(cells, "registered", lambda: {"toy.net"} if known else {})
        monkeypatch.setattr(cells.importlib, "import_module", imported.append)
        monkeypatch.setattr(cells, "find", lambda name: f"the experiment {name}")
        monkeypatch.setattr(cells, "measure", measured)
        return attempt(Job("toy.net", "toys", "LionData", {"dim": 2}, 3), "abc", code), imported

    return go


def test_a_worker_measures_what_it_was_sent(tried):
    """It imports what registers the experiment, unless that is known; another version measures nothing."""
    made = Outcome(("the experiment toy.net", "LionData", 3, {"dim": 2}, "abc"))
    assert tried() == (made, [])
    assert tried(known=False) == (made, ["toys"])
    refused, imported = tried(code="other", known=False)
    assert (refused.entry, refused.waits, imported) == (None, False, [])
    assert refused.problem.startswith("its worker runs another version of reproduce")


@pytest.mark.parametrize(
    "error, problem, waits",
    [
        (DataMissingError("no lions here"), "no lions here", True),
        (WeightsMissingError("no weights here"), "no weights here", True),
        (ValueError("a\n  line"), "ValueError: a line", False),
        (ValueError("x" * 400), f"ValueError: {'x' * 300}", False),
        (ValueError(), "ValueError", False),
        (ModuleNotFoundError("No module named 'toy'", name="toy"), "ModuleNotFoundError: No module named 'toy'", False),
        (ModuleNotFoundError("No module named 'keras'", name="keras"), "install Keras", False),
    ],
)
def test_whatever_goes_wrong_is_one_line(tried, monkeypatch, error, problem, waits):
    """What is not here is waited for; a library that is an extra of the package's is named with what installs it."""
    monkeypatch.setattr(cells, "needed", lambda error: "install Keras" if error.name == "keras" else None)
    assert tried(error)[0] == Outcome(problem=problem, waits=waits)


def test_an_experiment_without_data_needs_nothing():
    """Its catalogue is empty, and has the hash of nothing."""
    assert Inputs().hashes() == {"data_hash": "", "weights_hash": None}
    assert measure(Experiment("toy.net", net, needs=()), "", 0, {}).cell.data_hash == ""
