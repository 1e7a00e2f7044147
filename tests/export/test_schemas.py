"""The published JSON Schemas are those of the code, and every record file and saved run is held to them."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from reproduce.export.schemas import FILES, schema
from reproduce.record import Cell, Entry
from reproduce.record.files import dumps
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.runs.saving import RunFile, describe

ROOT = Path(__file__).parents[2]
RECORD = sorted((ROOT / "claims" / "record").glob("*.json"))


def validator(kind):
    made = schema(kind)
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def kept():
    """A record file of two results, one score of which is not finite."""
    cells = [Cell("toy", 1, {"dim": 64}, "LionData", "abc", None, seed) for seed in (0, 1)]
    scores = {"map_at_r": 0.5, "loss": float("nan")}
    left = {"leave_one_out": {"map_at_r": [0.5, 0.25]}, "animals": {"": ["a", "b"]}}
    return json.loads(dumps("toy", [Entry(cell, scores, **left, environment={"python": "3.11"}) for cell in cells]))


def test_the_published_schemas_are_the_codes():
    """`python docs/fill.py` writes them, which is what to run where this is red."""
    folder = ROOT / "docs" / "schemas"
    if not folder.is_dir():
        pytest.skip("no docs beside the tests")
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    for name, kind in FILES.items():
        published = json.loads((folder / name).read_text(encoding="utf-8"))
        assert published == json.loads(json.dumps(schema(kind))), "run `python docs/fill.py`"


def extremes(values):
    """A list without the numbers between its least and its greatest: a schema can ask no more of those."""
    numbers = [one for one in values if type(one) is float]
    return [one for one in values if type(one) is not float] + ([min(numbers), max(numbers)] if numbers else [])


@pytest.mark.parametrize("path", RECORD, ids=lambda path: path.stem)
def test_the_schema_validates_every_record_file(path):
    """By another library than the one that made it, which takes ten seconds for half a million numbers."""
    file = json.loads(path.read_text(encoding="utf-8"))
    for row in file["results"]:
        row["leave_one_out"] = {name: extremes(values) for name, values in row["leave_one_out"].items()}
    validator(FILES["record.schema.json"]).validate(file)


@pytest.mark.parametrize("values", [[0.5, "high"], [0.5, True], [0.5, None, 0.25]])
def test_a_list_of_extremes_is_refused_as_the_whole_is(values):
    """What is no number stays in it."""
    held, file = validator(FILES["record.schema.json"]), kept()
    file["results"][0]["leave_one_out"]["map_at_r"] = extremes(values)
    assert not held.is_valid(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.pop("digest"),
        lambda file: file.update(schema=2),
        lambda file: file["results"][0].update(seed="0"),
        lambda file: file["results"][0].update(note="by hand"),
        lambda file: file["results"][0].pop("time"),
        lambda file: file["results"][0]["scores"].update(map_at_r="high"),
        lambda file: file["results"][0]["leave_one_out"].update(map_at_r=0.5),
    ],
)
def test_the_schema_refuses_what_is_no_record_file(change):
    """A field that is missing, unknown or of another kind."""
    held, good = validator(FILES["record.schema.json"]), kept()
    held.validate(good)
    bad = copy.deepcopy(good)
    change(bad)
    assert not held.is_valid(bad)


def test_the_schema_validates_a_saved_run():
    """As it is saved; without a verdict, or with a verdict that there is not, it is none."""
    spec = Spec("I.a", "A toy scores 50.", "Table I", unit="MAP@R %")
    figures = {"ours": 50.0, "values": (49.0, 51.0), "interval": (44.0, 56.0), "intervals": {"seeds": (44.0, 56.0)}}
    run = json.loads(json.dumps(describe([Outcome(spec, "reproduced", **figures), Outcome(spec, "not run")])))
    held = validator(RunFile)
    held.validate(run)
    run["claims"][0]["verdict"] = "proved"
    assert not held.is_valid(run)
    del run["claims"][0]["verdict"]
    assert not held.is_valid(run)
