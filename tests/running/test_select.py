"""Which requests a run is of, and which of them the record takes."""

import pytest

from reproduce.errors import ClaimsMissingError, InvalidInputError
from reproduce.experiments.registry import Experiment
from reproduce.running import select
from reproduce.running.request import Request
from reproduce.running.select import Parts, ask, factor, parted
from reproduce.running.tiers import Tier


def net(catalogue, seed, *, dim=64):
    """Never run here."""


NET = Experiment("toy.net", net, varies=("order",), needs=(), rehearsal={"dim": 2})
FIXED = Experiment("toy.fixed", net, needs=())


@pytest.mark.parametrize(
    "text, value", [("dim=64", 64), ("hidden=[64, 32]", [64, 32]), ("on=true", True), ("a=b=c", "b=c"), ("a=", "")]
)
def test_a_factor_is_json_or_text(text, value):
    """Behind the first =."""
    assert factor(text) == (text.partition("=")[0], value)


@pytest.mark.parametrize("text", ["dim", "", "=3", "a-b=3"])
def test_what_is_no_factor_is_refused(text):
    """A name, a sign and a value."""
    with pytest.raises(InvalidInputError, match="write name=value, such as dim=64"):
        factor(text)


@pytest.fixture
def asked(monkeypatch):
    """``asked(*names, tier, data, factors, claims)``: what `ask` returns, where two experiments are known."""
    monkeypatch.setattr(select, "load_all", lambda: {one.name: one for one in (NET, FIXED)})

    def of(*names, tier=Tier.CHECK, data=None, factors=None, claims=(NET, FIXED)):
        return ask(names, tier, data, factors or {}, lambda: [Request(one, "") for one in claims])

    return of


@pytest.mark.parametrize("names, found", [([], [NET, FIXED]), (["*.net"], [NET]), (["a.*", "toy.*"], None)])
def test_a_run_is_of_what_the_claims_ask_for(asked, names, found):
    """By name or pattern, each of which must fit something."""
    if found is None:
        with pytest.raises(InvalidInputError, match=r"no experiment 'a\.\*'"):
            asked(*names)
    else:
        assert asked(*names) == ([Request(one, "") for one in found], True)


@pytest.mark.parametrize("names, said", [(["toy.net", "toy.n*"], "toy.net, toy.n*"), ([], "anything")])
def test_what_no_claim_asks_for_needs_a_data_set(asked, names, said):
    """It is said how it is run."""
    with pytest.raises(InvalidInputError) as caught:
        asked(*names, claims=[FIXED] if names else [])
    assert str(caught.value) == f"no claim asks for {said}; run one experiment with --data NAME"


def test_a_rehearsal_is_of_the_experiments_themselves(asked):
    """Whatever the claims ask for."""
    assert asked("toy.net", tier=Tier.REHEARSAL, claims=()) == ([Request(NET, "TuringCattle", {"dim": 2})], False)
    assert len(asked(tier=Tier.REHEARSAL)[0]) == 2


def test_on_a_data_set_experiments_are_run_by_name(asked):
    """Under the factors that are given, which the claims say otherwise."""
    made = asked("toy.*", data="LionData", factors={"dim": 2})
    assert made == ([Request(one, "LionData", {"dim": 2}) for one in (NET, FIXED)], False)
    for names, options, said in (
        ([], {"data": "LionData"}, "--data LionData: name the experiment to run on it"),
        (["toy.net"], {"data": "Lions"}, "no data set is called 'Lions'"),
        (["toy.net"], {"factors": {"dim": 2}}, "--factor goes with --data"),
    ):
        with pytest.raises(InvalidInputError, match=said):
            asked(*names, **options)


CLAIMED = Request(NET, "", {}, range(14, 17))


def test_what_the_claims_judge_goes_into_the_record():
    """As they ask for it; all else is apart."""
    other = Request(NET, "", {"dim": 2})
    own = Request(NET, "", {"dim": 64}, range(14, 16))
    parts = parted([own, other], range(2), False, lambda: [CLAIMED])
    assert (parts.theirs, parts.beyond) == ([CLAIMED], [(other, range(2))])


def nowhere():
    """No folder of claims."""
    raise ClaimsMissingError("no claims here")


def test_without_claims_nothing_is_theirs():
    """Nor where none is asked."""
    assert parted([CLAIMED], range(2), True, nowhere) == Parts([], [(CLAIMED, range(2))])
    assert parted([], range(2), True, None) == Parts([])


@pytest.mark.parametrize(
    "explicit, request_, seeds, more",
    [
        (True, CLAIMED, range(5), [17, 18]),
        (True, CLAIMED, range(3), None),
        (False, CLAIMED, range(5), None),
        (True, Request(NET, ""), range(5), None),  # as many as the run has
        (True, Request(FIXED, "", {}, range(2)), range(5), None),  # one seed is all there is
    ],
)
def test_seeds_beyond_the_claims_are_run_where_their_number_is_named(explicit, request_, seeds, more):
    """Apart, counted on from those that are judged."""
    parts = parted([request_], seeds, explicit, None)
    assert parts.theirs == [request_]
    assert [(one.seeds, list(beyond)) for one, beyond in parts.beyond] == ([] if more is None else [(range(0), more)])
