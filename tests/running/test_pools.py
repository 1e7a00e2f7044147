"""Where cells run, without a process of its own: who is asked, what is put off, what is stopped, who is run again."""

import contextlib
import itertools
import math
import os
import signal
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from types import SimpleNamespace

import pytest

from reproduce import cache
from reproduce.errors import InvalidInputError
from reproduce.running import pools
from reproduce.running.cells import Job, Outcome
from reproduce.running.locks import State

JOBS = [Job("toy.draw", "toys", "", {}, seed) for seed in range(5)]


def mine(job, waits=True):
    """Every cell is this run's."""
    return State.MINE


class Clock:
    """A clock that stands still but for sleeping and waiting; who looks at it for ever hangs."""

    now, looks = 0.0, 0

    def monotonic(self):
        self.looks += 1
        assert self.looks < 1000
        return self.now

    def sleep(self, seconds):
        self.now = self.monotonic() + seconds

    def wait(self, running, timeout, return_when):
        """As `concurrent.futures.wait`, of cells that are done at once or never."""
        assert running
        assert timeout is None or timeout < math.inf
        done = {one for one in running if one.done()}
        if not done:
            self.now += timeout
        return done, set(running) - done


@pytest.fixture
def clock(monkeypatch, tmp_path):
    """The pools' clock; nothing else of theirs is real either."""
    made = Clock()
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    monkeypatch.setattr(pools, "time", made)
    monkeypatch.setattr(pools, "wait", made.wait)
    monkeypatch.setattr(pools, "source_digest", lambda: "code")
    return made


class Executor:
    """Runs a cell as soon as it is handed over; ``dies`` are seeds that take the worker down, ``hangs`` never end."""

    made, dies, hangs = [], {}, set()

    def __init__(self, workers, context, start, arguments):
        self.workers, self.seeds = workers, []
        self.made.append(self)

    def submit(self, function, job, commit, code):
        if self.seeds and self.broken:
            raise BrokenProcessPool
        self.seeds.append(job.seed)
        future = Future()
        if self.dies.get(job.seed, 0) > 0:
            self.dies[job.seed] -= 1
            future.set_exception(BrokenProcessPool())
            self.broken = True
        elif job.seed not in self.hangs:
            future.set_result(Outcome(problem=f"{function.__name__} {job.seed} {commit} {code}"))
        return future

    broken = False

    def shutdown(self, wait, cancel_futures):
        assert (wait, cancel_futures) == (False, True)


@pytest.fixture
def executor(monkeypatch, clock):
    """Executors as they are made; no process is started."""
    monkeypatch.setattr(pools, "ProcessPoolExecutor", Executor)
    for name, value in (("made", []), ("dies", {}), ("hangs", set())):
        monkeypatch.setattr(Executor, name, value)
    return Executor


def local(workers=2, take=mine, jobs=JOBS, until=math.inf, stopped=math.inf):
    """(seed, outcome) of a local pool's cells."""
    pool = pools.local_pool(workers)
    return [(job.seed, outcome) for job, outcome in pool(jobs, "abc", until, take, stopped)]


def test_every_cell_is_run_once_by_no_more_workers_than_cells(executor):
    """Each with the run's commit and code; a worker for each cell at most."""
    ended = local(workers=2)
    assert sorted(seed for seed, _ in ended) == [0, 1, 2, 3, 4]
    assert dict(ended)[3].problem == "attempt 3 abc code"
    assert local(workers=9, jobs=JOBS[:3])
    assert [one.workers for one in executor.made] == [2, 3]


def test_a_cell_is_handed_over_when_a_worker_is_free(executor):
    """One that never started has not died with its worker."""
    found = pools.local_pool(1)(JOBS, "abc", math.inf, mine)
    assert [(next(found)[0].seed, list(executor.made[0].seeds)) for _ in range(3)] == [
        (0, [0]),
        (1, [0, 1]),
        (2, [0, 1, 2]),
    ]


def test_a_cell_that_would_wait_is_begun_where_there_is_no_other(executor, clock):
    """In its turn it is asked for again; the last ones are begun all the same."""
    asked = []

    def take(job, waits=True):
        asked.append((job.seed, waits))
        return State.WAITS if waits and job.seed < 2 else State.MINE

    assert [seed for seed, _ in local(workers=1, take=take, jobs=JOBS[:4])] == [2, 3, 0, 1]
    first = [(0, True), (1, True)]
    assert asked == [*first, (2, True), *first, (3, True), *first, (0, False), (1, True), (1, False)]
    assert clock.now == 0


def test_what_is_put_off_is_asked_for_after_a_while(executor, clock):
    """Where nothing else is left to do; another run's cell is not asked for without pause."""
    asked = itertools.count()
    ended = local(take=lambda job, waits=True: State.BUSY if next(asked) < 3 else State.MINE, jobs=JOBS[:1])
    assert [seed for seed, _ in ended] == [0]
    assert clock.now == pytest.approx(3 * pools.PATIENCE)


def test_a_cell_that_another_run_kept_is_not_run(executor):
    """It comes back as kept; one that another run is at is put off until that run has let go of it."""
    asked = itertools.count()

    def take(job, waits=True):
        busy = job.seed == 1 and next(asked) < 3
        return State.BUSY if busy else State.KEPT if job.seed == 2 else State.MINE

    ended = local(take=take)
    assert [seed for seed, one in ended if one.kept] == [2]
    assert sorted(seed for seed, _ in ended) == [0, 1, 2, 3, 4]
    assert ended[-1][0] == 1
    assert sorted(executor.made[0].seeds) == [0, 1, 3, 4]


def test_where_all_is_kept_nobody_waits(executor, clock):
    """Nothing is begun either."""
    assert [one.kept for _, one in local(take=lambda job, waits=True: State.KEPT)] == [True] * 5
    assert (executor.made[0].seeds, clock.now) == ([], 0)


def test_what_another_run_is_at_is_asked_for_while_others_run(executor, clock):
    """Every half second, until the stop."""
    executor.hangs.add(0)
    asked = []
    take = lambda job, waits=True: asked.append(clock.now) or State.BUSY if job.seed else State.MINE  # noqa: E731
    assert local(take=take, jobs=JOBS[:2], until=2, stopped=2) == []
    assert asked == [0, 0.5, 1, 1.5]
    assert clock.now == 2


def test_nothing_is_begun_after_the_end(executor, clock):
    """Neither at the start nor while cells run."""
    assert local(until=0) == []
    assert executor.made == []

    def take(job, waits=True):
        clock.now += job.seed == 2
        return State.MINE

    for workers in (1, 5):
        clock.now = 0
        assert sorted(seed for seed, _ in local(workers, take, until=1)) == [0, 1, 2]


def test_what_runs_at_the_stop_has_no_outcome(executor, clock):
    """The others have theirs; the pool does not wait for what hangs."""
    executor.hangs.add(1)
    clock.now = 3
    assert sorted(seed for seed, _ in local(stopped=7, until=7)) == [0, 2, 3, 4]
    assert clock.now == 7


def test_what_is_done_as_the_stop_comes_has_its_outcome(executor, clock):
    """It was asked for in time, and nobody computes it twice."""

    def late(job, waits=True):
        clock.now += 9
        return State.MINE

    assert [seed for seed, _ in local(take=late, jobs=JOBS[:1], stopped=7, until=10)] == [0]
    executor.hangs.add(1)
    clock.now = 0
    assert local(take=late, jobs=JOBS[1:2], stopped=7, until=7) == []
    assert clock.now == 9  # what hangs is not waited for


@pytest.mark.parametrize("deaths, problem", [(1, False), (2, False), (3, True)])
def test_a_cell_is_given_up_at_its_third_death(executor, deaths, problem):
    """Until then it is run again, alone; whatever ran beside it, too."""
    executor.dies[1] = deaths
    ended = local(workers=2)
    assert sorted(seed for seed, _ in ended) == [0, 1, 2, 3, 4]
    assert ("killed 3 times" in dict(ended)[1].problem) == problem
    assert not any("killed" in one.problem for seed, one in ended if seed != 1)
    alone = [one.seeds for one in executor.made if 1 in one.seeds][1:]
    assert alone == [[1]] * min(deaths, 2)


class Process:
    """A worker's process."""

    def __init__(self):
        self.told = []

    def terminate(self):
        self.told.append("end")

    def join(self, seconds):
        self.told.append(seconds)


def test_what_still_runs_is_ended_and_waited_for_a_little():
    """All are told before any is waited for; an executor that started none is shut down like any other."""
    processes, shut = {1: Process(), 2: Process()}, []
    for held in ({"_processes": processes}, {"_processes": None}, {}):
        pools._stop(SimpleNamespace(shutdown=lambda **how: shut.append(how), **held))
    assert shut == [{"wait": False, "cancel_futures": True}] * 3
    assert [one.told for one in processes.values()] == [["end", 5]] * 2


def test_workers_are_started_in_their_environment(monkeypatch):
    """Which is this process's only meanwhile."""
    monkeypatch.setattr(pools, "WORKER_ENVIRONMENT", {"TOY_SET": "1", "TOY_NEW": "2"})
    monkeypatch.setenv("TOY_SET", "mine")
    monkeypatch.delenv("TOY_NEW", raising=False)
    with pools._environment():
        assert (os.environ["TOY_SET"], os.environ["TOY_NEW"]) == ("1", "2")
    assert (os.environ["TOY_SET"], os.environ.get("TOY_NEW")) == ("mine", None)


def test_a_worker_writes_to_the_log_and_goes_with_its_parent(monkeypatch, tmp_path):
    """What libraries print is added to the log; Ctrl-C is the parent's; a daemon waits for the parent's end."""
    log, streams, signals, ended, threads = tmp_path / "log", [], [], [], []

    class Thread:
        def __init__(self, target, daemon):
            threads.append((target, daemon))

        def start(self):
            threads.append("started")

    monkeypatch.setattr(pools.os, "dup2", lambda descriptor, stream: streams.append((descriptor, stream)))
    monkeypatch.setattr(pools.os, "_exit", ended.append)
    monkeypatch.setattr(signal, "signal", lambda *one: signals.append(one))
    monkeypatch.setattr(pools.multiprocessing, "parent_process", lambda: SimpleNamespace(sentinel="the parent"))
    monkeypatch.setattr(pools.multiprocessing.connection, "wait", lambda many: ended.append(many))
    monkeypatch.setattr(pools, "threading", SimpleNamespace(Thread=Thread))
    monkeypatch.setattr(pools, "pin", lambda: threads.append("pinned"))
    for text in (b"one ", b"two"):
        pools._start_worker(str(log))
        os.write(streams[-1][0], text)
        os.close(streams[-1][0])
    assert log.read_text() == "one two"
    assert log.stat().st_mode & 0o101 == 0
    assert [stream for _, stream in streams] == [1, 2] * 2
    assert signals == [(signal.SIGINT, signal.SIG_IGN)] * 2
    assert threads[1:3] == ["started", "pinned"]
    leave, daemon = threads[0]
    assert daemon
    leave()
    assert ended == [["the parent"], 1]


class Given:
    """What a cluster gives for a cell."""

    def __init__(self, outcome):
        self.outcome, self.let_go = outcome, False

    def result(self):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def release(self):
        self.let_go = True


class Cluster(contextlib.nullcontext):
    """A Dask client that runs nothing: each cell's outcome is its seed, seed 3 loses its workers."""

    def __init__(self, workers=1):
        super().__init__(self)
        self.submitted, self.cancelled, self.workers = [], None, workers

    def as_current(self):
        return contextlib.nullcontext()

    def submit(self, function, job, commit, code, made, **options):
        self.submitted.append((job.seed, commit, code, made, options))
        return Given(ValueError("the  worker\ndied") if job.seed == 3 else Outcome(problem=str(job.seed)))

    def cancel(self, futures, force):
        self.cancelled = (len(futures), force)

    def scheduler_info(self):
        self.workers -= 1
        return {"workers": ["one"] if self.workers < 1 else []}


@pytest.fixture
def cluster(monkeypatch, clock):
    """A cluster in the place of Dask's."""
    made = Cluster()
    made.timeouts = []
    monkeypatch.setattr(pools, "_client", lambda address: made)
    monkeypatch.setattr(
        "distributed.as_completed", lambda futures, timeout: made.timeouts.append(timeout) or iter(futures)
    )
    return made


def test_a_cluster_is_given_every_cell_once(cluster):
    """In order, each retried as often as a worker here would be; a cell that takes its workers down has failed."""
    said = []
    ended = [
        (job.seed, one.problem) for job, one in pools.cluster_pool("toy", said.append)(JOBS, "abc", math.inf, mine)
    ]
    assert ended == [(0, "0"), (1, "1"), (2, "2"), (3, "ValueError: the worker died"), (4, "4")]
    assert [one[:4] for one in cluster.submitted] == [(seed, "abc", "code", "") for seed in range(5)]
    assert [one[4] for one in cluster.submitted] == [
        {"pure": False, "retries": pools.ATTEMPTS - 1, "priority": -seed} for seed in range(5)
    ]
    assert cluster.cancelled == (0, True)
    assert said == []


def test_a_cluster_is_given_few_at_a_time(cluster, monkeypatch):
    """No more than it is meant to hold; what another run keeps or is at is not given."""
    monkeypatch.setattr(pools, "AT_ONCE", 2)
    asked = itertools.count()

    def take(job, waits=True):
        busy = job.seed == 0 and next(asked) < 2
        return State.BUSY if busy else State.KEPT if job.seed == 4 else State.MINE

    ended = [(job.seed, one.kept) for job, one in pools.cluster_pool("toy")(JOBS, "abc", math.inf, take)]
    assert sorted(ended) == [(0, False), (1, False), (2, False), (3, False), (4, True)]
    assert sorted(one[0] for one in cluster.submitted) == [0, 1, 2, 3]


def test_a_cluster_is_given_another_cell_as_soon_as_one_is_done(cluster, monkeypatch):
    """It never holds less than it may; what would wait is for its scheduler to begin."""
    monkeypatch.setattr(pools, "AT_ONCE", 2)
    asked = []

    def take(job, waits=True):
        asked.append(waits)
        return State.MINE

    found = pools.cluster_pool("toy")(JOBS, "abc", math.inf, take)
    assert [(next(found)[0].seed, len(cluster.submitted)) for _ in range(5)] == [(0, 2), (1, 3), (2, 4), (3, 5), (4, 5)]
    assert asked == [False] * 5


def test_what_another_run_is_at_is_asked_for_once_nothing_else_is_left(cluster, clock):
    """And then after a while, not after each cell that comes in."""
    events = []

    def take(job, waits=True):
        events.append((job.seed, clock.now))
        return State.BUSY if job.seed == 1 and clock.now < 1 else State.MINE

    for job, _ in pools.cluster_pool("toy")(JOBS[:3], "abc", math.inf, take):
        events.append(job.seed)
    assert events == [(0, 0), (1, 0), (2, 0), 0, 2, (1, 0), (1, 0.5), (1, 1), 1]


def test_a_worker_that_comes_and_goes_is_waited_for_once(cluster, monkeypatch):
    """An adaptive cluster has its own way."""
    monkeypatch.setattr(pools, "AT_ONCE", 1)
    said, seen = [], iter((["one"], []))
    cluster.scheduler_info = lambda: {"workers": next(seen)}
    assert len(list(pools.cluster_pool("toy", said.append)(JOBS, "abc", math.inf, mine))) == 5
    assert said == []


@pytest.mark.parametrize("now, stopped, timeout", [(3, math.inf, None), (3, 7, 4), (9, 7, 0)])
def test_a_cluster_is_waited_for_until_the_stop(cluster, clock, now, stopped, timeout):
    """For ever where there is none, and not at all behind it."""
    clock.now = now
    list(pools.cluster_pool("toy")(JOBS[:1], "abc", math.inf, mine, stopped))
    assert cluster.timeouts == [timeout]


def test_what_a_cluster_has_not_done_in_time_is_cancelled(cluster, monkeypatch):
    """It has no outcome."""

    def late(futures, timeout):
        yield futures[0]
        raise TimeoutError

    monkeypatch.setattr("distributed.as_completed", late)
    assert [job.seed for job, _ in pools.cluster_pool("toy")(JOBS[:3], "abc", math.inf, mine, 7)] == [0]
    assert cluster.cancelled == (2, True)


def test_a_cluster_without_workers_is_waited_for(cluster, clock):
    """It is said once; where none comes in time nothing is run."""
    cluster.workers = 3
    said = []
    assert len(list(pools.cluster_pool("toy", said.append)(JOBS, "abc", math.inf, mine))) == 5
    assert len(said) == 1
    cluster.workers = 10**9
    clock.now = 0
    assert list(pools.cluster_pool("toy", said.append)(JOBS, "abc", 60, mine)) == []
    assert cluster.cancelled == (5, True)
    assert (clock.now, len(said)) == (60, 2)


def test_no_cell_is_taken_from_a_cluster_after_the_end(cluster, clock):
    """Each that came in time has its outcome, the others are cancelled."""
    found = pools.cluster_pool("toy")(JOBS, "abc", 5, mine)
    assert next(found)[0].seed == 0
    clock.now = 5
    assert next(found)[0].seed == 1
    clock.now = 6
    assert list(found) == []
    assert cluster.cancelled[1]
    cluster.submitted.clear()
    assert list(pools.cluster_pool("toy")(JOBS, "abc", 6, mine)) == []
    assert cluster.submitted == []


def test_an_address_without_a_scheduler_is_one_line(monkeypatch):
    """The address, and what was found there."""

    def client(**where):
        raise OSError("timed out\nafter 5 s")

    monkeypatch.setattr("distributed.Client", client)
    with pytest.raises(InvalidInputError, match=r"no Dask scheduler answers at tcp://nowhere: timed out after 5 s$"):
        list(pools.cluster_pool("tcp://nowhere")(JOBS, "abc", math.inf, mine))


def test_a_scheduler_is_named_by_its_address_or_its_file(monkeypatch, tmp_path):
    """It answers within five seconds, and is nobody else's client."""
    asked = []
    monkeypatch.setattr("distributed.Client", lambda **where: asked.append(where) or contextlib.nullcontext())
    (tmp_path / "scheduler.json").write_text("{}")
    for address in ("tcp://here", str(tmp_path / "scheduler.json")):
        with pools._client(address):
            pass
    how = {"timeout": 5, "set_as_default": False}
    assert asked == [{"address": "tcp://here", **how}, {"scheduler_file": str(tmp_path / "scheduler.json"), **how}]


def test_a_cell_that_takes_its_workers_down_is_one_line_of_bounded_length():
    """Dask names every worker that it lost."""
    assert pools._outcome(Given(ValueError("x" * 400))).problem == f"ValueError: {'x' * 300}"


def test_a_night_of_its_own_is_the_workers_too(monkeypatch, tmp_path):
    """Its by-products lie in the worker's cache, under the run's name for them."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    monkeypatch.delenv("REPRODUCE_BY_PRODUCTS", raising=False)
    monkeypatch.setattr(pools, "attempt", lambda *_: Outcome(problem=str(cache.by_products("images"))))
    for made, folder in (("", tmp_path), ("nightly/one", tmp_path / "nightly" / "one")):
        assert pools._attempt_there(JOBS[0], "abc", "code", made).problem == str(folder / "images")


def test_what_waits_on_a_worker_is_said_of_its_machine(monkeypatch, tmp_path):
    """The reader's own machine may have it."""
    monkeypatch.setattr(
        pools, "attempt", lambda job, commit, code: Outcome(problem="no lions here", waits=not job.seed)
    )
    monkeypatch.setattr(pools.platform, "node", lambda: "far")
    assert pools._attempt_there(JOBS[0], "abc", "code", "").problem == "on far: no lions here"
    assert pools._attempt_there(JOBS[1], "abc", "code", "").problem == "no lions here"
