"""A run: what is kept is not run again, what fails leaves the rest alone, what is killed is run again."""

import dataclasses
import sys

import pytest

from reproduce.record import Store
from reproduce.running.loading import load_all
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.runner import default_workers, measure, run

DATA = "FriesianCattle2017"


def asked(toys, name, data=DATA, **factors):
    return Request(toys[name], data, factors)


def test_measure_says_where_and_when(toys):
    """An entry holds the scores, the cell with every factor, and the environment with its packages."""
    entry = measure(toys["toy.draw"], DATA, 3, {"size": 5})
    assert entry.cell.factors == {"pause": 0.0, "size": 5}
    assert entry.cell.data_hash
    assert entry.details["herd"] == 89
    assert entry.machine.endswith("-cpu")
    assert "numpy" in entry.environment["packages"]
    assert entry.place[1:] == ("numpy", "float64")
    assert entry.digest == measure(toys["toy.draw"], DATA, 3, {"size": 5}).digest
    assert entry.digest != measure(toys["toy.draw"], DATA, 4, {"size": 5}).digest


def test_there_is_a_worker_for_each_core_of_this_process(monkeypatch):
    """Not of another process or of the machine; four at most share a GPU."""
    cores = {0: set(range(6)), 1: {0}}
    monkeypatch.setattr("os.sched_getaffinity", cores.__getitem__, raising=False)
    assert (default_workers(gpu=False), default_workers(gpu=True)) == (6, 4)
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert default_workers(gpu=False) == 1


def test_a_second_run_has_nothing_to_do(toys, in_process, tmp_path):
    """What is in the store is kept; more seeds run only the missing ones."""
    store = Store(tmp_path / "record")
    first = make_plan([asked(toys, "toy.draw")], range(3), store)
    assert len(first.jobs) == 3
    assert len(run(first, store, workers=2).finished) == 3
    assert make_plan([asked(toys, "toy.draw")], range(3), store).jobs == []
    assert [job.seed for job in make_plan([asked(toys, "toy.draw")], range(5), store).jobs] == [3, 4]
    other = make_plan([asked(toys, "toy.draw", size=9)], range(3), store)
    assert [job.seed for job in other.jobs] == [0, 1, 2]


def test_a_worker_gives_the_bits_that_this_process_gives(toys, tmp_path):
    """A cell measured in a worker has the digest of the same cell measured here, but for the commit."""
    store = Store(tmp_path / "record")
    run(make_plan([asked(toys, "toy.draw")], [0], store), store, workers=1)
    (kept,) = store.entries("toy.draw")
    here = measure(toys["toy.draw"], DATA, 0, {})
    assert (kept.scores, kept.leave_one_out, kept.animals, kept.cell) == (
        here.scores,
        here.leave_one_out,
        here.animals,
        here.cell,
    )


def test_where_nothing_varies_one_seed_is_run(toys, tmp_path):
    """No seed changes LionData's split; the cattle's is drawn by the seed."""
    store = Store(tmp_path)
    assert [job.seed for job in make_plan([asked(toys, "toy.fixed")], range(3), store).jobs] == [0, 1, 2]
    assert not asked(toys, "toy.fixed", "LionData").varies


def test_a_claim_may_ask_for_fewer_seeds(toys, tmp_path):
    """A request of two seeds runs two, whatever the run's own number."""
    request = dataclasses.replace(asked(toys, "toy.draw"), seeds=range(2))
    assert [job.seed for job in make_plan([request], range(14), Store(tmp_path)).jobs] == [0, 1]


def test_a_cell_that_raises_leaves_the_others_alone(toys, in_process, tmp_path):
    """The error is one line that names the cell; every other seed is kept."""
    store = Store(tmp_path / "record")
    report = run(make_plan([asked(toys, "toy.fails")], range(5), store), store, workers=2)
    assert [(str(job), said) for job, said in report.failed] == [
        (f"toy.fails on {DATA}, seed 3", "RuntimeError: the toy broke as asked")
    ]
    assert [entry.seed for entry in store.entries("toy.fails")] == [0, 1, 2, 4]


def test_what_is_missing_waits(toys, in_process, tmp_path):
    """Data that is not at hand is waited for, in the plan or found out by the cell; neither is a failure."""
    store = Store(tmp_path / "record")
    plan = make_plan([asked(toys, "toy.draw", "LionData"), asked(toys, "toy.waits")], range(2), store)
    assert "LionData" in plan.rows[0].waits
    assert {job.experiment for job in plan.jobs} == {"toy.waits"}
    report = run(plan, store, workers=1)
    assert [said for _, said in report.waiting] == ["the toy box is not here"] * 2
    assert not report.failed


def test_a_killed_worker_is_replaced(toys, tmp_path):
    """A cell whose worker dies is run again, and so is whatever ran beside it."""
    store = Store(tmp_path / "record")
    plan = make_plan([asked(toys, "toy.dies", folder=str(tmp_path))], range(4), store)
    report = run(plan, store, workers=2)
    assert not report.failed
    assert [entry.seed for entry in store.entries("toy.dies")] == [0, 1, 2, 3]


def test_a_cell_that_always_kills_its_worker_fails_alone(toys, tmp_path):
    """Three deaths are a failure of that cell, and of no other."""
    store = Store(tmp_path / "record")
    plan = make_plan([asked(toys, "toy.dies", folder=str(tmp_path), always=True)], range(3), store)
    report = run(plan, store, workers=2)
    assert [job.seed for job, _ in report.failed] == [1]
    assert [entry.seed for entry in store.entries("toy.dies")] == [0, 2]


def test_workers_are_pinned_to_one_thread(toys, tmp_path, monkeypatch):
    """Cells side by side never ask BLAS for more threads than there are cores, whatever the shell says."""
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    store = Store(tmp_path / "record")
    run(make_plan([asked(toys, "toy.threads")], [0], store), store, workers=1)
    (entry,) = store.entries("toy.threads")
    assert entry.scores["most"] == 1
    assert entry.scores["omp"] == 1
    assert entry.environment["flags"]["OMP_NUM_THREADS"] == "1"


def test_a_stale_version_is_run_again(toys, tmp_path):
    """Raising an experiment's version makes its kept results stale, not lost."""
    store = Store(tmp_path / "record")
    store.add(measure(toys["toy.draw"], DATA, 0, {}))
    newer = Request(dataclasses.replace(toys["toy.draw"], version=2), DATA)
    assert make_plan([asked(toys, "toy.draw")], [0], store).jobs == []
    assert len(make_plan([newer], [0], store).jobs) == 1


def test_places_never_complete_one_another(toys, tmp_path):
    """Seeds kept on another machine class do not count here, unless that class has them all."""
    store = Store(tmp_path / "record")
    for seed in range(2):
        entry = measure(toys["toy.draw"], DATA, seed, {})
        store.add(dataclasses.replace(entry, machine="riscv-cpu"))
    assert make_plan([asked(toys, "toy.draw")], range(2), store).jobs == []
    assert [job.seed for job in make_plan([asked(toys, "toy.draw")], range(3), store).jobs] == [0, 1, 2]


def test_shared_by_products_come_first(toys, other_cattle, tmp_path):
    """The first cells to run are of different data sets or backbones; then seed by seed."""
    store = Store(tmp_path)
    plan = make_plan(
        [asked(toys, "toy.draw"), asked(toys, "toy.draw", size=3), asked(toys, "toy.draw", "TuringCattle")],
        range(2),
        store,
    )
    first, second = plan.jobs[:2]
    assert {first.data, second.data} == {DATA, "TuringCattle"}
    assert [job.seed for job in plan.jobs[2:]] == sorted(job.seed for job in plan.jobs[2:])


def test_no_cell_is_begun_after_the_budget(toys, in_process, tmp_path):
    """A budget that is used up ends the run; what is finished is kept, and the report says so."""
    store = Store(tmp_path / "record")
    plan = make_plan([asked(toys, "toy.draw", pause=0.3)], range(30), store)
    report = run(plan, store, workers=1, budget=2.5)
    assert report.out_of_time
    assert 0 < len(report.finished) < 30
    assert len(store.entries("toy.draw")) == len(report.finished)


def test_an_experiment_module_that_is_not_there_is_named(toys, monkeypatch):
    """A wrong name in REPRODUCE_EXPERIMENTS is one line that says so."""
    from reproduce.errors import InvalidInputError

    monkeypatch.setenv("REPRODUCE_EXPERIMENTS", "no_such_module")
    with pytest.raises(InvalidInputError, match="no_such_module"):
        load_all()
    assert "no_such_module" not in sys.modules
