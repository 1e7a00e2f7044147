"""What the statements that were not run need is said with its size and time, taken from the plan."""

from pathlib import Path

import pytest

from reproduce.experiments import dcnn
from reproduce.experiments.unlearned import baselines
from reproduce.record import Store
from reproduce.running import inputs
from reproduce.running.request import Request, Turn
from reproduce.verdicts.files.lines import Folded, Line
from reproduce.verdicts.views.needs import downloads, in_words, needs
from reproduce.verdicts.views.standing import count, sentences

CATTLE = "FriesianCattle2017"


@pytest.fixture
def nothing_here(monkeypatch, tmp_path):
    """A machine without data or weights."""
    for name in ("DATA", "WEIGHTS", "CACHE"):
        monkeypatch.setenv(f"REPRODUCE_{name}", str(tmp_path / name))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return Store(tmp_path / "record")


def test_downloads_with_their_size_and_the_time_on_two_cores(nothing_here):
    """Of statements alone, each download once; a control's own is none of them."""
    asked = [
        Request(dcnn.embed, CATTLE, {"dim": 64}, range(14), Turn.PRINTED),
        Request(dcnn.embed, CATTLE, {"dim": 32}, range(14), Turn.STATEMENT),
        Request(baselines.pixels, "OpenCows2020", {}, range(14), Turn.CONTROL),
    ]
    said = needs(asked, nothing_here)
    assert said.startswith("two downloads (438 MB) and ")
    assert said.endswith(" min on two cores")
    assert needs(asked[1:2], nothing_here).startswith("two downloads (438 MB) and ")
    assert needs(asked[2:], nothing_here) == ""


def test_nothing_to_fetch_is_time_alone(nothing_here, monkeypatch):
    """What is here and was not run."""
    for kind in (inputs.Data, inputs.Weights):
        monkeypatch.setattr(kind, "here", lambda one: True)
        monkeypatch.setattr(kind, "missing", lambda one: "")
        monkeypatch.setattr(kind, "hash", lambda one: "hash")
        monkeypatch.setattr(kind, "doubt", lambda one: "")
    said = needs([Request(baselines.pixels, CATTLE, {}, range(14))], nothing_here)
    assert said.endswith(" on two cores")
    assert "download" not in said


def test_what_is_fetched_unasked_is_no_download_of_theirs(nothing_here):
    """Beside the others, with its own size; alone where it alone is missing. The README says it whatever is here."""
    cattle, lions = (Request(dcnn.embed, name, {}, range(14), Turn.PRINTED) for name in (CATTLE, "LionData"))
    said = "two downloads (438 MB) beside LionData (495 MB)"
    assert needs([cattle, lions], nothing_here).startswith(f"{said} and ")
    assert in_words(downloads([cattle, lions], nothing_here)) == said
    assert in_words(downloads([Request(baselines.pixels, "LionData", {})], nothing_here)) == "LionData (495 MB)"
    assert in_words([]) == ""


def test_downloads_are_counted_in_words_and_their_sizes_added():
    """Up to three of them; where one's size is not known none is said."""
    cows, lions = inputs.Data("OpenCows2020"), inputs.Data("LionData")
    assert in_words([cows]) == f"one download ({cows.megabytes:,.0f} MB)"
    assert in_words([cows] * 3) == f"three downloads ({3 * cows.megabytes:,.0f} MB)"
    assert in_words([cows] * 4) == f"4 downloads ({4 * cows.megabytes:,.0f} MB)"
    assert in_words([inputs.Weights("unheard-of"), cows, lions]) == "two downloads beside LionData (495 MB)"


def test_the_sentence_names_the_command():
    """Once, after how many there are."""
    counts = count([Folded(Line("I.64", "Table I"), (), ())])
    said = "two downloads (438 MB) and 20 to 60 min on two cores"
    assert sentences(counts, said)[1] == f"1 need {said}: `reproduce paper`."


@pytest.mark.skipif(not Path("claims/record").is_dir(), reason="no record here")
def test_the_real_claims_need_two_downloads(nothing_here, monkeypatch):
    """FriesianCattle2017's images and ResNet50V2's weights, where the lions are here, which are fetched unasked."""
    from reproduce.verdicts.plugin.collect import asked

    monkeypatch.setattr(inputs.Data, "here", lambda one: one.name != CATTLE or not one.pixels)
    monkeypatch.setattr(inputs.Data, "hash", lambda one: "hash")
    monkeypatch.setattr(inputs.Data, "doubt", lambda one: "")
    requests, record = asked("claims"), Store("claims/record")
    assert needs(requests, record).startswith("two downloads (438 MB) and ")
    assert in_words(downloads(requests, record)) == "two downloads (438 MB) beside LionData (495 MB)"
