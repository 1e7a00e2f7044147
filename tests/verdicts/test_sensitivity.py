"""Sensitivity: what a verdict would be under another choice, and that one which turns says so."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Experiment
from reproduce.record import Cell, Entry, Store
from reproduce.running.request import Request
from reproduce.verdicts.judging.judge import Region, Verdict
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin.sensitivity import CHOICES, FILE, by_interval, fragile, lines, read, under

TOY = '''
"""Table X: a toy."""
from reproduce.experiments import Result, experiment
from reproduce.verdicts import control, statement

@experiment("toy.choices", varies=("order",), needs=())
def toy(catalogue, seed, *, resize="bilinear"):
    """Kept."""

@statement("X.near", at="Table X", unit="MAP@R %")
def test_near(claim):
    """The toy scores at least 40."""
    claim.at_least(claim(toy, "", score="map_at_r", seeds=3), 40, because="a toy")

@control("X.no-statement", at="Table X", unit="MAP@R %")
def test_control(claim):
    """The toy scores at most 40."""
    claim.at_most(claim(toy, "", score="map_at_r", seeds=3), 90, because="a toy")
'''


def outcome(low, high, lower=None, upper=None, **fields):
    """A statement elsewhere whose interval is given."""
    verdict = Verdict.INCONCLUSIVE
    if (lower is None or low >= lower) and (upper is None or high <= upper):
        verdict = Verdict.REPRODUCED
    elif (lower is not None and high < lower) or (upper is not None and low > upper):
        verdict = Verdict.NOT_REPRODUCED
    spec = Spec("X.a", "A sentence.", "X", fidelity="proxy")
    return Outcome(spec, verdict, ours=(low + high) / 2, interval=(low, high), lower=lower, upper=upper, **fields)


@pytest.mark.parametrize(
    "made, said",
    [
        (outcome(-2.2, 2.2, -4.0, 4.0), {"half the margin": "inconclusive", "twice the margin": "holds"}),
        (outcome(-7.0, -6.0, -4.0, 4.0), {"half the margin": "fails", "twice the margin": "holds"}),
        (outcome(-7.0, -6.0, lower=-5.0, difference=True), {"half the margin": "fails", "twice the margin": "holds"}),
        (outcome(12.0, 14.0, upper=15.0, difference=True), {"half the margin": "fails", "twice the margin": "holds"}),
        (outcome(12.0, 14.0, upper=15.0), {}),  # a bound on a score is no margin
        (outcome(1.0, 2.0, lower=0.0, difference=True), {}),  # nor is nothing
    ],
)
def test_margins_are_halved_and_doubled(made, said):
    """About the middle where there are two edges, from no difference where there is one."""
    assert under(made, {}) == said
    turned = tuple(f"{name}: {word}" for name, word in said.items() if word != made.says)
    assert fragile(made, said) == turned


def test_seeds_alone_and_other_choices_are_said_beside():
    """The other interval, and what the record says under another choice; what it does not have is left out."""
    made = outcome(-0.1, 2.0, lower=0.0, scatter="seeds and animals", intervals={"seeds": (0.5, 1.4)})
    others = {"the 75 lions": outcome(-3, -1, lower=0.0), "the 94 lions": Outcome(made.spec, Verdict.NOT_RUN)}
    assert under(made, others) == {"seeds alone": "holds", "the 75 lions": "fails"}
    assert fragile(made, {"seeds alone": "holds"}) == ()  # what is open turns nothing
    assert under(Outcome(made.spec, Verdict.COMPATIBLE), others) == {}


@pytest.mark.parametrize(
    "interval, region, verdict",
    [
        ((1.0, 2.0), Region(1.0, 2.0), "reproduced"),
        ((1.0, 2.0), Region(1.1, 2.0), "inconclusive"),
        ((1.0, 2.0), Region(1.0, 1.9), "inconclusive"),
        ((1.0, 2.0), Region(2.0, 3.0), "inconclusive"),
        ((1.0, 2.0), Region(0.0, 1.0), "inconclusive"),
        ((1.0, 2.0), Region(2.1, 3.0), "not reproduced"),
        ((1.0, 2.0), Region(0.0, 0.9), "not reproduced"),
        ((1.0, 2.0), Region(lower=0.0), "reproduced"),
        (None, Region(lower=0.0), "inconclusive"),
    ],
)
def test_an_edge_belongs_to_the_region(interval, region, verdict):
    """As for the judge; without an interval nothing is decided."""
    assert by_interval(outcome(1.0, 2.0), interval, region) == verdict


@pytest.mark.parametrize(
    "low, high, half, twice",
    [
        (2.0, 4.0, "holds", "holds"),  # 4 either way about 3 is 1 to 5, then 2 to 4, and -1 to 7
        (1.9, 4.0, "inconclusive", "holds"),
        (2.0, 4.1, "inconclusive", "holds"),
        (1.0, 1.9, "fails", "holds"),
        (4.1, 5.0, "fails", "holds"),
        (-1.1, 7.0, "inconclusive", "inconclusive"),
        (7.1, 8.0, "fails", "fails"),
        (-2.0, -1.1, "fails", "fails"),
    ],
)
def test_a_margin_is_scaled_about_its_middle(low, high, half, twice):
    """Which need not be 0."""
    said = under(outcome(low, high, 1.0, 5.0), {})
    assert said == {"half the margin": half, "twice the margin": twice}


@pytest.mark.parametrize("scatter", ["", "seeds", "seeds and animals"])
@pytest.mark.parametrize(
    "seeds, edges, said",
    [((0.5, 1.4), {"lower": 0.0}, "holds"), ((0.5, 1.4), {"upper": 0.4}, "fails"),
     ((0.5, 1.4), {"lower": 1.0}, "inconclusive"), ((0.5, 1.4), {"upper": 1.0}, "inconclusive")],
)  # fmt: skip
def test_seeds_alone_are_another_choice_where_animals_carry_the_verdict(scatter, seeds, edges, said):
    """By the region as it is."""
    made = outcome(-0.1, 2.0, **edges, scatter=scatter, intervals={"seeds": seeds, "seeds and animals": (-0.1, 2.0)})
    assert under(made, {}) == ({"seeds alone": said} if scatter == "seeds and animals" else {})
    assert under(replace(made, intervals={"seeds and animals": (-0.1, 2.0)}), {}) == {}


@pytest.mark.parametrize(
    "verdict, said, turned",
    [
        ("reproduced", {"a": "holds", "b": "fails"}, ("b: fails",)),
        ("not reproduced", {"a": "inconclusive", "b": "fails"}, ("a: inconclusive",)),
        ("inconclusive", {"a": "holds"}, ()),
        ("compatible", {"a": "holds"}, ()),
    ],
)
def test_yes_and_no_are_fragile_where_they_turn(verdict, said, turned):
    """What is open turns nothing."""
    assert fragile(replace(outcome(1.0, 2.0), verdict=Verdict(verdict)), said) == turned


TOYS = {
    name: Experiment(name, function, varies=("order",), needs=())
    for name, function in {
        "plain": lambda catalogue, seed: None,
        "resized": lambda catalogue, seed, *, resize="bilinear", scaling="unit": None,
    }.items()
}


def lions(score, *sets):
    """The choices of other lions, each with its score."""
    return {f"the {many} lions": score + {19: "", 75: "@train", 94: "@all"}[many] for many in sets}


@pytest.mark.parametrize(
    "data, toy, score, others",
    [
        ("Cows", "plain", "accuracy", {}),
        ("Cows", "plain", "map_at_r", {"the mean over queries": "map_at_r/query"}),
        ("Cows", "plain", "map_at_r@train", {"the mean over queries": "map_at_r/query@train"}),
        ("LionData", "plain", "accuracy", {}),
        ("LionData", "plain", "above_chance", lions("above_chance", 75, 94)),
        ("LionData", "plain", "precision_at_1@all", lions("precision_at_1", 19, 75)),
        ("LionData", "plain", "map_at_r/query@train", lions("map_at_r/query", 19, 94)),
        (
            "Cows",
            "resized",
            "accuracy",
            {"standardised pixels": {"scaling": "standardised"}, "resized by area": {"resize": "area"}},
        ),
    ],
)  # fmt: skip
def test_each_choice_asks_otherwise_or_is_none(data, toy, score, others):
    """Other lions, the mean over queries, another level of a factor that there is: what a line has of a statement that
    ends in the score that it asked for.
    """
    asked = Request(TOYS[toy], data, {}, range(3))

    class Echo:
        """Answers with what was asked."""

        def sample(self, request, named):
            changed = {key: value for key, value in request.factors.items() if asked.chosen.get(key) != value}
            return changed or named

    told = []

    def judge(measures):
        told.append(measures.sample(asked, score))
        return outcome(1.0, 2.0, lower=0.0)

    made = [(Spec(name, "A toy.", "X", kind=kind), judge) for name, kind in (("X.a", "statement"), ("X.b", "control"))]
    text = lines(made, Echo())
    found = dict(zip(CHOICES, told[1:], strict=True))
    differ = {name: answer for name, answer in found.items() if answer != score}
    assert differ == others
    line = ", ".join(f'"{name}" = "holds"' for name in CHOICES if name in others)
    assert text == (f'"X.a" = {{ {line} }}\n' if line else "")
    assert told[0] == score
    assert len(told) == 1 + len(CHOICES)


def test_what_breaks_or_was_not_run_has_no_line():
    """Nor has a choice under which it breaks."""
    request = Request(TOYS["plain"], "Cows", {}, range(3))

    def line(*ends):
        left = list(ends)

        def judge(measures):
            measures.sample(request, "map_at_r")
            return left.pop(0)

        return lines([(Spec("X.a", "A toy.", "X"), judge)], SimpleNamespace(sample=lambda *_: None))

    holds, waits = outcome(1.0, 2.0, lower=0.0), Outcome(Spec("X.a", "A toy.", "X"), Verdict.NOT_RUN)
    assert line(None) == line(waits) == ""
    assert line(holds, *[holds] * 8) == '"X.a" = { "the mean over queries" = "holds" }\n'
    assert line(holds, *[None] * 8) == line(holds, *[waits] * 8) == ""


def test_the_file_is_made_from_the_record_and_marks_what_turns(claim_session):
    """The mean over queries turns the toy, and area is not kept; a control has no line."""
    record = Store(claim_session.path / "claims" / "record")
    record.add_all(
        Entry(Cell("toy.choices", 1, {"resize": "bilinear"}, "", "", None, seed),
              {"map_at_r": 0.5 + seed / 100, "map_at_r/query": 0.3 + seed / 100})
        for seed in range(3)
    )  # fmt: skip
    result = claim_session(TOY, "--claims-budget=0", "--claims-sensitivity")
    assert result.ret == 0
    assert read(claim_session.path / FILE) == {
        "X.near": {"the mean over queries": "not reproduced"},
    }
    text = "\n".join(result.outlines)
    assert "◊ 1 fragile: another choice turns the verdict (sensitivity.toml)" in text
    assert "reproduced ◊" in text


def test_what_is_no_verdict_by_choice_is_one_line(tmp_path):
    """The file, what is wrong and at which claim."""
    (tmp_path / FILE).write_text('"X.near" = { "half the margin" = 1 }\n')
    with pytest.raises(InvalidInputError, match=r"sensitivity\.toml: Expected `str`, got `int`") as caught:
        read(tmp_path / FILE)
    assert "\n" not in str(caught.value)
    assert read(tmp_path / "none.toml") == {}
