"""Toy outcomes, and claim folders of their own."""

import dataclasses

import pytest

from reproduce.verdicts.outcome import Outcome, Spec

SUITE = '''
"""Table I: a toy."""
import pytest
from reproduce.experiments.unlearned import baselines

@pytest.mark.claim("I.toy", at="Table I", unit="MAP@R %", fidelity="assumed")
def test_toy(claim):
    """A random order of the lions' images scores at least 0.93."""
    claim.at_least(claim(baselines.constant, "LionData", score="map_at_r"), "0.93", because="a toy <b>bound</b>")

@pytest.mark.claim("I.waits", at="III-A")
def test_waits(claim):
    """The toy waits."""
    claim.waits("a toy that nobody built")

@pytest.mark.claim("I.broken", at="III-A")
def test_broken(claim):
    """The toy breaks before it measures."""
    raise RuntimeError("the toy broke")
'''


@pytest.fixture(scope="session")
def outcome():
    """``outcome(id, **fields)``: an equals claim of 14 seeds, reproduced, unless told otherwise."""

    def make(name="I.64", **fields):
        of_spec = {
            key: fields.pop(key)
            for key in ("at", "printed", "fidelity", "proxy", "group", "sentence", "kind", "setting")
            if key in fields
        }
        spec = Spec(name, **{"sentence": "The toy scores 26.74.", "at": "Table I", "unit": "MAP@R %", **of_spec})
        made = Outcome(
            spec, "reproduced", "equals", "26.74", "±6.3", "the spread of the rows", ours=25.0, values=(24.0, 26.0),
            interval=(24.5, 25.5), lower=20.4, upper=33.1, chance=3.9, backends=("numpy",), machines=("toy-cpu",),
        )  # fmt: skip
        return dataclasses.replace(made, **fields)

    return make


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with three claims and no record; no data, no network."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "nothing"))
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    monkeypatch.chdir(tmp_path)
    claims = tmp_path / "claims"
    claims.mkdir()
    (claims / "test_report_toy.py").write_text(SUITE)
    return claims


@pytest.fixture
def undrawn(monkeypatch):
    """``undrawn(module)``: its figures are not drawn; what would be, and how tall, wide and narrow, is kept in it."""

    def make(module):
        asked = {}

        def both(name, says, paint, heights, constrained=True):
            asked.update(name=name, says=says, paint=paint, heights=dict(heights), constrained=constrained)
            return "wide", "narrow"

        monkeypatch.setattr(module, "both", both)
        return asked

    return make
