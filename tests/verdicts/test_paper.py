"""``reproduce paper`` from an empty cache, with a local host in the place of the publishers'."""

import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from drawn import encoded, picture
from hosts import hosting
from rich.console import Console

from reproduce.datasets import download, load, wildlife
from reproduce.errors import InvalidInputError
from reproduce.models.dcnn import backbones
from reproduce.record import Store
from reproduce.running import inputs, places
from reproduce.text import as_json
from reproduce.verdicts.paper.run import rehearsed, run_paper
from reproduce.verdicts.paper.wanted import Wanted

PUBLISHER = "2yizcfbkuv4352pzc32n54371r"
CATTLE = {f"{cow}/{cow:03d}_{n}.jpg": encoded(picture(10 * cow + n)) for cow in range(1, 14) for n in (1, 2, 3)}
CLAIMS = '''
"""Table II: toys in the paper's own setting, and elsewhere."""

from reproduce.experiments import dcnn
from reproduce.experiments.unlearned import baselines
from reproduce.verdicts import judged_in, statement


@statement("II.pixels", at="II", unit="MAP@R %")
@judged_in("paper")
def test_pixels_find_cattle(claim, setting):
    """Pixels find cattle."""
    claim.at_least(claim(baselines.pixels, setting.cattle, score="map_at_r", seeds=3), 0.01, because="a toy")


@statement("II.net", at="II", unit="MAP@R %")
@judged_in("paper", "longer", "elsewhere")
def test_the_network_finds_cattle(claim, setting):
    """The network finds cattle."""
    small = {"size": 32, "steps": setting.steps, "animals": 3}
    claim.at_least(claim(dcnn.embed, setting.cattle, score="map_at_r", seeds=2, **small), 0.01, because="a toy")
'''
SETTINGS = """
[paper]
stands_for = "the paper's own"
cattle = "FriesianCattle2017"
steps = 2

[longer]
stands_for = "another reading, asked where its weights are"
differs = ["reading"]
where = "after three steps"
only_with = "resnet50v2"
cattle = "FriesianCattle2017"
steps = 3

[elsewhere]
stands_for = "other animals"
differs = ["animals"]
where = "on LionData"
cattle = "LionData"
steps = 2
"""


def zipped(files):
    """A zip of files by relative path."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, data in files.items():
            file.writestr(name, data)
    return content.getvalue()


@pytest.fixture
def project(tmp_path, monkeypatch, in_process):
    """A folder with claims and an empty cache; no data, no weights, no proxy, nothing recalled from another test.

    Cells run in this process: a worker would import TensorFlow for each command.
    """
    sys.modules.pop("test_paper_toy", None)  # each test writes its own
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "test_paper_toy.py").write_text(CLAIMS)
    (tmp_path / "claims" / "settings.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for name in ("REPRODUCE_DATA", "REPRODUCE_WEIGHTS", "REPRODUCE_RECORD"):
        monkeypatch.delenv(name, raising=False)
    for scheme in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme.upper()}_PROXY", raising=False)
    monkeypatch.setattr(download, "_failed", {})
    for kept in (inputs._loaded, inputs._doubt):
        kept.cache_clear()
    yield tmp_path
    sys.modules.pop("test_paper_toy", None)
    for kept in (inputs._loaded, inputs._doubt):
        kept.cache_clear()


@pytest.fixture
def publishers(monkeypatch):
    """``publishers(host)``: the cattle and the weights come from that host."""
    from wildlife_datasets import datasets as wild

    def point(host):
        url = f"{host.address}/{PUBLISHER}.zip"
        monkeypatch.setattr(wild.FriesianCattle2017, "url", url)
        entry = wildlife.classes()["FriesianCattle2017"]
        changed = type(entry)(entry.name, "url", (url,), entry.images, entry.animals, entry.megabytes, entry.licence)
        monkeypatch.setitem(wildlife.classes(), "FriesianCattle2017", changed)
        known = backbones.Backbone("ResNet50V2", f"{host.address}/weights.h5", 95, ("md5:0",), "signed")
        monkeypatch.setitem(backbones._BY_LOWER_CASE, "resnet50v2", known)

    return point


def paper(**options):
    """(status, what was printed) of the command, on one worker."""
    printed = io.StringIO()
    options = {"yes": True, "budget": 300.0, "workers": 1, **options}
    status = run_paper(Path("claims"), console=Console(file=printed, width=200), **options)
    return status, printed.getvalue()


def test_from_an_empty_cache_to_a_verdict(project, publishers):
    """Sizes are said, the cattle fetched though cut at half, the weights not; what can be is run and judged.

    They are not the published 940 images, so the verdict is a rehearsal, apart from the record.
    """
    content = zipped({f"{PUBLISHER}/{name}": data for name, data in CATTLE.items()})
    with hosting(**{f"{PUBLISHER}.zip": content}) as host:
        publishers(host)
        host.cut[f"/{PUBLISHER}.zip"] = len(content) // 2
        status, said = paper()
        assert [ranged for path, ranged in host.asked if path.endswith("zip")] == ["", f"bytes={len(content) // 2}-"]
    assert status == 0
    assert "missing: FriesianCattle2017's images (343 MB), ImageNet weights of resnet50v2 (95 MB)" in said
    assert "fetched: FriesianCattle2017's images in" in said
    (line,) = [line for line in said.splitlines() if line.startswith("cannot be had: ")]
    assert "weights of resnet50v2" in line
    assert "HTTP 404 Not Found: it was moved or taken away" in line
    assert "by hand into" in line
    doubt = "FriesianCattle2017 here is 39 images of 13 animals, the published set 940 of 89"
    assert f"a stand-in: {doubt}" in said
    assert f"On stand-ins, which says nothing of the paper and is in no record: {doubt}" in said
    assert "  II.pixels: rehearsal: inconclusive (n 3, ours " in said
    assert "II.net: not run" in said
    assert "LionData" not in said
    assert not Store(project / "claims" / "record").experiments()
    assert len(places.apart(None).entries("baselines.pixels")) == 3
    told = []
    status, said = paper(told=told.append)
    assert "nothing to run" in said
    *before, plain = (json.loads(as_json(one, indent=None)) for one in told)
    assert [(one["event"], one.get("what")) for one in before] == [
        ("cannot be had", "ImageNet weights of resnet50v2"),
        ("plan", None),
    ]
    assert (plain["event"], plain["status"], plain["run"]["cells"], plain["paper"]) == ("end", 0, 0, [])
    assert {one["claim"] for one in plain["stand-ins"]} == {"II.pixels"}
    assert all(one["verdict"].startswith("rehearsal: ") for one in plain["stand-ins"])


def test_events_come_when_they_happen(project, publishers):
    """What is fetched, the plan, each cell with what it measured, the end: each is told before the next begins."""
    content = zipped({f"{PUBLISHER}/{name}": data for name, data in CATTLE.items()})
    told = []
    with hosting(**{f"{PUBLISHER}.zip": content}) as host:
        publishers(host)
        status, _ = paper(told=lambda event: told.append((event, len(kept()))))
    events = [event for event, _ in told]
    assert status == 0
    assert [one["event"] for one in events] == ["fetched", "cannot be had", "plan", "cell", "cell", "cell", "end"]
    assert [count for _, count in told] == [0, 0, 0, 1, 2, 3, 3]
    assert events[2]["cells"] == 3
    cells = events[3:6]
    assert sorted(one["seed"] for one in cells) == [0, 1, 2]
    assert all(one["status"] == "finished" and 0 <= one["scores"]["map_at_r"] <= 1 for one in cells)
    assert cells[-1]["seconds left"] == [0, 0]
    assert all("\n" not in as_json(one, indent=None) for one in events)


def kept():
    """What is kept of the pixels so far, apart from the record."""
    return places.apart(None).entries("baselines.pixels")


def test_without_asking_nothing_is_fetched(project, publishers):
    """Neither without --yes nor against an answer; everything else is run."""
    with hosting() as host:
        publishers(host)
        for confirm in (None, lambda text: False):
            status, said = paper(yes=False, confirm=confirm)
            assert status == 0
            assert "not fetched (--yes fetches it)" in said
        assert host.asked == []


def test_without_a_network_each_thing_is_one_line(project, publishers):
    """Nothing listens: a line for each, and the command ends well."""
    with hosting() as host:
        publishers(host)
    status, said = paper()
    lines = [line for line in said.splitlines() if line.startswith("cannot be had: ")]
    assert status == 0
    assert len(lines) == 2
    assert all("offline: no connection to 127.0.0.1 within 2 s" in line for line in lines)


@pytest.mark.parametrize("fault", ["digest", "outside", "moved"])
def test_a_fault_of_a_host_is_one_line_and_leaves_nothing(project, publishers, fault):
    """A wrong digest, an archive with ../ and a 404."""
    files = {
        "digest": {"weights.h5": b"other weights"},
        "outside": {f"{PUBLISHER}.zip": zipped({f"{PUBLISHER}/1/a.jpg": b"x", "../../b.jpg": b"x"})},
        "moved": {},
    }[fault]
    with hosting(**files) as host:
        publishers(host)
        _, said = paper(budget=0.0)
    expected = {"digest": "not its publisher's", "outside": "would write outside its folder", "moved": "HTTP 404"}
    assert sum(expected[fault] in line for line in said.splitlines() if line.startswith("cannot be had")) >= 1
    left = [path for path in project.rglob("*") if path.suffix in (".h5", ".jpg", ".partial")]
    assert left == []


def test_a_budget_says_what_is_left(project):
    """None used: nothing is begun, and the cells that wait for a turn are named."""
    cattle = project / "data" / "FriesianCattle2017"
    for name, content in CATTLE.items():
        (cattle / PUBLISHER / name).parent.mkdir(parents=True, exist_ok=True)
        (cattle / PUBLISHER / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPRODUCE_DATA", str(cattle.parent))
        status, said = paper(yes=False, budget=0.0)
    assert status == 0
    assert "3 left, up to 2 min (the budget is used up; the same command goes on)" in said
    assert "left: 3 cells, up to 2 min: baselines.pixels on FriesianCattle2017" in said
    assert said.splitlines()[-1] == "left: 3 cells, up to 2 min: `reproduce paper`"


def test_the_papers_own_cells_run_on_random_weights_and_are_a_rehearsal(project, monkeypatch):
    """Images in FriesianCattle2017's layout and weights of another network: a verdict labelled for what it is.

    Of five layers in ResNet50V2's place, which takes ten seconds to build, fill and call.
    """
    keras = pytest.importorskip("keras")

    def small(include_top, weights, input_shape):
        layers = keras.layers.Conv2D(32, 3, 2), keras.layers.BatchNormalization(), keras.layers.Conv2D(64, 3, 2)
        return keras.Sequential([keras.Input(input_shape), *layers, keras.layers.ReLU()], name="resnet50v2")

    monkeypatch.setattr(keras.applications, "ResNet50V2", small)
    (project / "weights").mkdir()
    model = small(include_top=False, weights=None, input_shape=(32, 32, 3))
    # Always the same: of 39 small images two seeds can score alike, and a seed that changes nothing is an error.
    random = np.random.default_rng(0)
    model.set_weights([random.normal(0, 0.05, one.shape) if one.ndim > 1 else one for one in model.get_weights()])
    model.save_weights(project / "weights" / "resnet50v2_imagenet_notop.weights.h5")
    for name, content in CATTLE.items():
        path = project / "data" / PUBLISHER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    monkeypatch.setenv("REPRODUCE_DATA", str(project / "data"))
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(project / "weights"))
    assert load("FriesianCattle2017").has_pixels
    status, said = paper()
    assert status == 0
    assert "everything that the paper's own rows need is here" in said
    assert "resnet50v2_imagenet_notop.weights.h5 is none of the weights that Keras publishes" in said
    found = {one.spec.id: one for one, _ in rehearsed(project / "claims")}
    assert set(found) == {"II.pixels", "II.net"}
    assert all(one.spec.fidelity == "rehearsal" and one.says.startswith("rehearsal: ") for one in found.values())
    assert not Store(project / "claims" / "record").experiments()
    trained = Store(places.apart(None).folder).entries("dcnn.embed")
    assert {one.cell.factors["steps"] for one in trained} == {2}
    status, said = paper(wanted=Wanted(everything=True))
    trained = Store(places.apart(None).folder).entries("dcnn.embed")
    assert {one.cell.factors["steps"] for one in trained} == {2, 3}  # the other reading too, if everything is asked for


def test_the_last_screen_judges_what_is_kept_as_the_lines_do(project, publishers):
    """Two of three seeds, by a budget: a rehearsal so far, as the line above it said; nothing by one seed."""
    with hosting(
        **{f"{PUBLISHER}.zip": zipped({f"{PUBLISHER}/{name}": data for name, data in CATTLE.items()})}
    ) as host:
        publishers(host)
        paper()
    everything = places.apart(None).path("baselines.pixels")
    three = kept()
    for count, expected in ((1, None), (2, "rehearsal: inconclusive so far (n 2, ours "), (3, None)):
        everything.unlink()
        for entry in three[:count]:
            places.apart(None).add(entry)
        _, said = paper(budget=0.0)
        (*lines,) = [line for line in said.splitlines() if line.startswith("  II.pixels: ")]
        assert len(lines) == (count > 1)
        if expected:
            assert lines[0].startswith(f"  II.pixels: {expected}")
        assert [(one.outcome.n, one.whole) for one in rehearsed(project / "claims")] == (
            [(count, count == 3)] if count > 1 else []
        )


def test_a_folder_without_the_papers_setting_is_one_line(project):
    """Nothing there is the paper's own."""
    (project / "claims" / "test_paper_toy.py").write_text(
        CLAIMS.replace('"paper", ', "").replace('"paper"', '"elsewhere"')
    )
    with pytest.raises(InvalidInputError, match=r"no claim in .* is judged in the setting 'paper'"):
        paper()


def test_what_is_lacking_is_said_once(project):
    """A set and its proxies are one download."""
    from reproduce.experiments.unlearned import baselines
    from reproduce.running.request import Request

    asked = [Request(baselines.pixels, name) for name in ("OpenCows2020", "OpenCows2020-barn", "TuringCattle")]
    assert inputs.sizes(inputs.lacking(one.inputs for one in asked)) == "OpenCows2020's images (2,272 MB)"
