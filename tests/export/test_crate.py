"""A research object of claims and record, held by another library to the profiles that it names."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reproduce.cli import app
from reproduce.errors import InvalidInputError
from reproduce.experiments import registry
from reproduce.export import crate
from reproduce.record import Cell, Entry, Store

pytest.importorskip("rocrate")

CLAIM = '''
"""Table I: a toy."""
from reproduce.experiments import Result, experiment
from reproduce.verdicts import statement

@experiment("toy.crate", varies=("order",), needs=("labels",))
def toy(catalogue, seed):
    """A number."""
    return Result({"map_at_r": 0.5 + 0.001 * seed})

@statement("I.a", at="Table I", unit="MAP@R %")
def test_a(claim):
    """The toy scores 50.0 on the lions."""
    claim.equals(claim(toy, "LionData", score="map_at_r", seeds=3), "50.0", margin=2, because="a toy")
'''


@pytest.fixture
def claims(tmp_path, monkeypatch):
    """A claim, its record of three seeds, and a licence beside them."""
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "none"))
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))
    folder = tmp_path / "paper" / "claims"
    (folder / "record").mkdir(parents=True)
    (folder / "test_crate_toy.py").write_text(CLAIM)
    (folder.parent / "LICENSE").write_text("MIT License")
    for seed in range(3):
        cell = Cell("toy.crate", 1, {}, "LionData", "ab" * 32, None, seed)
        Store(folder / "record").add(
            Entry(cell, {"map_at_r": 0.5 + 0.001 * seed}, commit="c0ffee", time=f"2026-11-0{seed + 1}T00:00:00Z")
        )
    return folder


def validated(folder, cache):
    """What the validator finds wrong; the one document that it would fetch is the one in rocrate's own package."""
    requests, cached = pytest.importorskip("requests"), pytest.importorskip("requests_cache")
    services = pytest.importorskip("rocrate_validator.services")
    models = pytest.importorskip("rocrate_validator.models")
    address = "https://w3id.org/ro/crate/1.1/context"
    with cached.CachedSession(str(cache), backend="sqlite", expire_after=-1) as session:
        session.cache.save_response(
            cached.CachedResponse(
                status_code=200,
                url=address,
                content=(files("rocrate") / "data" / "ro-crate.jsonld").read_bytes(),
                headers={"Content-Type": "application/ld+json"},
                request=cached.CachedRequest.from_request(requests.Request("GET", address).prepare()),
            )
        )
    settings = services.ValidationSettings(
        rocrate_uri=str(folder),
        profile_identifier="process-run-crate-0.5",
        abort_on_first=True,
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
        cache_path=str(cache),
        cache_max_age=-1,
    )
    return [f"{issue.check.identifier}: {issue.message}" for issue in services.validate(settings).get_issues()]


def test_the_crate_is_valid_and_says_what_made_what(claims, tmp_path):
    """By the validator of RO-Crate and of Process Run Crate; a crate without its licence is not."""
    done = CliRunner().invoke(app, ["export", str(claims), "--ro-crate", str(tmp_path / "crate")])
    assert done.exit_code == 0, done.output
    metadata = tmp_path / "crate" / crate.METADATA
    assert Path(done.output.strip()) == metadata
    graph = {one["@id"]: one for one in json.loads(metadata.read_text())["@graph"]}
    action = graph["#run-toy.crate"]
    assert "claims/record/toy.crate.json" in json.dumps(action["result"])
    assert graph[f"#data-LionData-{'ab' * 6}"]["identifier"] == f"sha256:{'ab' * 32}"
    assert f"#data-LionData-{'ab' * 6}" in json.dumps(action["object"])
    assert (action["startTime"], action["endTime"]) == ("2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z")
    assert "c0ffee" in json.dumps(action["instrument"])
    run = json.loads((tmp_path / "crate" / "verdicts.json").read_text())
    assert [one["verdict"] for one in run["claims"]] == ["reproduced"]
    assert (tmp_path / "crate" / "claims" / "record" / "toy.crate.json").read_bytes() == (
        claims / "record" / "toy.crate.json"
    ).read_bytes()
    # The profile of runs inherits what RO-Crate 1.1 asks.
    assert validated(tmp_path / "crate", tmp_path / "http.sqlite") == []
    plain = json.loads(metadata.read_text())
    root = next(one for one in plain["@graph"] if one["@id"] == "./")
    del root["license"], root["name"]
    metadata.write_text(json.dumps(plain))
    assert validated(tmp_path / "crate", tmp_path / "http.sqlite") != []


def test_what_cannot_be_written_is_one_line_and_leaves_nothing(claims, tmp_path):
    """A folder with something in it, and claims without a licence."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "file").write_text("mine")
    with pytest.raises(InvalidInputError, match="not empty; name a new folder"):
        crate.write(claims, taken)
    (claims.parent / "LICENSE").unlink()
    with pytest.raises(InvalidInputError, match="--licence ADDRESS"):
        crate.write(claims, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["paper", "taken"]
    crate.write(claims, tmp_path / "new", "https://spdx.org/licenses/MIT")
    assert "licenses/MIT" in (tmp_path / "new" / crate.METADATA).read_text()
