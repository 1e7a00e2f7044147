"""Where cells run, without a process of its own: who is asked, what is put off, what is stopped, who is run again."""

import contextlib
import itertools
import math
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from reproduce.errors import InvalidInputError
from reproduce.running import pools
from reproduce.running.cells import Job, Outcome
from reproduce.running.locks import State

JOBS = [Job("toy.draw", "toys", "", {}, seed) for seed in range(5)]


def mine(job, waits=True):
    """Every cell is this run's."""
    return State.MINE


class Clock:
    """A clock that stands still but for sleeping and waiting."""

    now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds

    def wait(self, running, timeout, return_when):
        """As `concurrent.futures.wait`, of cells that are done at once or never."""
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


def test_nothing_is_begun_after_the_end(executor, clock):
    """Neither at the start nor while cells run."""
    assert local(until=-1) == []
    assert executor.made == []

    def take(job, waits=True):
        clock.now += job.seed == 2
        return State.MINE

    assert sorted(seed for seed, _ in local(workers=1, take=take, until=0.5)) == [0, 1, 2]


def test_what_runs_at_the_stop_has_no_outcome(executor, clock):
    """The others have theirs; the pool does not wait for what hangs."""
    executor.hangs.add(1)
    assert sorted(seed for seed, _ in local(stopped=7, until=7)) == [0, 2, 3, 4]
    assert clock.now == 7


def test_what_is_done_as_the_stop_comes_has_its_outcome(executor, clock):
    """It was asked for in time, and nobody computes it twice."""

    def late(job, waits=True):
        clock.now += 9
        return State.MINE

    assert [seed for seed, _ in local(take=late, jobs=JOBS[:1], stopped=7, until=10)] == [0]


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
    monkeypatch.setattr(pools, "_client", lambda address: made)
    monkeypatch.setattr("distributed.as_completed", lambda futures, timeout: iter(futures))
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


def test_a_cluster_without_workers_is_waited_for(cluster):
    """It is said once; where none comes in time nothing is run."""
    cluster.workers = 3
    said = []
    assert len(list(pools.cluster_pool("toy", said.append)(JOBS, "abc", math.inf, mine))) == 5
    assert len(said) == 1
    cluster.workers = 10**9
    assert list(pools.cluster_pool("toy", said.append)(JOBS, "abc", 60, mine)) == []
    assert cluster.cancelled == (5, True)


def test_no_cell_is_taken_from_a_cluster_after_the_end(cluster, clock):
    """Each that came in time has its outcome, the others are cancelled."""
    found = pools.cluster_pool("toy")(JOBS, "abc", 5, mine)
    assert next(found)[0].seed == 0
    clock.now = 6
    assert list(found) == []
    assert cluster.cancelled[1]
    assert list(pools.cluster_pool("toy")(JOBS, "abc", 5, mine)) == []


def test_an_address_without_a_scheduler_is_one_line(monkeypatch):
    """The address, and what was found there."""

    def client(**where):
        raise OSError("timed out\nafter 5 s")

    monkeypatch.setattr("distributed.Client", client)
    with pytest.raises(InvalidInputError, match=r"no Dask scheduler answers at tcp://nowhere: timed out after 5 s$"):
        list(pools.cluster_pool("tcp://nowhere")(JOBS, "abc", math.inf, mine))


def test_what_waits_on_a_worker_is_said_of_its_machine(monkeypatch, tmp_path):
    """The reader's own machine may have it."""
    monkeypatch.setattr(
        pools, "attempt", lambda job, commit, code: Outcome(problem="no lions here", waits=not job.seed)
    )
    monkeypatch.setattr(pools.platform, "node", lambda: "far")
    assert pools._attempt_there(JOBS[0], "abc", "code", "").problem == "on far: no lions here"
    assert pools._attempt_there(JOBS[1], "abc", "code", "").problem == "no lions here"
