"""Collecting a folder of claims: what cannot be collected is named, with its file, its line and the error."""

import pytest

import reproduce.verdicts.plugin.session  # noqa: F401  (pytest keys of a module imported twice would not agree)
from reproduce.errors import ClaimsMissingError, InvalidInputError, RecordError
from reproduce.verdicts.plugin.collect import asked, claims, collected, judged


@pytest.mark.parametrize(
    "text, said",
    [
        ("import pytest\nimport no_such_library\n", ":2: ModuleNotFoundError: No module named 'no_such_library'"),
        ("x = 1\n\n\ndef half(x):\n    return x / 0\n\n\nhalf(1)\n", ":5: ZeroDivisionError: division by zero"),
        ("x = 1\ny = (\n", ":2: SyntaxError: '(' was never closed"),
        ("raise ValueError('x' * 400)\n", f":1: ValueError: {'x' * 300}"),
    ],
)
def test_a_file_that_cannot_be_imported_is_named(tmp_path, capsys, text, said):
    """One line with the file, the line and the error, instead of another command that knows."""
    path = tmp_path / "test_broken_claims.py"
    path.write_text(text)
    with pytest.raises(InvalidInputError) as caught:
        asked(tmp_path)
    assert str(caught.value) == f"cannot collect the claims: {path}{said}"


@pytest.mark.parametrize("names, more", [("ab", 1), ("abc", 2)])
def test_several_are_counted(tmp_path, names, more):
    """The first is named in full, the others are counted."""
    for name in names:
        (tmp_path / f"test_broken_{name}.py").write_text("import no_such_library\n")
    with pytest.raises(InvalidInputError, match=rf"test_broken_a\.py:1: .*\(and {more} more\)$"):
        asked(tmp_path)


def test_no_folder_is_an_error_of_its_own(tmp_path):
    """So that a run on named data can do without claims."""
    with pytest.raises(ClaimsMissingError, match="no claims in"):
        asked(tmp_path / "claims")


TOYS = '''
"""Table I: toys."""
import pytest
from reproduce.experiments.unlearned import baselines
from reproduce.verdicts import check

@check("I.waits", at="I")
def test_waits(claim):
    """A toy waits."""
    claim.waits(f"a toy after {'3'!r}")

@check("I.asks", at="I")
def test_asks(claim):
    """A toy asks."""
    claim.at_least(claim(baselines.constant, "LionData", score="map_at_r"), 0, because="a toy")

@check("I.broken", at="I")
def test_broken(claim):
    """A toy breaks."""
    raise RuntimeError("the toy broke\\nin two lines")

@check("I.lost", at="I")
def test_lost(claim, no_such_fixture):
    """A toy is lost."""
'''


@pytest.fixture
def toys(tmp_path, monkeypatch):
    """A folder of claims that wait, ask, break and ask for what there is not; no record."""
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "nothing"))
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "test_collect_toys.py").write_text(TOYS)
    return tmp_path / "claims"


def test_a_claim_that_breaks_says_its_error_in_one_line(toys):
    """The exception's first line where there is one, else the last line that pytest says; the others are judged."""
    reasons = {one.spec.id: (one.verdict, one.reason) for one in judged(toys).outcomes}
    assert reasons["I.waits"] == ("not run", "a toy after '3'")
    assert reasons["I.broken"] == ("error", "RuntimeError: the toy broke")
    verdict, reason = reasons["I.lost"]
    assert verdict == "error"
    assert "test_collect_toys.py:" in reason


def test_outcomes_are_those_of_the_claims_that_are_collected(toys):
    """Known ones are taken with what the claims ask for; those of other claims are not."""
    made = judged(toys)
    assert collected(toys, made.outcomes).outcomes == made.outcomes
    assert [one.key for one in collected(toys, made.outcomes).requests] == [one.key for one in made.requests]
    assert collected(toys, made.outcomes[1:]) is None


def test_of_chosen_claims_alone_no_entry_is_idle(toys):
    """Where some were left out; of all of them an entry that no claim uses is refused."""
    (toys / "findings.toml").write_text('"I.gone" = { says = "holds", ours = [1, 2] }\n')
    some = judged(toys, files=["test_collect_toys.py"], chosen=lambda node: node.endswith("::test_waits"))
    assert [one.spec.id for one in some.outcomes] == ["I.waits"]
    with pytest.raises(InvalidInputError, match="cannot collect the claims"):
        judged(toys, files=["test_collect_toys.py"], chosen=lambda node: True)


def test_a_damaged_record_is_one_error_of_all_claims(toys):
    """Whether a claim asks for it or not; of chosen claims the record was checked before."""
    (toys / "record").mkdir()
    (toys / "record" / "toy.torn.json").write_text("{")
    with pytest.raises(RecordError, match=r"toy\.torn\.json"):
        judged(toys)
    assert judged(toys, files=["test_collect_toys.py"], chosen=lambda node: node.endswith("::test_waits")).outcomes


def test_another_test_among_the_claims_is_none(toys):
    """However it ends."""
    (toys / "test_plain_toys.py").write_text("def test_plain():\n    raise RuntimeError\n")
    assert [one.spec.id for one in judged(toys).outcomes] == ["I.waits", "I.asks", "I.broken", "I.lost"]


def test_what_each_claim_asks_for_is_known_before_it_is_judged(toys):
    """Each with its own requests, none with another's."""
    found = {one.spec.id: [request.experiment.name for request in one.requests] for one in claims(toys)}
    assert found == {"I.waits": [], "I.asks": ["baselines.constant"], "I.broken": [], "I.lost": []}


def test_of_some_settings_alone_is_asked(toys):
    """What claims of another setting need is not."""
    assert [one.experiment.name for one in asked(toys, settings={"paper"})] == ["baselines.constant"]
    assert asked(toys, settings={"barn"}) == []
    assert asked(toys) == asked(toys, settings={"paper", "barn"})
