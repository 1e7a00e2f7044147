"""Findings: strict both ways, within a range that follows from the values, and shown as a diff that writes nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.errors import InvalidInputError
from reproduce.verdicts.files.findings import Finding, expected, read, unused
from reproduce.verdicts.outcome import Outcome, Spec

CLAIMS = '''
"""Table X: a toy."""
from reproduce.experiments import Result, experiment
from reproduce.verdicts import control, statement

@experiment("toy.findings", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed, *, mean=0.5):
    """Scores around ``mean``."""
    return Result({"map_at_r": mean + 0.001 * (seed - 1)})

@statement("X.near", at="Table X", unit="MAP@R %")
def test_near(claim):
    """The toy scores 50."""
    claim.equals(claim(toy, "", score="map_at_r", seeds=3), "50.0", margin=2, because="a toy")

@control("X.far", at="Table X", unit="MAP@R %")
def test_far(claim):
    """The toy scores 50 elsewhere."""
    claim.equals(claim(toy, "", score="map_at_r", seeds=3, mean=0.9), "50.0", margin=2, because="a toy")
'''
NEAR = '"X.near" = { says = "reproduced", ours = [49, 51] }\n'
FAR = '"X.far" = { says = "fails", ours = [89, 91], because = "toys are" }\n'
GONE = '"X.gone" = { says = "holds", ours = [1, 2] }\n'


def words(result):
    """All that a session printed."""
    return "\n".join([*result.outlines, *result.errlines])


def test_what_was_found_before_is_green(claim_session):
    """A verdict that stands passes; a deviation that stands is an expected failure with its reason."""
    result = claim_session(CLAIMS, "-rx", findings=NEAR + FAR)
    assert result.parseoutcomes() == {"passed": 1, "xfailed": 1}
    assert result.ret == 0
    assert "toys are" in words(result)


@pytest.mark.parametrize(
    "near, far, line",
    [
        (NEAR.replace("49", "50.5"), FAR, "X.near reproduced: .* has left the range 50.5 to 51 of findings.toml"),
        (NEAR, FAR.replace("91", "89.5"), "X.far fails: .* has left the range 89 to 89.5 of findings.toml"),
        (
            NEAR.replace('"reproduced"', '"not reproduced"').replace(" }", ', because = "x" }'),
            FAR,
            "X.near reproduced: .* but findings.toml says 'not reproduced': the finding has changed",
        ),
        (
            NEAR.replace('"reproduced"', '"holds"'),
            FAR,
            "X.near reproduced: .* but findings.toml says 'holds': the finding has changed",
        ),
        (
            NEAR,
            FAR.replace('"fails"', '"holds"'),
            "X.far fails: .* but findings.toml says 'holds': the finding has changed",
        ),
        (NEAR, "", "X.far fails: .* if this is a finding, record it in findings.toml"),
        ("", FAR, "X.near reproduced: .* if this is a finding, record it in findings.toml"),
        (
            NEAR.replace("[49, 51]", "[-1e9, 1e9]"),
            FAR,
            r"X.near reproduced: .* and the range -1e\+09 to 1e\+09 of findings.toml is wider than its rule gives",
        ),
    ],
)
def test_what_is_no_longer_so_is_red(claim_session, near, far, line):
    """A figure moved in the file, a mean out of its range, another verdict, a deviation unrecorded: one line each."""
    result = claim_session(CLAIMS, findings=near + far)
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.re_match_lines_random([line])
    assert "Traceback" not in words(result)


def test_a_mean_that_moves_is_red(claim_session):
    """The file as it was, a claim that holds and still holds: its mean has left the range."""
    moved = CLAIMS.replace('score="map_at_r", seeds=3)', 'score="map_at_r", seeds=3, mean=0.515)')
    result = claim_session(moved, findings=NEAR + FAR)
    assert result.parseoutcomes() == {"failed": 1, "xfailed": 1}
    assert "X.near reproduced" in words(result)
    assert "and 51.5 has left the range 49 to 51 of findings.toml" in words(result)


@pytest.mark.parametrize(
    "text, says",
    [
        (NEAR + FAR + GONE, "no claim uses X.gone; remove what is gone"),
        (NEAR + FAR.replace(', because = "toys are"', ""), '"X.far" is a deviation: say why'),
        (NEAR + FAR.replace('"toys are"', '""'), '"X.far" is a deviation: say why'),
        (NEAR + FAR.replace("[89, 91]", "[91, 89]"), '"X.far": the range 91.0 to 89.0 is empty'),
        (NEAR + FAR.replace("[89, 91]", "[89]"), '"X.far": Expected `array` of length 2, got 1, at `ours`'),
        (NEAR + FAR.replace('says = "fails", ', ""), '"X.far": Object missing required field `says`'),
        (NEAR + '"X.far" = 3', '"X.far": Expected `object`, got `int`'),
        (NEAR + '"X.far" = {', "not TOML"),
        (NEAR + NEAR, "not TOML"),
    ],
)
def test_a_file_that_is_not_well_formed_is_refused(claim_session, text, says):
    """Unused, without a reason, empty or no TOML: the session ends before anything runs, in one line with the file."""
    result = claim_session(CLAIMS, findings=text)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in words(result).splitlines() if says in line]
    assert f"{claim_session.path / 'findings.toml'}: " in line
    assert "Traceback" not in words(result)
    assert not {"passed", "failed", "xfailed"} & set(result.parseoutcomes())


@pytest.mark.parametrize(
    "options",
    [
        ["-k", "near"],
        ["test_toy.py::test_near"],
        ["test_toy.py"],
        ["-m", "claim(kind='statement')"],
        ["--deselect=test_toy.py::test_far"],
    ],
)
def test_of_a_part_nothing_is_known_to_be_unused(claim_session, options):
    """Where only some claims are asked for, an entry of another is not complained of."""
    (claim_session.path / "test_other.py").write_text(
        CLAIMS.replace("X.", "Y.").replace("toy.findings", "toy.others").split("@control")[0]
    )
    result = claim_session(CLAIMS, *options, findings=NEAR + FAR + GONE + NEAR.replace("X.", "Y."))
    assert "failed" not in result.parseoutcomes()
    assert result.ret == 0
    assert "X.gone" in words(claim_session(CLAIMS))


def test_what_cannot_be_read_is_refused_of_a_part_too(claim_session):
    """A damaged file is one error, however few claims are asked for."""
    for options in (["-k", "near"], ["--claims-findings"]):
        result = claim_session(CLAIMS, *options, findings='"X.far" = {')
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert "findings.toml: not TOML" in words(result)
        assert "Traceback" not in words(result)


@pytest.mark.parametrize("before", [None, NEAR + FAR + GONE, NEAR.replace("49", "50.5") + FAR])
def test_the_proposal_is_a_diff_and_writes_nothing(claim_session, before):
    """``--claims-findings`` shows what would change, also where entries are unused; the file keeps its bytes."""
    path = claim_session.path / "findings.toml"
    result = claim_session(CLAIMS, "--claims-findings", **({} if before is None else {"findings": before}))
    assert (path.read_text() if path.exists() else None) == before
    added = [line[1:] for line in result.outlines if line.startswith("+") and not line.startswith("+++")]
    removed = [line[1:] for line in result.outlines if line.startswith("-") and line.startswith('-"')]
    result.stdout.fnmatch_lines(["--- *findings.toml", "+++ *findings.toml (proposed)", "@@ *"])
    if before is None:
        assert '"X.far" = { says = "fails", ours = [89.18, 90.82], because = "unexplained" }' in added
        assert not removed
    elif "X.gone" in before:
        assert removed == [GONE.strip()]
        assert not [line for line in added if line.startswith('"')]
    else:
        assert removed == [before.splitlines()[0]]
        assert '"X.near" = { says = "reproduced", ours = [49.18, 50.82] }' in added


def test_what_is_proposed_is_accepted(claim_session):
    """The proposal, applied, is green and nothing more would change."""
    added = [line[1:] for line in claim_session(CLAIMS, "--claims-findings").outlines if line.startswith("+")]
    text = "\n".join(line for line in added if not line.startswith("++")) + "\n"
    result = claim_session(CLAIMS, "--claims-findings", findings=text)
    assert result.parseoutcomes() == {"passed": 1, "xfailed": 1}
    assert "findings.toml: nothing would change" in words(result)


@pytest.mark.parametrize("options", [["-k", "near"], ["test_toy.py::test_near"]])
def test_of_a_part_the_proposal_leaves_the_rest(claim_session, options):
    """Asked of one claim, the diff changes that claim's line and no other."""
    before = "# By hand\n" + NEAR.replace("49", "50.5") + FAR + GONE
    result = claim_session(CLAIMS, "--claims-findings", *options, findings=before)
    changed = [line for line in result.outlines if line.startswith(("+", "-")) and line[1:2] == '"']
    assert changed == [
        '-"X.near" = { says = "reproduced", ours = [50.5, 51] }',
        '+"X.near" = { says = "reproduced", ours = [49.18, 50.82] }',
    ]
    assert "X.far" in words(claim_session(CLAIMS, "--claims-findings", "-k", "far", findings=NEAR))


def test_an_error_names_file_and_entry(tmp_path):
    """Read by hand as well."""
    path = tmp_path / "findings.toml"
    path.write_text('"X.a" = { says = "fails", ours = [1, 2] }')
    with pytest.raises(InvalidInputError, match=r'findings\.toml: "X\.a" is a deviation'):
        read(path)
    assert read(tmp_path / "none.toml") == {}
    assert unused({"a": Finding("holds", (0, 1)), "b": Finding("holds", (0, 1))}, ["b"]) == ["a"]


def outcome(values):
    """An outcome of these values, their mean ours."""
    mean = math.fsum(values) / len(values)
    return Outcome(Spec("x", "s", "at"), "reproduced", ours=mean, values=tuple(values))


value = st.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-6)


@given(st.lists(value, min_size=1, max_size=14))
def test_the_range_contains_the_mean(values):
    """Whatever was measured, what was measured is expected, with room for another processor's last digits."""
    one = outcome(values)
    low, high = expected(one)
    assert low < one.ours < high


@given(st.lists(st.integers(-100, 100), min_size=2, max_size=14).filter(lambda x: len(set(x)) > 1), st.integers(2, 9))
def test_more_spread_is_a_wider_range(values, factor):
    """The same mean with seeds further apart leaves more room."""
    mean = math.fsum(values) / len(values)
    wide = [mean + factor * (each - mean) for each in values]

    def width(each):
        low, high = expected(outcome(each))
        return high - low

    assert width(wide) >= width(values)
    spread = max(abs(each - mean) for each in values)
    if spread > 1 and abs(mean) < 50:  # where the seeds decide, not the floor
        assert width(wide) > width(values)


@pytest.mark.parametrize("n", [2, 5, 14])
def test_a_fresh_mean_lies_inside_99_times_in_100(n):
    """Seeded simulation: of two samples of one normal law the second's mean is where the first expects it."""
    rng = np.random.default_rng(n)
    trials = 4000
    first, second = rng.normal(50.0, 5.0, (2, trials, n))
    inside = 0
    for sample, again in zip(first.tolist(), second.mean(axis=1), strict=True):
        low, high = expected(outcome(sample))
        inside += low <= again <= high
    assert inside / trials == pytest.approx(0.99, abs=0.005)
