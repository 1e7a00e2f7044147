"""Sensitivity: what a verdict would be under another choice, and that one which turns says so."""

import pytest

from reproduce.errors import InvalidInputError
from reproduce.record import Cell, Entry, Store
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin.sensitivity import FILE, fragile, read, under

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
