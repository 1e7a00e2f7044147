"""What a claim says in its marks, and what it is asked dry, of stand-ins for pytest's items: no session."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from reproduce.experiments.registry import Experiment
from reproduce.running.request import Request, Turn
from reproduce.verdicts import judged_in, statement
from reproduce.verdicts.files.settings import Setting
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin import marks, ours
from reproduce.verdicts.plugin.dry import DRY, Dry, dry, ignores
from reproduce.verdicts.plugin.marks import SPEC, check, described, figures, listing, spec
from reproduce.verdicts.plugin.session import collect

TOY = Experiment("toy.marks", lambda catalogue, seed: None, varies=("order",), needs=())
NETWORK = Experiment("toy.network", lambda catalogue, seed, *, dim=8: None, varies=("order",), needs=("weights",))
FACT = Experiment("toy.fact", lambda catalogue, seed: None, needs=(), exact=True)


def measured(claim, **_):
    """The toy scores 50."""
    claim.at_least(claim(TOY, "", score="map_at_r"), 40, because="a toy")


class Item:
    """A test of a claim file: its function, marks and parameters."""

    def __init__(self, folder, *args, run=measured, params=None, module="", row=0, **said):
        self.path, self.nodeid, self.location = (
            folder / "test_toy.py",
            "claims/test_toy.py::test_toy",
            ("test_toy.py", row),
        )
        self.name = self.originalname = "test_toy"
        self.stash, self.parent, self.obj = pytest.Stash(), SimpleNamespace(stash=pytest.Stash()), run
        self.module, self._marks = SimpleNamespace(__doc__=module), []
        if args or said:
            self._marks.append(pytest.mark.claim(*args, **said).mark)
        if params is not None:
            self.callspec = SimpleNamespace(params=params, indices={name: at for at, name in enumerate(params)})
        fixture = SimpleNamespace(func=SimpleNamespace(__module__=ours.PLUGIN))
        self._fixtureinfo = SimpleNamespace(name2fixturedefs={"claim": [fixture]})

    def iter_markers(self, name):
        return (mark for mark in self._marks if mark.name == name)

    def get_closest_marker(self, name):
        return next(self.iter_markers(name), None)


def test_a_mark_alone_makes_a_claim(tmp_path):
    """A statement of its own setting, exact unless it says otherwise, under its file's name."""
    assert spec(Item(tmp_path, "X.1", at="Table X")) == Spec(
        "X.1", "The toy scores 50.", "Table X", group="test_toy.py"
    )


def documented(text):
    """A claim function of this docstring."""

    def run(claim, **_):
        pass

    run.__doc__ = text
    return run


def test_a_mark_a_docstring_and_a_module_say_all_of_a_claim(tmp_path):
    """Parameters fill in id, place and sentence, in words where there are some; what the paper prints is looked up."""
    (tmp_path / "paper.toml").write_text('["X.a"]\nat = "X"\nfigure = "50.1"\nruns = 3\n')
    item = Item(
        tmp_path, "X.{row}", at="Table {row}", unit="%", fidelity="assumed", kind="check", words={"a": "first"},
        run=documented("The {row} toy\n    scores {printed}."), params={"row": "a"},
        module="Table X: toys\n\nAnd more: x",
    )  # fmt: skip
    said = {"group": "Table X", "kind": "check", "printed": "50.1", "runs": 3}
    assert spec(item) == Spec("X.a", "The first toy scores 50.1.", "Table a", "%", "assumed", **said)
    assert spec(item) is spec(item)
    assert figures(item) == {"X.a": "50.1"}


@pytest.mark.parametrize(
    "differs, worth, where, own", [(("animals",), "proxy", "on Cows", False), (("network",), "proxy", "on Cows", True),
                                   (("reading",), "assumed", "", True)],
)  # fmt: skip
def test_a_setting_says_what_a_claim_is_worth(tmp_path, differs, worth, where, own):
    """It ends the id, and a proxy says where it is; only other animals are not the paper's own."""
    made = spec(Item(tmp_path, "X.1", at="X", params={"setting": Setting("Cows", "cows", differs, "on Cows")}))
    assert (made.id, made.statement, made.setting) == ("X.1@Cows", "X.1", "Cows")
    assert (made.fidelity, made.proxy, made.own_animals) == (worth, where, own)


@pytest.mark.parametrize(
    "said, run, problem",
    [
        ({"at": "X"}, documented(""), "a claim needs a docstring"),
        ({"at": "X"}, documented("{no}"), "cannot fill in '{no}': KeyError('no')"),
        ({"at": "X"}, documented("{}"), "cannot fill in '{}': "),
        ({"at": "X", "fidelity": "proxy"}, measured, "fidelity 'proxy' is not one of exact, assumed: a setting"),
        ({"at": "X", "kind": "guess"}, measured, "kind 'guess' is not one of statement, question, control, check"),
        ({}, measured, "@pytest.mark.claim: "),
        ({"at": "X", "colour": "red"}, measured, "@pytest.mark.claim: "),
    ],
)  # fmt: skip
def test_a_mark_that_is_not_well_formed_is_one_line(tmp_path, said, run, problem):
    """With the test's name."""
    with pytest.raises(pytest.UsageError) as caught:
        spec(Item(tmp_path, "X.1", run=run, **said))
    assert str(caught.value).startswith(f"claims/test_toy.py::test_toy: {problem}")


def test_a_file_beside_the_claims_that_cannot_be_read_is_one_line(tmp_path):
    """With the file's name."""
    (tmp_path / "paper.toml").write_text("[")
    with pytest.raises(pytest.UsageError, match=r"paper\.toml: not TOML"):
        spec(Item(tmp_path, "X.1", at="X"))


def test_every_claim_has_a_mark_a_fixture_and_an_id_of_its_own(tmp_path):
    """The first that has not is named."""
    one, two = Item(tmp_path, "X.1", at="X"), Item(tmp_path, "X.2", at="X")
    check([one, two])
    with pytest.raises(pytest.UsageError, match=r"the id 'X\.1' is taken by claims/test_toy\.py::test_toy"):
        check([one, two, Item(tmp_path, "X.1", at="X")])
    with pytest.raises(pytest.UsageError, match=r"a claim needs @pytest\.mark\.claim"):
        check([Item(tmp_path)])
    bare = Item(tmp_path, "X.1", at="X")
    bare._fixtureinfo.name2fixturedefs = {}
    with pytest.raises(pytest.UsageError, match="a claim needs the claim fixture"):
        check([bare])


def test_a_claim_is_ours_by_its_fixture_or_by_its_mark(tmp_path):
    """Of several fixtures of that name the last is the one in use; a stranger's mark makes none."""
    theirs = SimpleNamespace(func=SimpleNamespace(__module__="test_stranger"))
    one = Item(tmp_path, "X.1", at="X")
    assert ours.is_claim(one)
    assert not ours.marked(one, "claim")
    one._fixtureinfo.name2fixturedefs["claim"].append(theirs)
    assert not ours.is_claim(one)
    one._fixtureinfo.name2fixturedefs["claim"].reverse()
    assert ours.uses_fixture(one)
    one._fixtureinfo.name2fixturedefs["claim"] = [theirs]
    one._marks = [statement("X.1", at="X").mark]
    assert ours.is_claim(one)
    assert not ours.marked(one, "judged_in")
    one._marks = [pytest.mark.claim.mark]
    assert not ours.is_claim(one)
    assert not ours.is_claim(SimpleNamespace(iter_markers=lambda name: ()))


def test_claims_come_in_the_order_of_their_places(tmp_path):
    """File, line, row, name; a test without a place comes first in its file."""

    def at(file, line, row=None, name="test"):  # fmt: skip
        item = Item(tmp_path, "X.1", at="X", params=None if row is None else {"row": "x"}, row=line)
        if row is not None:
            item.callspec.indices = {"row": row}
        item.path, item.name = tmp_path / file, name
        return item

    order = [
        at("a.py", None),
        at("a.py", 1),
        at("a.py", 3, 0),
        at("a.py", 3, 2),
        at("b.py", 2, name="a"),
        at("b.py", 2, name="b"),
    ]
    assert ours.claims(reversed(order)) == order


def planned(verb):
    """A claim that was asked dry."""
    return Outcome(Spec("X", "s", "I"), "not run", verb)


def some(experiment, seeds):
    """A request for these seeds."""
    return Request(experiment, "", {}, seeds)


NOTHING = "reaches no verdict: it has no verb, or measures nothing"


@pytest.mark.parametrize(
    "asked, seen",
    [
        (Dry(problem="TypeError: odd"), "reaches no verdict: TypeError: odd"),
        (Dry((some(TOY, range(3)),)), NOTHING),
        (Dry((), planned("at_least")), NOTHING),
        (Dry((), planned("waits")), "(waits, 0, False)"),
        (Dry((some(TOY, range(3)), some(TOY, range(14, 19))), planned("at_least")), "(at_least, 5, False)"),
        (Dry((some(FACT, range(1)),), planned("at_least")), "(at_least, 1, True)"),
        (Dry((some(FACT, range(1)), some(TOY, range(2))), planned("at_least")), "(at_least, 2, False)"),
    ],
)
def test_a_listing_says_what_a_claim_reaches(tmp_path, monkeypatch, asked, seen):
    """By its verb, the most seeds that it asks for, and whether all of it are facts."""
    monkeypatch.setattr(
        "reproduce.verdicts.plugin.power.reach", lambda outcome, seeds, exact: f"({outcome.verb}, {seeds}, {exact})"
    )
    item = Item(tmp_path, "X.1", at="X")
    item.stash[DRY] = asked
    *_, told = listing([item])
    assert told == f"      {seen}"


def test_a_listing_is_grouped(tmp_path):
    """A heading where another group begins; place, kind and evidence behind each sentence."""
    items = [Item(tmp_path, f"X.{at}", at="I", module=module) for at, module in enumerate(["A: b", "A: b", "B."])]
    told = [line for line in listing(items) if not line.startswith("      ")]
    claimed = [f"  X.{at:<26} The toy scores 50.  [I; statement; own data]" for at in range(3)]
    assert told == ["\nA", *claimed[:2], "\nB", claimed[2]]
    assert described(Spec("X", "s.", "I", fidelity="proxy", proxy="on Cows")).endswith(
        "s.  [I; statement; substitute on Cows]"
    )


def test_a_claim_is_asked_once(tmp_path):
    """Its requests each once, the scores with what they are of, data that it names itself; no number is looked at."""
    runs = []

    def run(claim):
        """Two scores of one request."""
        runs.append(1)
        one, two = (claim(TOY, "Cows", score=score, seeds=3) for score in ("a", "b"))
        claim.exceeds(one, two, by=1, because="a toy")

    item = Item(tmp_path, "X.1", at="X", run=run)
    assert dry(item) is dry(item)
    (request,) = dry(item).requests
    assert (runs, request.seeds, dry(item).problem, dry(item).literal) == ([1], range(3), "", ("Cows",))
    assert dry(item).measured == {("toy.marks", "Cows", "{}", "a"), ("toy.marks", "Cows", "{}", "b")}
    assert (dry(item).outcome.verdict, dry(item).outcome.reason) == ("not run", "only collected")
    assert [(one.data, one.turn) for one in collect([item])] == [("Cows", Turn.STATEMENT)]


def test_what_breaks_a_claim_is_its_problem(tmp_path):
    """By the error's name; what is no function has none."""

    def broken(claim):
        """A claim that breaks."""
        return 1 / 0

    assert dry(Item(tmp_path, "X.1", at="X", run=broken)).problem == "ZeroDivisionError: division by zero"
    assert dry(Item(tmp_path, "X.1", at="X", run=None)).problem == "it is no function"


SETTINGS = {
    "paper": Setting("paper", "x", values={"cattle": "Cows", "herd": ""}),
    "other": Setting("other", "x", ("network",), "x", values={"cattle": "Cows", "on_cattle": {"dim": 4}, "herd": ""}),
    "barn": Setting(
        "barn", "x", ("animals", "network"), "x", values={"cattle": "Cows", "on_cattle": {"dim": 4}, "herd": ""}
    ),
}


def asks(what):
    """A claim that measures this."""

    def run(claim, setting):
        """A toy."""
        claim.at_least(what(claim, setting), 40, because="a toy")

    return run


OTHER = "the setting 'other' differs in network, and the claim measures the same there as in the paper's own"
BARN = "the setting 'barn' differs in animals and network, and the claim measures Cows as in the paper's own"
NAMED = "measures 'Cows', which the setting 'paper' does not name; write a role of the setting"


@pytest.mark.parametrize(
    "name, what, says",
    [
        ("other", lambda claim, s: claim(NETWORK, s.cattle, score="a"), ""),
        ("paper", lambda claim, s: claim(TOY, s.cattle, score="a"), ""),
        ("paper", lambda claim, s: claim(NETWORK, "Cows", score="a"), NAMED),
        ("other", lambda claim, s: claim(TOY, s.cattle, score="a"), OTHER),
        ("barn", lambda claim, s: claim(NETWORK, s.cattle, score="a"), BARN),
        ("barn", lambda claim, s: claim(NETWORK, s.herd, score="a", dim=3 if s.name == "paper" else 4), ""),
        ("other", lambda claim, s: claim(TOY, s.cattle, score="a") if s.name == "other" else s.nothing, ""),
        ("other", lambda claim, s: s.nothing, ""),
        ("other", lambda claim, s: claim.waits("better days"), ""),
    ],
)
def test_a_claim_that_ignores_its_setting_says_how(tmp_path, monkeypatch, name, what, says):
    """Data of its own, the same as in the paper's own setting, or other animals in name alone; "" if it heeds it."""
    monkeypatch.setattr("reproduce.verdicts.plugin.dry.of", lambda item: SETTINGS)
    monkeypatch.setattr(marks, "of", lambda item: SETTINGS)
    item = Item(tmp_path, "X.1", at="X", run=asks(what), params={"setting": SETTINGS[name]})
    assert ignores(item)[: len(says) or None] == says
    if says:
        with pytest.raises(pytest.UsageError, match="test_toy: "):
            check([item])


def test_each_row_is_held_against_its_own_in_the_papers_setting(tmp_path, monkeypatch):
    """Once for all of its settings, whatever another row measures there."""
    monkeypatch.setattr("reproduce.verdicts.plugin.dry.of", lambda item: SETTINGS)
    monkeypatch.setattr(marks, "of", lambda item: SETTINGS)
    asked, parent = [], SimpleNamespace(stash=pytest.Stash())

    def run(claim, setting, row):
        """A toy."""
        asked.append((row, setting.name))
        claim.at_least(claim(NETWORK if row == "heeds" else TOY, setting.cattle, score="a"), 40, because="a toy")

    told = []
    for row, name in (("heeds", "other"), ("ignores", "other"), ("heeds", "barn")):
        item = Item(tmp_path, "X.{row}", at="X", run=run, params={"setting": SETTINGS[name], "row": row})
        item.parent = parent
        told.append(ignores(item))
    assert told == ["", OTHER, BARN]
    assert asked.count(("heeds", "paper")) == asked.count(("ignores", "paper")) == 1


def test_without_a_setting_nothing_is_ignored(tmp_path):
    """Nor where the argument of that name is a stranger's."""
    for params in (None, {}, {"setting": "court"}):
        assert ignores(SimpleNamespace(callspec=SimpleNamespace(params=params or {}))) == ""
    assert ignores(Item(tmp_path, "X.1", at="X")) == ""
    assert SPEC not in Item(Path("x"), "X.1", at="X").stash


@pytest.mark.parametrize(
    "marked, takes, says",
    [
        (None, False, ""),
        (("paper", "other cows"), True, "paper barn"),
        (("attic",), True, "test_toy: no setting or family 'attic'; there are: paper, barn, other cows"),
        (("paper",), False, "test_toy: a claim judged in settings needs the argument `setting`"),
        (None, True, "test_toy: a claim judged in settings needs @judged_in(...)"),
    ],
)
def test_a_claim_has_a_row_for_each_of_its_settings(tmp_path, marked, takes, says):
    """Which it takes as an argument, and names in its mark: one without the other is one line."""
    barn = 'differs = ["animals"]\nwhere = "x"\nfamilies = ["other cows"]'
    (tmp_path / "settings.toml").write_text(f'[paper]\nstands_for = "x"\n[barn]\nstands_for = "x"\n{barn}\n')
    item = Item(tmp_path)
    item.nodeid = "test_toy"
    item._marks = [] if marked is None else [judged_in(*marked).mark]
    rows = []

    def parametrize(name, values):
        rows.append((name, [(one.values[0].name, one.id) for one in values]))

    fixtures = ["claim", *(["setting"] if takes else [])]
    function = SimpleNamespace(definition=item, fixturenames=fixtures, parametrize=parametrize)
    if says.startswith("test_toy"):
        with pytest.raises(pytest.fail.Exception) as caught:
            marks.parametrize(function)
        assert caught.value.msg == says
        assert not caught.value.pytrace
    else:
        marks.parametrize(function)
        assert rows == ([("setting", [(name, name) for name in says.split()])] if says else [])
