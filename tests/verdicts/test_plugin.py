"""The plugin: verdicts become outcomes, and a suite that is not well formed is refused."""

import json
from importlib.util import find_spec

import pytest

HEAD = '''
"""Table X: a toy."""
import pytest
from reproduce.errors import DataMissingError
from reproduce.experiments import Result, experiment

@experiment("toy.plugin", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed, *, mean=0.5, spread=0.001):
    """Scores around ``mean``, further off with the seed."""
    return Result({"map_at_r": mean + spread * (seed - 1), "chance": 0.1, "precision_at_1": 0.75})

@experiment("toy.away", varies=("order",), needs=("pixels",), seconds=0.001)
def away(catalogue, seed):
    """Needs images that are not here."""
    return Result({"map_at_r": 0.5})

claimed = pytest.mark.claim("X.1", at="Table X", unit="MAP@R %", fidelity="assumed")
'''


def body(lines, marks="@claimed", sentence="The toy scores 50."):
    """A claim file with one claim whose function ends in ``lines``."""
    inner = "\n    ".join(lines)
    return f'{HEAD}\n{marks}\ndef test_toy(claim):\n    """{sentence}"""\n    {inner}\n'


OURS = "ours = claim(toy, '', score='map_at_r', seeds=3)"
FAR = "ours = claim(toy, '', score='map_at_r', seeds=3, mean=0.9)"
WIDE = "ours = claim(toy, '', score='map_at_r', seeds=3, spread=0.2)"
EQUALS = "claim.equals(ours, '50.0', margin=2, because='a toy')"
#: So much room that more seeds would settle it: inconclusive, where the narrower rule could at best be compatible.
ROOMY = "claim.equals(ours, '50.0', margin=40, because='a toy')"
DEVIATION = '"X.1" = {{ says = "not reproduced", ours = [{low}, {high}], because = "toys are" }}'
PROXY = """
[paper]
stands_for = "the paper's own"
cattle = "FriesianCattle2017"
[Cows]
stands_for = "other cattle"
differs = ["animals"]
where = "on Cows"
cattle = ""
"""


def text(result):
    return "\n".join(result.outlines)


#: What a claim waits for: the images, or, in the light core, the library that would fetch them.
AWAY = "reproduce datasets --get" if find_spec("wildlife_datasets") else "paper-claims[animals]"


@pytest.mark.parametrize(
    "lines, counts, words",
    [
        ([OURS, EQUALS], {"passed": 1}, "reproduced"),
        ([FAR, EQUALS], {"failed": 1}, "not reproduced"),
        ([WIDE, ROOMY], {"inconclusive": 1}, "inconclusive"),
        ([WIDE, EQUALS.replace("'50.0'", "'70.0'")], {"compatible": 1}, "compatible"),
        (["ours = claim(away, 'LionData', score='map_at_r')", EQUALS], {"skipped": 1}, AWAY),
        (["claim.waits('better days')"], {"skipped": 1}, "better days"),
    ],
)
def test_a_verdict_becomes_an_outcome(claim_session, lines, counts, words):
    """Reproduced passes, not reproduced fails, inconclusive has its own status, not run skips and says why."""
    result = claim_session(body(lines))
    assert {name: count for name, count in result.parseoutcomes().items() if name != "warnings"} == counts
    assert words in text(result)
    assert "X.1" in text(result)
    assert (result.ret == 0) == ("failed" not in counts)


def test_strict_makes_inconclusive_a_failure(claim_session):
    """``--claims-strict`` fails what would pass as inconclusive."""
    assert claim_session(body([WIDE, ROOMY]), "--claims-strict").parseoutcomes()["failed"] == 1


@pytest.mark.parametrize(
    "measured, low, high, counts, says",
    [
        (FAR, 89, 91, {"xfailed": 1}, "±2]: toys are"),
        (FAR, 88, 92, {"failed": 1}, "and the range 88 to 92 of findings.toml is wider than its rule gives"),
        (FAR, 40, 45, {"failed": 1}, "has left the range 40 to 45 of findings.toml"),
        (OURS, 40, 60, {"failed": 1}, "the finding has changed"),
        (WIDE, 40, 60, {"failed": 1}, "the finding has changed"),
    ],
)
def test_a_deviation_is_strict(claim_session, measured, low, high, counts, says):
    """A known finding passes as xfail only while it stands, inside its range."""
    result = claim_session(body([measured, EQUALS]), "-rxf", findings=DEVIATION.format(low=low, high=high))
    assert result.parseoutcomes() == counts
    assert says in text(result)


def test_a_deviation_does_not_bind_what_only_waits(claim_session):
    """Of what cannot be run yet a deviation is neither kept nor broken."""
    result = claim_session(body(["claim.waits('better days')"]), findings=DEVIATION.format(low=1, high=2))
    assert result.parseoutcomes() == {"skipped": 1}


def test_a_deviation_binds_what_the_record_should_have(claim_session):
    """Without data and record a claim is skipped; with a deviation it has vanished, and fails by name."""
    away = body(["ours = claim(away, 'LionData', score='map_at_r')", EQUALS])
    assert claim_session(away).parseoutcomes() == {"skipped": 1}
    result = claim_session(away, findings=DEVIATION.format(low=1, high=2))
    assert result.parseoutcomes() == {"failed": 1}
    assert "X.1 has no verdict, and findings.toml says 'not reproduced': no record of toy.away" in text(result)


@pytest.mark.parametrize(
    "lines, says",
    [
        ([OURS], "no verdict"),
        ([OURS, EQUALS, EQUALS], "one claim, one verdict"),
        ([OURS, "claim.equals(ours, '50.0', margin=2, because='')"], "say why"),
        (["ours = claim(toy, '', score='speed', seeds=3)", EQUALS], "gives no score 'speed'"),
        (["ours = claim(toy, '', score='map_at_r', depth=3)", EQUALS], "no factor 'depth'"),
        (["ours = claim(toy, '', score='map_at_r', seeds=3, spread=0)", EQUALS], "under all 3 seeds"),
        ([OURS, "claim.exactly(ours, '50.0')"], "exactly needs one value"),
    ],
)
def test_a_broken_claim_fails_in_one_line(claim_session, lines, says):
    """No verb, two verbs, no reason, an unknown score or factor, a seed that reaches nothing: named, in one line."""
    result = claim_session(body(lines))
    assert result.parseoutcomes() == {"failed": 1}
    assert says in text(result)
    assert "Traceback" not in text(result)


@pytest.mark.parametrize(
    "marks, sentence, says",
    [
        ("", "A sentence.", "needs @pytest.mark.claim"),
        ("@claimed", "", "needs a docstring"),
        ("@pytest.mark.claim('X.1')", "A sentence.", "at"),
        ("@pytest.mark.claim('X.1', at='T', fidelity='great')", "A sentence.", "fidelity 'great'"),
        ("@pytest.mark.claim('X.1', at='T', fidelity='proxy')", "A sentence.", "a setting makes it a proxy"),
        ("@pytest.mark.claim('X.1', at='T', kind='guess')", "A sentence.", "kind 'guess' is not one of statement"),
        ("@pytest.mark.claim('X.{no}', at='T')", "A sentence.", "cannot fill in"),
    ],
)
def test_a_suite_that_is_not_well_formed_is_refused(claim_session, marks, sentence, says):
    """A missing mark, sentence or place, an unknown fidelity or kind: said before anything runs."""
    result = claim_session(body([OURS, EQUALS], marks, sentence))
    assert result.ret != 0
    assert says in text(result) + "\n".join(result.errlines)


def test_an_id_is_used_once(claim_session):
    """Two claims of one id are refused."""
    source = body([OURS, EQUALS])
    result = claim_session(source + source[source.index("@claimed\ndef") :].replace("test_toy", "test_again"))
    assert result.ret != 0
    assert "is taken by" in text(result) + "\n".join(result.errlines)


def test_a_proxy_holds_or_fails_and_never_reproduces(claim_session):
    """On stand-in data the words are other words, and a printed figure cannot be equalled."""
    proxy = "from reproduce.verdicts import judged_in\n@claimed\n@judged_in('Cows')"
    ours = "ours = claim(toy, setting.cattle, score='map_at_r', seeds=3)"

    def judged(verb):
        source = body([ours, verb], proxy).replace("test_toy(claim)", "test_toy(claim, setting)")
        return claim_session(source, "--claims-json=run.json", settings=PROXY)

    judged("claim.at_least(ours, 40, because='a toy')").assert_outcomes(passed=1)
    (one,) = json.loads((claim_session.path / "run.json").read_text())["claims"]
    assert (one["spec"]["id"], one["says"]) == ("X.1@Cows", "holds")
    assert (one["spec"]["fidelity"], one["spec"]["proxy"]) == ("proxy", "on Cows")
    assert "a proxy cannot equal" in text(judged(EQUALS))


@pytest.mark.parametrize("kind", ["question", "control", "check"])
@pytest.mark.parametrize("measured, says", [(OURS, "holds"), (FAR, "fails")])
def test_what_is_no_statement_holds_or_fails(claim_session, kind, measured, says):
    """A question, a control and a check hold or fail, on the paper's own data too."""
    source = body([measured, EQUALS], f"from reproduce.verdicts import {kind}\n@{kind}('X.1', at='T', unit='%')")
    result = claim_session(source, "--claims-json=run.json")
    result.assert_outcomes(passed=says == "holds", failed=says == "fails")
    (one,) = json.loads((claim_session.path / "run.json").read_text())["claims"]
    assert (one["spec"]["kind"], one["says"]) == (kind, says)
    assert " reproduced" not in text(result)


def test_chance_and_precision_ride_along(claim_session, monkeypatch):
    """Chance and P@1 stand in the table beside the score, in the claim's unit."""
    monkeypatch.setenv("COLUMNS", "120")
    row = next(line for line in claim_session(body([OURS, EQUALS])).outlines if line.startswith("X.1"))
    assert "10.00" in row
    assert "75.00" in row


def test_the_list_runs_nothing(claim_session):
    """``--claims-list`` prints each claim as a sentence; nothing is measured."""
    result = claim_session(body([OURS, EQUALS]), "--claims-list")
    assert result.ret == 0
    result.assert_outcomes()
    assert not list(claim_session.path.glob("**/toy*.json"))
    assert "The toy scores 50." in text(result)
    assert "X.1" in text(result)


def test_a_rehearsal_gives_no_verdict(claim_session):
    """Generated animals rehearse the code and never carry a verdict."""
    result = claim_session(body([OURS, EQUALS]), "--claims-tier=rehearsal")
    assert result.parseoutcomes() == {"skipped": 1}
    assert "no verdict" in text(result)


def test_no_budget_measures_nothing(claim_session):
    """Without budget and record a claim says how to make the record."""
    result = claim_session(body([OURS, EQUALS]), "--claims-budget=0")
    assert result.parseoutcomes() == {"skipped": 1}
    assert "reproduce run toy.plugin" in text(result)


def test_the_table_is_the_same_under_xdist(claim_session):
    """Two workers print the table that one process prints."""
    source = body([OURS, EQUALS]) + body([FAR, EQUALS])[len(HEAD) :].replace("test_toy", "test_b").replace(
        "@claimed", "@pytest.mark.claim('X.2', at='T', unit='MAP@R %')"
    )

    def table(result):
        return [line for line in result.outlines if line.startswith(("Claim ", "X.", "-------------------- claims"))]

    assert table(claim_session(source)) == table(claim_session(source, "-n2"))


def test_sessions_without_claims_print_no_table(claim_session):
    """The plugin is silent where there is nothing of its own."""
    result = claim_session("def test_plain():\n    assert True\n")
    assert "claims '" not in text(result)


def test_the_power_planned_for_is_printed(claim_session):
    """A margin set from an expected spread says how likely it was to be met, measured or not."""
    planned = "claim.equals(ours, '50.0', margin=2, spread=0.5, because='a toy')"
    assert "planned power: X.1 9" in text(claim_session(body([OURS, planned])))
    assert "planned power: X.1 9" in text(claim_session(body([OURS, planned]), "--claims-budget=0"))


WORDED = """
@pytest.mark.claim("X.{row}", at="X", words={"64aug": "augmented"})
@pytest.mark.parametrize("row", ["64aug", "32"])
def test_rows(claim, row):
    '''The {row} row is a toy.'''
    claim.at_least(claim(toy, "", score="map_at_r"), 0, because="a toy")
"""


def test_a_parameter_is_said_in_words(claim_session):
    """The sentence has the words of a parameter's value where there are some, the id the value itself."""
    result = claim_session(HEAD + WORDED, "--claims-list")
    said = [line.split(None, 1) for line in result.outlines if line.startswith("  X.")]
    assert [(name, sentence.partition("  [")[0]) for name, sentence in said] == [
        ("X.64aug", "The augmented row is a toy."),
        ("X.32", "The 32 row is a toy."),
    ]


def test_an_id_is_found_by_k_as_it_is_printed(claim_session):
    """``-k`` takes the id of the table, in part too; another id selects nothing."""
    for asked, count in (("X.1", 1), ("X.", 1), ("Y.1", 0)):
        result = claim_session(body([OURS, EQUALS]), "-k", asked)
        result.assert_outcomes(passed=count, deselected=1 - count)
