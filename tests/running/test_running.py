"""A run: what becomes of its cells, when it ends, and whom it asks; with no worker."""

import dataclasses
import math
import os
import signal
import threading
from types import SimpleNamespace

import pytest

from reproduce.errors import RecordError
from reproduce.record import Cell, Entry
from reproduce.running import runner
from reproduce.running.cells import Job, Outcome
from reproduce.running.runner import Report, default_workers, run

JOBS = [Job("toy", "toys", "", {}, seed) for seed in range(6)]


def entry(job):
    """What a cell measured."""
    return Entry(Cell(job.experiment, 1, job.factors, job.data, "", None, job.seed), {"map_at_r": 0.5})


class Store:
    """Takes every result but those of the seeds that are ``full``."""

    folder, full = "record", ()

    def __init__(self):
        self.added, self.checked = [], 0

    def add(self, one, replace):
        if one.seed in self.full:
            raise RecordError("full")
        self.added.append((one.seed, replace))

    def check_writable(self):
        self.checked += 1


class Claims:
    """Every cell is this run's."""

    def __init__(self, plan, store, since):
        self.kept_in, self.since, self.begun, self.released, self.closed = store, since, {}, [], False
        plan.claims = self

    def store(self, job):
        return self.kept_in

    def release(self, job, made):
        self.released.append((job.seed, made))

    take = None

    def close(self):
        self.closed = True


@pytest.fixture
def ran(monkeypatch):
    """``ran(outcomes, **options)``: (report, plan, store, how the pool was asked) of a run that has these outcomes."""
    monkeypatch.setattr(runner, "Claims", Claims)
    monkeypatch.setattr(runner, "recover", lambda store: None)
    monkeypatch.setattr(runner, "spill", lambda one, store, replace, error: f"seed {one.seed} is elsewhere: {error}")
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    monkeypatch.setattr(runner, "default_workers", lambda: 7)

    def go(outcomes, store=None, **options):
        asked, store = [], store or Store()
        plan = SimpleNamespace(jobs=JOBS[: options.pop("jobs", len(outcomes))])

        def pool(jobs, commit, until, take, stopped):
            asked.append((until, stopped))
            for job, outcome in zip(jobs, outcomes, strict=False):
                if isinstance(outcome, BaseException):
                    raise outcome
                yield job, outcome

        monkeypatch.setattr(runner, "local_pool", lambda workers: asked.append(workers) or pool)
        monkeypatch.setattr(runner, "cluster_pool", lambda address, say: asked.append(address) or pool)
        return run(plan, store, **options), plan, store, asked

    return go


DONE = [Outcome(entry(job)) for job in JOBS]


def test_each_cell_becomes_what_it_became(ran):
    """Measured, failed, waiting, another run's, or measured and not kept; all of them are done."""
    store = Store()
    store.full = (5,)
    outcomes = [
        *DONE[:1],
        Outcome(problem="broke"),
        Outcome(problem="absent", waits=True),
        Outcome(kept=True),
        *DONE[4:],
    ]
    watched = []
    report, plan, _, _ = ran(
        outcomes, store, watch=lambda job, outcome, report: watched.append((job.seed, report.done))
    )
    assert [one.seed for one in report.finished] == [0, 4]
    assert [(job.seed, why) for job, why in report.failed] == [(1, "broke")]
    assert [(job.seed, why) for job, why in report.waiting] == [(2, "absent")]
    assert [job.seed for job in report.elsewhere] == [3]
    assert [(job.seed, why) for job, why in report.unkept] == [(5, "seed 5 is elsewhere: full")]
    assert watched == [(seed, seed + 1) for seed in range(6)]
    assert (report.done, report.out_of_time, report.interrupted) == (6, False, False)
    assert plan.claims.released == [(seed, seed in (0, 4, 5)) for seed in range(6)]
    assert plan.claims.closed
    assert (store.added, store.checked) == ([(0, False), (4, False)], 1)


def test_more_of_one_kind_counts_as_more(ran):
    """Three that wait and two that failed are five."""
    report, *_ = ran([Outcome(problem="", waits=True)] * 3 + [Outcome(problem="")] * 2)
    assert report.done == 5
    many = Report(finished=[1] * 7, elsewhere=[1] * 5, failed=[1] * 3, waiting=[1] * 2, unkept=[1])
    assert many.done == 18


def test_nothing_to_do_asks_nobody(ran):
    """No pool is made, no folder is tried."""
    report, _, store, asked = ran([])
    assert (report.done, report.out_of_time, asked, store.checked) == (0, False, [], 0)


@pytest.mark.parametrize(
    "options, asked",
    [
        ({}, [7, (math.inf, math.inf)]),
        ({"workers": 2, "budget": 60.0}, [2, (1060.0, math.inf)]),
        ({"workers": 2, "budget": 0.0, "strict": True}, [2, (1000.0, 1000.0)]),
        ({"cluster": "tcp://toy", "workers": 2}, ["tcp://toy", (math.inf, math.inf)]),
    ],
)
def test_a_run_asks_its_workers_until_its_time_is_up(ran, options, asked):
    """As many as are named, else as many as there are cores; a cluster where one is named."""
    assert ran(DONE[:2], **options)[3] == asked


@pytest.mark.parametrize("replace", [True, False])
def test_a_run_that_replaces_counts_from_its_own_beginning(ran, replace):
    """Else whatever is kept is kept."""
    _, plan, store, _ = ran(DONE[:1], replace=replace)
    assert bool(plan.claims.since) == replace
    assert store.added == [(0, replace)]


def test_what_is_left_is_out_of_time_unless_the_run_was_interrupted(ran):
    """What was done before is kept."""
    report, *_ = ran(DONE[:2], jobs=3)
    assert (report.out_of_time, report.interrupted, report.done) == (True, False, 2)
    report, plan, *_ = ran([*DONE[:2], KeyboardInterrupt()])
    assert (report.out_of_time, report.interrupted, report.done) == (False, True, 2)
    assert plan.claims.closed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_result_is_kept_before_an_interruption_counts(number):
    """Ctrl-C and a polite kill wait for the end of the block, and are answered as before from then on."""
    done, heard = [], []

    def interrupted():
        with runner._uninterrupted():
            os.kill(os.getpid(), number)
            done.append("kept")

    usual = signal.signal(number, lambda *_: heard.append("as usual"))
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert (done, heard) == (["kept"], [])
        os.kill(os.getpid(), number)
        assert heard == ["as usual"]
        with runner._uninterrupted():
            done.append("kept")
        assert len(done) == 2
    finally:
        signal.signal(number, usual)


def test_in_another_thread_no_signal_is_touched():
    """Python answers them in the main thread alone."""
    found = []

    def block():
        before = signal.getsignal(signal.SIGINT)
        with runner._uninterrupted():
            found.append(signal.getsignal(signal.SIGINT) is before)

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert found == [True]


@pytest.mark.parametrize("cores, gpu, workers", [(6, False, 6), (6, True, 4), (3, True, 3), (1, True, 1)])
def test_there_is_a_worker_for_each_core_and_four_at_most_share_a_gpu(monkeypatch, cores, gpu, workers):
    """The cores that this process may use, or all where the system does not say; one at least."""
    monkeypatch.setattr(runner.machine, "gpu", lambda: {"name": "NVIDIA H200" * gpu})
    monkeypatch.setattr(os, "sched_getaffinity", {0: set(range(cores))}.__getitem__, raising=False)
    assert default_workers() == default_workers(gpu=gpu) == workers
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert default_workers() == workers
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_workers() == 1


def test_a_report_is_a_new_one_each_time():
    """No run's cells are another's."""
    assert dataclasses.astuple(Report()) == ([], [], [], [], [], {}, False, False)
