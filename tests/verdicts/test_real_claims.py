"""The paper's own claims, as their files and the list of its lines say them; nothing is measured."""

import ast
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from reproduce.record import Store
from reproduce.report.evidence import reader
from reproduce.verdicts.files.lines import fold, printed_in, read
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin import collect, sensitivity

CLAIMS = Path(__file__).parents[2] / "claims"
FILES = sorted(CLAIMS.glob("test_*.py"))
#: Statements and questions that belong to no line of the paper: none so far.
OUTSIDE: set[str] = set()

pytestmark = pytest.mark.skipif(not FILES, reason=f"no claims in {CLAIMS}")


@pytest.fixture(scope="module")
def asking():
    """Every claim with what it asks for, collected once."""
    return collect.claims(CLAIMS)


@pytest.fixture(scope="module")
def claims(asking):
    """What every claim says, each as an outcome that was not run."""
    return [Outcome(one.spec, "not run") for one in asking]


@pytest.fixture(scope="module")
def lines(claims):
    """The lines of the paper with their claims."""
    return fold(read(CLAIMS / "paper.toml"), claims)


def test_every_line_has_a_claim(lines):
    """No line of the paper is without a claim."""
    empty = {one.line.id for one in lines if not one.own + one.elsewhere}
    assert empty == set()


def test_every_statement_and_question_belongs_to_a_line(claims, lines):
    """What the paper states or leaves open stands in the list of its lines."""
    folded = {outcome.spec.id for one in lines for outcome in one.own + one.elsewhere}
    asked = {outcome.spec.id for outcome in claims if outcome.spec.kind in ("statement", "question")}
    assert asked - folded == OUTSIDE


def test_a_claim_is_of_its_lines_kind(lines):
    """A line that states has statements, one that asks has questions, a check has checks."""
    other = {
        (one.line.id, one.line.kind, outcome.spec.id, outcome.spec.kind)
        for one in lines
        for outcome in one.own + one.elsewhere
        if outcome.spec.kind != one.line.kind
    }
    assert other == set()


def test_every_line_has_a_place_and_a_sentence(lines):
    """A line says where the paper says it, and what: in its own words or in those of its one claim."""
    for one in lines:
        assert one.line.at, one.line.id
        assert one.sentence, one.line.id


def test_every_printed_figure_is_of_a_claim(claims):
    """No figure in the list of lines is one that no claim reads."""
    assert set(printed_in(CLAIMS)) - {outcome.spec.statement for outcome in claims} == set()


def test_sensitivity_is_what_the_record_says(asking):
    """`pytest claims --claims-sensitivity` would change nothing: that is what to run where this is red."""
    store = Store(CLAIMS / "record")
    asked = [(claim.spec, claim.judge) for claim in asking]
    assert sensitivity.lines(asked, reader(store)) == (CLAIMS / sensitivity.FILE).read_text(encoding="utf-8")


def test_no_helper_stands_in_two_files():
    """What two files of claims need is the package's, written once."""
    found = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("test_"):
                node.name = ""
                found.setdefault(ast.dump(node), set()).add(path.name)
    assert [names for names in found.values() if len(names) > 1] == []


def test_printed_figures_stand_in_the_list_of_lines_alone():
    """No claim file writes the figure that it equals: it reads it."""
    printed = set(printed_in(CLAIMS).values())
    written = [
        (path.name, node.lineno, argument.value)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "equals"
        for argument in [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "printed")]
        if isinstance(argument, ast.Constant) and str(argument.value) in printed
    ]
    assert printed
    assert written == []


def test_collecting_the_claims_warns_of_nothing():
    """No warning of our own making stands before the first verdict."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-W", "error", "-p", "no:cacheprovider", CLAIMS]
    plugin = [] if entry_points(group="pytest11", name="reproduce_claims") else ["-p", "reproduce.verdicts.plugin"]
    done = subprocess.run([*command, *plugin], capture_output=True, text=True, cwd=CLAIMS.parent)
    assert done.returncode == 0, done.stdout + done.stderr


#: What no printed sentence holds: an identifier of the code, or a name that joins words by hyphens three times.
IDENTIFIER = re.compile(r"\w_\w|\w+-\w+-\w+-\w+")
LONGEST = 40


def test_every_sentence_is_english(claims):
    """Each claim says a sentence: a capital, a full stop, no identifier, at most forty words."""
    for outcome in claims:
        said = outcome.spec.sentence
        assert said[0].isupper() or said[0].isdigit(), outcome.spec.id
        assert said.endswith("."), outcome.spec.id
        assert not IDENTIFIER.search(said), f"{outcome.spec.id}: {said}"
        assert len(said.split()) <= LONGEST, f"{outcome.spec.id}: {said}"


def test_parameters_are_said_in_words(claims):
    """A part of an id that is not English by itself, such as two words with a hyphen, stands in no sentence."""
    for outcome in claims:
        parts = [one for one in outcome.spec.statement.split(".") if re.fullmatch(r"[a-z]+(-[a-z]+)+|64aug|64x2", one)]
        told = [part for part in parts if part in outcome.spec.sentence]
        assert not told, f"{outcome.spec.id}: {outcome.spec.sentence}"
