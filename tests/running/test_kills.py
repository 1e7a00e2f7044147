"""Whatever kills a run, and whenever: the record is whole, and the next run goes on."""

import json
import os
import platform
import random
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from reproduce.record import Store
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.runner import run

DATA = "FriesianCattle2017"
KILLS = 50
#: So many of them start Python, and its worker, anew; the others are forks of a process that has imported all.
FRESH = 2
#: Seconds after which something hangs, however busy the machine is.
PATIENCE = 300
#: More than fifty killed runs get done, so that the last kill still finds a run at work.
SEEDS = 400


def run_words(seeds, *more):
    """The words of a run of toys. No claim asks for them: their results are kept in the cache, or in a named folder."""
    return ["run", "toy.draw", "--data", DATA, "--seeds", str(seeds), *map(str, more)]


def surroundings(log=None):
    """What a command finds around it; ``log``: where the toys note which cells were begun."""
    return dict(os.environ) | ({"TOY_LOG": str(log)} if log else {})


def start(*words, log=None):
    """Begin a command in a Python of its own, where no claims are collected first."""
    return subprocess.Popen(
        [sys.executable, "-m", "reproduce.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=Path(os.environ["REPRODUCE_CACHE"]).parent,
        env=surroundings(log),
        # A shell gives what it starts in the background a SIGINT that is ignored, and children inherit that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.default_int_handler),
    )


class Forks:
    """Commands that are forks of one process: ``forked.py``."""

    def __init__(self, folder):
        self.folder, self.begun = folder, 0
        own = {name: str(folder / name) for name in ("REPRODUCE_CACHE", "REPRODUCE_DATA", "REPRODUCE_RECORD")}
        paths = os.pathsep.join([str(Path(__file__).parent / "toys"), os.environ.get("PYTHONPATH", "")])
        self.server = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("forked.py"), DATA],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=os.environ | own | {"REPRODUCE_EXPERIMENTS": "toy_experiments", "PYTHONPATH": paths},
        )

    def answer(self, asked):
        """What the server answers, a number."""
        print(json.dumps(asked), file=self.server.stdin, flush=True)
        return int(self.server.stdout.readline())

    def start(self, *words, log=None):
        """Begin a command as `start` does."""
        self.begun += 1
        said = self.folder / f"{self.begun}.txt"
        return Fork(self, said, self.answer([words, surroundings(log), str(said)]))


class Fork:
    """One of them, with as much of `subprocess.Popen` as is asked for here."""

    def __init__(self, forks, said, pid):
        self.forks, self.said, self.pid, self.returncode = forks, said, pid, None

    def send_signal(self, number):
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self):
        """Send it the signal that it cannot hear."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self):
        """Its exit status, once it has ended."""
        self.returncode = self.forks.answer(self.pid)
        return self.returncode

    def communicate(self, timeout=None):
        """What it said, once it has ended."""
        self.wait()
        return self.said.read_text(), None


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    """``forks.start(*words)``: a command that imports nothing anew."""
    begun = Forks(tmp_path_factory.mktemp("forks"))
    yield begun
    begun.server.communicate()


def begun(log):
    return [int(line.split()[1]) for line in log.read_text().splitlines()] if log.exists() else []


def wait_until(happened):
    limit = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < limit, f"nothing happened for {PATIENCE} s"
        time.sleep(0.01)


def test_fifty_kills_lose_nothing_and_repeat_nothing(toys, tmp_path, but_for_times, forks):
    """Killed at 50 random moments: no kept seed is lost or run again, and the end is as undisturbed, byte by byte."""
    store, moments = Store(tmp_path / "cache" / "apart"), random.Random(6)
    kept, hits, workers = set(), 0, []
    for number in range(KILLS):
        log, fresh = tmp_path / f"{number}.log", number < FRESH
        words = run_words(SEEDS, "--workers", 1, "--factor", "pause=0.02")
        killed = (start if fresh else forks.start)(*words, log=log)
        if number % 2:  # at work: cells are begun, finished and kept every few hundredths of a second
            cells = moments.randint(1, 7)
            wait_until(lambda log=log, cells=cells: len(begun(log)) >= cells)
            time.sleep(moments.uniform(0, 0.04))
        else:  # anywhere from the first import on, or from the first look at the record
            time.sleep(moments.uniform(0, 0.6 if fresh else 0.2))
        workers += psutil.Process(killed.pid).children(recursive=True)
        killed.kill()
        assert killed.wait() == -signal.SIGKILL
        now = {entry.seed for entry in Store(tmp_path / "cache" / "apart").entries("toy.draw")}
        assert kept <= now, "a finished seed was lost"
        assert not kept & set(begun(log)), "a finished seed was run again"
        hits += bool(begun(log))
        kept = now
    assert not psutil.wait_procs(workers, timeout=PATIENCE)[1], "a worker outlived its killed run"
    assert hits >= KILLS // 2, "the kills came before the runs had begun: they tested nothing"
    assert 0 < len(kept) < SEEDS
    words = run_words(len(kept) + 5, "--workers", 2, "--factor", "pause=0.02")
    for last in (start(*words), forks.start(*words, "--output", str(tmp_path / "alone"))):
        assert (last.communicate(), last.returncode)[1] == 0
    assert but_for_times(store.path("toy.draw")) == but_for_times(tmp_path / "alone" / "toy.draw.json")
    assert len(store.entries("toy.draw")) == len(kept) + 5


@pytest.mark.parametrize("number, fresh", [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_ctrl_c_keeps_what_is_finished(toys, tmp_path, forks, number, fresh):
    """Ctrl-C, or a polite kill, ends with status 130 and one line; finished seeds are kept, and no worker is left."""
    process = (start if fresh else forks.start)(*run_words(200, "--workers", 2, "--factor", "pause=0.05"))
    store = Store(tmp_path / "cache" / "apart")
    wait_until(lambda: len(store.entries("toy.draw")) >= 3)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    said, _ = process.communicate(timeout=PATIENCE)  # a busy machine takes its time
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "what a library prints" not in said
    (log,) = (tmp_path / "cache" / "logs").iterdir()
    assert "what a library prints" in log.read_text()
    kept = len(store.entries("toy.draw"))
    assert 3 <= kept < 200
    assert re.search(rf"\b{200 - kept} left, [^()]+ \(interrupted; the same command goes on\)", said), said
    assert f"{kept} cells finished" in said
    assert not psutil.wait_procs(workers, timeout=PATIENCE)[1]


def test_two_runs_at_once_make_one_record(toys, tmp_path, but_for_times, forks):
    """Two runs of the same cells at the same time do not harm each other."""
    both = [forks.start(*run_words(12, "--workers", 1)) for _ in range(2)]
    assert [(process.communicate(timeout=PATIENCE), process.returncode)[1] for process in both] == [0, 0]
    alone = forks.start(*run_words(12, "--workers", 1, "--output", tmp_path / "alone"))
    assert alone.wait() == 0
    here, there = tmp_path / "cache" / "apart" / "toy.draw.json", tmp_path / "alone" / "toy.draw.json"
    assert but_for_times(here) == but_for_times(there)


def test_a_cluster_that_loses_a_worker_makes_the_same_record(toys, tmp_path, but_for_times, forks):
    """Two Dask workers, one killed in mid-run: every cell is kept, as one machine alone would have kept it."""
    from distributed import LocalCluster

    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    requests = [Request(toys["toy.draw"], DATA, {"pause": 0.05}), Request(toys["toy.fails"], DATA, {"at": -1})]
    killed = []

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        victim = next(iter(cluster.workers.values())).process.pid

        def watch(job, outcome, report):
            if len(report.finished) == 4:
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

        plan = make_plan(requests, range(12), there)
        report = run(plan, there, cluster=cluster.scheduler_address, watch=watch)
    assert killed
    assert not report.failed
    for name, factor in (("toy.draw", "pause=0.05"), ("toy.fails", "at=-1")):
        words = ["--seeds", "12", "--factor", factor, "--workers", "2", "--output", str(here.folder)]
        assert forks.start("run", name, "--data", DATA, *words).wait() == 0
        assert but_for_times(there.path(name)) == but_for_times(here.path(name))
        assert [entry.seed for entry in there.entries(name)] == list(range(12))


def test_a_cluster_without_a_worker_is_waited_for(toys, tmp_path):
    """One that starts a worker only once it has something to do, by its scheduler file; and data that is not there."""
    from distributed import LocalCluster

    store, said = Store(tmp_path / "there"), []
    asked = [Request(toys["toy.draw"], DATA), Request(toys["toy.waits"], DATA)]
    with LocalCluster(
        n_workers=0, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        cluster.adapt(minimum=0, maximum=1, interval="200 ms")
        file = tmp_path / "scheduler.json"
        file.write_text(json.dumps({"address": cluster.scheduler_address}))
        report = run(make_plan(asked, range(2), store), store, cluster=str(file), say=said.append)
    assert said == ["the cluster has no worker yet: waiting for one (Ctrl-C ends it)"]
    assert [entry.seed for entry in store.entries("toy.draw")] == [0, 1]
    problems = {problem for _, problem in report.waiting}
    assert problems
    assert all(problem.startswith(f"on {platform.node()}: ") for problem in problems)


def test_a_cluster_without_a_worker_ends_with_the_budget(toys, tmp_path):
    """No cell is begun, and none has failed."""
    from distributed import LocalCluster

    store, said = Store(tmp_path / "there"), []
    with LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as cluster:
        plan = make_plan([Request(toys["toy.draw"], DATA)], range(2), store)
        report = run(plan, store, cluster=cluster.scheduler_address, budget=3, say=said.append)
    assert (report.done, report.out_of_time) == (0, True)
    assert len(said) <= 1  # none, where connecting took all of the time


def test_no_cluster_there_is_one_line(toys, forks):
    """An address where no scheduler answers is said in one line, with status 1."""
    process = forks.start(*run_words(1, "--cluster", "tcp://127.0.0.1:9"))
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in said
    assert "Traceback" not in said
