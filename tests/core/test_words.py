"""What is printed for a reader uses the field's words: no private word of files and code, in any view, help or page."""

import re
from itertools import product
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from reproduce import cli
from reproduce.report.card import card, line
from reproduce.report.evidence import Evidence, Provenance
from reproduce.report.figures import FIGURES
from reproduce.report.matrix import columns, matrix
from reproduce.report.page import Parts, render
from reproduce.verdicts.files.lines import Line, fold
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import FIDELITIES, Outcome, Spec
from reproduce.verdicts.plugin.collect import Origin
from reproduce.verdicts.runs.compare import one as compared
from reproduce.verdicts.views import table, tally
from reproduce.verdicts.views.brief import brief
from reproduce.verdicts.views.screen import screen

ROOT = Path(__file__).parents[2]
PAGES = [
    path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))) if path.is_file()
]
#: Ordinary words that meant something private here.
PRIVATE = re.compile(r"\b(worth|elsewhere|unasked|lives? by)\b", re.IGNORECASE)
#: Words of findings.toml, of JSON and of the code, which a reader of verdicts never meets.
RECORDED = re.compile(r"\b(worth|elsewhere|asked|holds|fails|proxy|exact|assumed)\b", re.IGNORECASE)
CODE = re.compile(r"```.*?```|`[^`]*`|<!--.*?-->", re.DOTALL)
INFORMATION = {"time": "2026-01-02T03:04:05Z", "commit": "0123456789ab", "data": {}}
MEASURED = {"ours": 1.5, "values": (1.0, 2.0), "interval": (1.0, 2.0), "chance": 0.5}


def toys():
    """A claim of every kind on every evidence level with every verdict; checks aside, which do pass and fail."""
    for number, (kind, level, verdict) in enumerate(product(("statement", "question", "control"), FIDELITIES, Verdict)):
        setting = "paper" if level in FIDELITIES[:2] else "cows"
        spec = Spec(f"I.{number}{'' if setting == 'paper' else '@cows'}", "A toy.", "I", "%", level, kind=kind,
                    group="Table I", setting=setting, proxy="" if setting == "paper" else "on cows")  # fmt: skip
        found = {"says": "fails", "ours": [1, 2], "because": "a toy"} if verdict == Verdict.NOT_REPRODUCED else {}
        measured = {} if verdict == Verdict.NOT_RUN else MEASURED
        yield Outcome(
            spec, verdict, "at_least", ">= 0", lower=0.0, finding=found, fragile=("94 lions: holds",), **measured
        )


def folded(made):
    """The toys as lines of a paper."""
    return fold([Line(one.spec.statement, "I") for one in made[:9]], made)


def views():
    """Every view of verdicts by its name, as text."""
    made = list(toys())
    behind = Evidence(Origin("t.py::test_it", "t.py", 7), Provenance(), ("reproduce run toy",), "pytest t.py")
    yield "table", "\n".join(table.render(made, 160, before=lambda one: compared(one, one).cell, verbose=True))
    yield "narrow table", "\n".join(table.render(made, 80, verbose=True))
    yield "brief table", "\n".join(brief(made, 80))
    yield "summary", tally.summary(made)
    yield "Markdown", table.markdown(made)
    yield "screen", "\n".join(screen(folded(made), {}))
    yield "claims show", "\n".join(text for one in made for text in (line(one), *card(one, behind, {}, 80)))
    across = columns(folded(made), {})
    page = "".join(render(made, INFORMATION, Parts(columns=across, matrix=matrix(folded(made), across, {}))).values())
    said = re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]*>", " ", page, flags=re.DOTALL)
    yield "page", " ".join(said.split())


@pytest.mark.parametrize(("name", "text"), [pytest.param(*view, id=view[0]) for view in views()])
def test_a_view_says_what_a_reader_knows(name, text):
    """Supported, contradicted, yes, no; own data, assumption, substitute; required."""
    said = CODE.sub("", text).replace("a check passes or fails", "")
    assert not [found[0] for found in RECORDED.finditer(said)], name


@pytest.mark.parametrize("figure", FIGURES, ids=lambda one: one.name)
def test_a_figure_has_no_private_word(figure):
    """In its title, its caption and what stands where it is missing."""
    assert not PRIVATE.search(f"{figure.title} {figure.caption} {figure.missing}")


def commands(group, path=()):
    """Every command's words, and those of the group itself."""
    yield path
    for name, one in group.commands.items():
        yield from commands(one, (*path, name)) if hasattr(one, "commands") else [(*path, name)]


@pytest.mark.parametrize("words", list(commands(get_command(cli.app))), ids=" ".join)
def test_help_has_no_private_word(words):
    """Of any command."""
    said = CliRunner().invoke(cli.app, [*words, "--help"], env={"COLUMNS": "80"}).output
    assert not PRIVATE.search(said)


@pytest.mark.skipif(not PAGES, reason="no README beside the tests")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_no_private_word(page):
    """Outside of code and of names."""
    assert not PRIVATE.search(CODE.sub("", page.read_text(encoding="utf-8")))
