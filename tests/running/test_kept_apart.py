"""What no claim asks for does not enter the record: other factors, other data, more seeds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reproduce.errors import ClaimsMissingError, InvalidInputError
from reproduce.record import Store
from reproduce.running.request import Request
from reproduce.running.tiers import Tier

DATA = "FriesianCattle2017"


@pytest.fixture
def cached(tmp_path):
    """The folder that such results go to by themselves."""
    return Store(tmp_path / "cache" / "apart")


def test_other_factors_leave_the_record_alone(command, cached):
    """A tracked file is as it was, byte by byte; the result is in the cache, and both are said."""
    command("toy.draw", seeds=2)
    before = Store().path("toy.draw").read_bytes()
    status, said = command("toy.draw", seeds=1, factors=["size=9"])
    assert status == 0
    assert "apart: no claim asks for it, so it does not enter the record" in said
    assert f"kept apart from the record in {cached.folder}" in said
    assert Store().path("toy.draw").read_bytes() == before
    assert [entry.cell.factors["size"] for entry in cached.entries("toy.draw")] == [9]
    assert "nothing to run" in command("toy.draw", seeds=1, factors=["size=9"])[1]


def test_a_folder_may_be_named(command, cached, tmp_path):
    """--output keeps everything there, whoever asks for it; the record itself is refused."""
    status, said = command("toy.draw", seeds=2, output=tmp_path / "mine")
    assert status == 0
    assert f"kept in {tmp_path / 'mine'}" in said
    assert len(Store(tmp_path / "mine").entries("toy.draw")) == 2
    assert not Store().experiments()
    assert not cached.experiments()
    for record in (Store().folder, Path("claims", "record")):
        with pytest.raises(InvalidInputError, match="that is the record"):
            command("toy.draw", seeds=2, output=record)
    with pytest.raises(InvalidInputError, match="a pilot and a rehearsal keep nothing"):
        command("toy.draw", pilot=True, output=tmp_path / "mine")


def test_outside_a_checkout_no_record_is_made(command, cached, tmp_path, monkeypatch):
    """Where there are no claims nothing is asked for: the cache keeps it and the folder stays empty."""

    def nowhere():
        raise ClaimsMissingError("no claims here")

    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.delenv("REPRODUCE_RECORD")
    status, said = command("toy.draw", seeds=1, requested=nowhere)
    assert status == 0
    assert str(cached.folder) in said
    assert list(Path().iterdir()) == []
    assert len(cached.entries("toy.draw")) == 1


@pytest.mark.parametrize("data", [None, DATA])
def test_more_seeds_than_the_claims_judge_are_run(toys, command, cached, data):
    """Twenty seeds are twenty: those that the claims judge in the record, the others apart."""
    requested = [Request(toys["toy.draw"], DATA, {}, range(2))]
    status, _ = command("toy.draw", data=data, seeds=5, requested=lambda: requested)
    assert status == 0
    assert [entry.seed for entry in Store().entries("toy.draw")] == [0, 1]
    assert [entry.seed for entry in cached.entries("toy.draw")] == [2, 3, 4]


def test_by_itself_a_run_has_the_claims_seeds(toys, command, cached):
    """Without --seeds the claims say how many; in the nightly tier a number named is the number run."""
    requested = [Request(toys["toy.draw"], DATA, {}, range(2))]
    command("toy.draw", data=None, requested=lambda: requested)
    assert [entry.seed for entry in Store().entries("toy.draw")] == [0, 1]
    status, said = command("toy.draw", data=None, requested=lambda: requested, tier=Tier.NIGHTLY, seeds=3)
    assert status == 0
    assert "2 identical, 0 inside, 0 drifted, 1 unrecorded" in said
    assert not cached.experiments()


@pytest.mark.parametrize("options, status, said", [
    (["--budget", "0"], 0, "0 cells finished, 2 left, about 1 s (the budget is used up"),
    (["--budget", "-5"], 1, "reproduce: --budget -5: give minutes, 0 to begin nothing"),
])  # fmt: skip
def test_a_budget_of_nothing_begins_nothing(toys, tmp_path, options, status, said):
    """0 means what it means to --claims-budget; less than nothing is an error in one line."""
    command = [sys.executable, "-m", "reproduce.cli", "run", "toy.draw", "--data", DATA, "--seeds", "2", *options]
    log = tmp_path / "begun"
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"TOY_LOG": str(log)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    assert said in done.stdout + done.stderr
    assert not log.exists()
