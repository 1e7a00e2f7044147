"""Settings: written in one file, asked for by name or by family, refused in one line where not well formed."""

import json

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.files.settings import Setting, choose, read

HEAD = '''
"""Table X: a toy."""
import pytest
from reproduce.experiments import Result, experiment
from reproduce.verdicts import control, judged_in, question, statement

@experiment("toy.settings", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed, *, mean=0.5):
    """Scores around ``mean``."""
    return Result({"map_at_r": mean + 0.001 * (seed - 1)})

def judge(claim, setting):
    claim.at_least(claim(toy, "", score="map_at_r", seeds=3, mean=setting.mean), 40, because="a toy")
'''

CLAIMS = f'''{HEAD}
@statement("X.{{row}}", at="Table X", unit="MAP@R %")
@judged_in("paper", "other cattle")
@pytest.mark.parametrize("row", ["a", "b"])
def test_rows(claim, row, setting):
    """The toy {{row}} scores above 40."""
    judge(claim, setting)

@question("X.why", at="Table X", unit="MAP@R %")
@judged_in("other cattle")
def test_why(claim, setting):
    """The toy scores above 40."""
    judge(claim, setting)

@control("X.alone", at="Table X", unit="MAP@R %")
@judged_in("barn")
def test_alone(claim, setting):
    """The toy scores above 40."""
    judge(claim, setting)
'''

PAPER = '[paper]\nstands_for = "the paper\'s own"\nmean = 0.5\n'
BARN = """
[barn]
stands_for = "cattle in a barn"
differs = ["animals"]
where = "in the barn"
families = ["other cattle"]
mean = 0.6
"""
MEADOW = """
[meadow]
stands_for = "cattle on a meadow, read otherwise"
differs = ["reading"]
where = "on the meadow"
families = ["other cattle"]
mean = 0.3
"""


def words(result):
    """All that a session printed."""
    return "\n".join([*result.outlines, *result.errlines])


def judged(claim_session, settings):
    """What each claim of the toy says in these settings, by id."""
    claim_session(CLAIMS, "--claims-json=run.json", settings=settings)
    run = json.loads((claim_session.path / "run.json").read_text())
    return {one["spec"]["id"]: one["says"] for one in run["claims"]}


def test_a_setting_added_in_one_place_gives_rows_to_every_claim_of_its_family(claim_session):
    """A table in settings.toml judges whatever asks for its family there; a claim that names settings is left alone."""
    before = judged(claim_session, PAPER + BARN)
    assert before == {
        **{"X.a": "reproduced", "X.a@barn": "holds", "X.b": "reproduced", "X.b@barn": "holds"},
        **{"X.why@barn": "holds", "X.alone@barn": "holds"},
    }
    after = judged(claim_session, PAPER + BARN + MEADOW)
    added = {"X.a@meadow": "not reproduced", "X.b@meadow": "not reproduced", "X.why@meadow": "fails"}
    assert after == before | added


@pytest.mark.parametrize(
    "differs, own, worth",
    [
        ((), "exact", "exact"),
        ((), "assumed", "assumed"),
        (("reading",), "exact", "assumed"),
        (("animals",), "exact", "proxy"),
        (("network",), "assumed", "proxy"),
        (("reading", "network"), "exact", "proxy"),
    ],
)
def test_what_a_verdict_is_worth_is_the_settings_to_say(differs, own, worth):
    """Other animals or another network make a proxy, another reading an assumption, the paper's own leaves it."""
    assert Setting("a", "b", differs).fidelity(own) == worth


def test_a_value_that_a_setting_does_not_say_is_named(claim_session):
    """A claim that asks a setting for what it lacks fails with the setting's name and what it does say."""
    result = claim_session(CLAIMS, settings=PAPER + BARN.replace("mean", "median"))
    assert "the setting 'barn' says no 'mean' (it says median)" in words(result)


def one(marks, arguments):
    """A claim file of one claim."""
    return f'''{HEAD}
@statement("X.1", at="Table X", unit="MAP@R %")
{marks}
def test_one({arguments}):
    """The toy scores above 40."""
    claim.at_least(claim(toy, "", score="map_at_r", seeds=3), 40, because="a toy")
'''


@pytest.mark.parametrize(
    "marks, arguments, says",
    [
        ("@judged_in('attic')", "claim, setting", "no setting or family 'attic'; there are: paper, barn, other cattle"),
        ("@judged_in('paper')", "claim", "a claim judged in settings needs the argument `setting`"),
        ("", "claim, setting", "a claim judged in settings needs @judged_in(...)"),
    ],
)
def test_a_claim_that_asks_wrongly_is_refused(claim_session, marks, arguments, says):
    """An unknown setting, the argument without the mark, the mark without the argument: one line that names it."""
    result = claim_session(one(marks, arguments), settings=PAPER + BARN)
    assert result.ret != 0
    assert f"test_toy.py::test_one: {says}" in words(result).splitlines()
    assert "Traceback" not in words(result)
    assert ".py:" not in words(result).replace("test_toy.py::", "")


MOVED = """
[readings.near]
of = "barn"
families = ["nearby"]
seeds = 5
move = [{ steps = 0 }, { steps = 9, dim = 2 }]
"""


def test_readings_move_factors_around_a_setting(tmp_path):
    """Each level is a setting of its own: its centre's values with the factors moved, and another reading."""
    path = tmp_path / "settings.toml"
    path.write_text(PAPER + BARN + 'on_lions = { dim = 1, size = 64 }\ncolumn = "other cows"\n' + MOVED)
    found = read(path)
    assert list(found) == ["paper", "barn", "barn.steps-0", "barn.steps-9.dim-2"]
    both = found["barn.steps-9.dim-2"]
    assert both.on_lions == {"dim": 2, "size": 64, "steps": 9}
    assert (both.mean, both.seeds, both.families) == (0.6, 5, ("nearby",))
    assert both.differs == ("animals", "reading")
    assert both.where == "in the barn, steps 9, dim 2"
    assert both.values["column"] == "other cows"


MALFORMED = [
    (PAPER + BARN + MOVED.replace('"barn"', '"meadow"'), "[readings.near] needs of: the setting"),
    (PAPER + BARN + MOVED.replace("move = [{ steps = 0 }, ", "move = [3, "), "[readings.near] needs move: a list"),
    ("[paper]", "[paper]: Object missing required field `stands_for`"),
    (BARN, "no [paper]: say what the paper's own setting is"),
    (PAPER + BARN.replace('"animals"', '"weather"'), "[barn] differs in one or more of animals, network, reading"),
    (PAPER + BARN.replace('differs = ["animals"]', ""), "[barn] differs in one or more of"),
    (PAPER + 'differs = ["reading"]', "the paper's in none"),
    (PAPER + BARN.replace('stands_for = "cattle in a barn"', ""), "[barn]: Object missing required field `stands_for`"),
    (PAPER + BARN.replace('where = "in the barn"', ""), "[barn] needs where"),
    (PAPER + BARN.replace('"other cattle"', '"barn"'), "barn is both a setting and a family"),
    (PAPER + BARN.replace('["other cattle"]', '"other cattle"'), "[barn]: Expected `array`, got `str`, at `families`"),
    (PAPER + BARN + "seeds = 1", "[barn]: Expected `int` >= 2, at `seeds`"),
    ("paper = 3", "paper = ... is no setting"),
    ("[paper", "not TOML"),
]


@pytest.mark.parametrize("text, says", MALFORMED)
def test_settings_that_are_not_well_formed_are_refused(tmp_path, text, says):
    """What is wrong, in which table of which file, in one line."""
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(InvalidInputError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("marks, arguments", [("@judged_in('paper')", "claim, setting"), ("", "claim")])
def test_a_session_says_so_in_one_line(claim_session, marks, arguments):
    """Nothing runs beside settings that cannot be read, whether a claim asks for one or not."""
    result = claim_session(one(marks, arguments), settings="[paper]")
    assert result.ret != 0
    told = [line for line in words(result).splitlines() if "missing required field `stands_for`" in line]
    assert told  # once, and again in pytest's summary where that is wide enough not to cut it
    assert all(str(claim_session.path / "settings.toml") in line for line in told)
    assert "Traceback" not in words(result)


def test_a_setting_may_differ_in_all_three_ways(tmp_path):
    """Animals, network and reading at once."""
    path = tmp_path / "settings.toml"
    path.write_text(PAPER + BARN.replace('["animals"]', '["animals", "network", "reading"]'))
    assert read(path)["barn"].differs == ("animals", "network", "reading")


def test_a_setting_says_how_many_seeds_it_is_judged_on(tmp_path):
    """Where it says nothing, a claim is judged on as many as ever."""
    path = tmp_path / "settings.toml"
    path.write_text(PAPER + BARN + "seeds = 5")
    assert {name: one.seeds for name, one in read(path).items()} == {"paper": None, "barn": 5}


def test_settings_are_chosen_once_and_in_the_files_order():
    """A setting that is asked for by name and by family is judged in once."""
    settings = {name: Setting(name, "x", families=("both",)) for name in ("paper", "a", "b")}
    assert [one.name for one in choose(settings, ["b", "both"])] == ["paper", "a", "b"]
    assert [one.name for one in choose(settings, ["b", "paper"])] == ["paper", "b"]


def test_a_setting_may_wait_for_weights(tmp_path, monkeypatch):
    """Where they are not at hand it is not asked; its name and its family are known all the same."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(tmp_path))
    settings = {"own": Setting("own", "x", families=("both",), only_with="resnet50v2"), "a": Setting("a", "x")}
    assert [one.name for one in choose(settings, ["both", "a"])] == ["a"]
    (tmp_path / "resnet50v2_imagenet_notop.weights.h5").touch()
    assert [one.name for one in choose(settings, ["both", "a"])] == ["own", "a"]


def test_readings_may_move_as_others_do(tmp_path):
    """The same levels around another centre are written once; what the other waits for is its own."""
    path = tmp_path / "settings.toml"
    moved = MOVED + '[readings.far]\nof = "paper"\nlike = "near"\nonly_with = "w"\n'
    path.write_text(PAPER + BARN + "on_lions = { dim = 1, size = 64 }\n" + moved)
    found = read(path)
    assert {"barn.steps-0", "paper.steps-0", "paper.steps-9.dim-2"} <= set(found)
    assert (found["paper.steps-0"].only_with, found["barn.steps-0"].only_with) == ("w", None)
    assert found["paper.steps-0"].differs == ("reading",)


def test_without_a_file_there_is_the_papers_own(tmp_path):
    """Claims in a folder without settings are judged in the paper's own."""
    assert list(read(tmp_path / "settings.toml")) == ["paper"]
