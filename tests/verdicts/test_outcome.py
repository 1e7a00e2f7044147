"""A claim as plain data: its scale, its words, its fingerprint, and the same again from JSON."""

import dataclasses
import json

import pytest

from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome, Spec, words

MADE = Outcome(
    Spec("I.64@cows", "It holds.", "Table I", "MAP@R %", setting="cows"), Verdict.REPRODUCED, "equals", "26.74", "±6.3",
    ours=25.0, values=(24.0, 26.0), interval=(24.5, 25.5), lower=20.4, upper=33.1,
)  # fmt: skip


@pytest.mark.parametrize("unit, scale", [("MAP@R %", 100), ("%", 100), ("classes", 1), ("", 1)])
def test_per_cent_is_a_fraction_times_a_hundred(unit, scale):
    """Scores are fractions; any other unit is shown as it is."""
    assert Spec("a", "It holds.", "Table I", unit).scale == scale


def test_a_statement_is_the_id_without_its_setting():
    """Also where the id holds another @."""
    assert MADE.spec.statement == "I.64"
    assert Spec("I@b", "It holds.", "Table I", setting="paper").statement == "I@b"


@pytest.mark.parametrize(
    "fidelity, kind, said",
    [
        ("exact", "statement", ("reproduced", "not reproduced", "inconclusive")),
        ("assumed", "statement", ("reproduced", "not reproduced", "inconclusive")),
        ("proxy", "statement", ("supported", "contradicted", "inconclusive")),
        ("exact", "question", ("yes", "no", "inconclusive")),
        ("proxy", "control", ("yes", "no", "inconclusive")),
        ("exact", "check", ("passes", "fails", "inconclusive")),
        ("rehearsal", "statement", ("rehearsal: supported", "rehearsal: contradicted", "rehearsal: inconclusive")),
        ("rehearsal", "question", ("rehearsal: yes", "rehearsal: no", "rehearsal: inconclusive")),
    ],
)
def test_a_verdict_is_told_in_the_words_of_its_kind_and_evidence(fidelity, kind, said):
    """Only what the paper states is reproduced or not, and only on its own animals."""
    spec = dataclasses.replace(MADE.spec, fidelity=fidelity, kind=kind)
    ends = (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE)
    assert tuple(dataclasses.replace(MADE, spec=spec, verdict=end).told for end in ends) == said
    assert words(Verdict.NOT_RUN, dataclasses.replace(spec, fidelity="exact")) == "not run"


def test_the_fingerprint_is_of_the_rule():
    """Figure, margin, verb, evidence and unit; neither the sentence nor what came out."""
    spec = MADE.spec
    other = [
        *(dataclasses.replace(MADE, **change) for change in ({"verb": "exceeds"}, {"paper": "27"}, {"margin": "±1"})),
        *(
            dataclasses.replace(MADE, spec=dataclasses.replace(spec, **c))
            for c in ({"unit": ""}, {"fidelity": "proxy"})
        ),
    ]
    same = [
        dataclasses.replace(MADE, ours=1.0, verdict=Verdict.NOT_REPRODUCED),
        dataclasses.replace(MADE, spec=dataclasses.replace(spec, sentence="It does.", at="III-A")),
    ]
    assert len({one.fingerprint for one in (MADE, *other)}) == 6
    assert {one.fingerprint for one in same} == {MADE.fingerprint}
    assert len(MADE.fingerprint) == 12


def test_an_outcome_comes_back_from_json():
    """With the words and the fingerprint beside it, which are derived anew."""
    plain = json.loads(json.dumps(MADE.to_json()))
    assert (plain["says"], plain["fingerprint"]) == ("reproduced", MADE.fingerprint)
    assert Outcome.from_json(plain) == MADE
    with pytest.raises(ValueError, match="ours"):
        Outcome.from_json({**plain, "ours": "many"})


def test_seeds_are_counted_and_what_they_carry_alone_is_told():
    """By the note that the judge leaves."""
    assert MADE.n == 2
    assert not MADE.seeds_alone
    assert dataclasses.replace(MADE, note="seeds only: no animals").seeds_alone
