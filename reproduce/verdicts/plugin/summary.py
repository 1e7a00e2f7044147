"""What is printed at the end of a session of claims: the table, the paper on one screen, what was judged."""

import textwrap
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reproduce.cache import cache_dir
from reproduce.record import Store
from reproduce.record.leaning import leaning
from reproduce.verdicts.files import findings, lines, settings
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.ours import claims
from reproduce.verdicts.plugin.session import collect, record_folder
from reproduce.verdicts.plugin.stash import SESSION, moves, narrowed
from reproduce.verdicts.runs import options
from reproduce.verdicts.views import screen
from reproduce.verdicts.views.arranged import Arrangement
from reproduce.verdicts.views.brief import MANY, brief
from reproduce.verdicts.views.needs import needs
from reproduce.verdicts.views.table import render
from reproduce.verdicts.views.tally import summary

__all__ = ["write"]


def write(terminalreporter: Any, config: pytest.Config, outcomes: list[Outcome]) -> None:
    """Print what the session's claims came to."""
    terminalreporter.ensure_newline()
    terminalreporter.write_line("")
    for line in _shown(config, outcomes, terminalreporter._tw.fullwidth):
        terminalreporter.write_line(line)


def _shown(config: pytest.Config, outcomes: list[Outcome], width: int) -> list[str]:
    verbose, arranged = config.option.verbose > 0, options.arrangement(config)
    if verbose or arranged or len(outcomes) <= MANY:
        table = render(outcomes, width, partial(options.before, config), verbose, arranged or Arrangement())
    else:
        table = brief(outcomes, width)
    said = _wrapped(f"{summary(outcomes)}\n{_judged_by(config)}", width)
    return [*table, *_paper(config, outcomes, width), *said, *_proposed(config, outcomes)]


def _proposed(config: pytest.Config, outcomes: list[Outcome]) -> list[str]:
    """Return what would change in the findings, with ``--claims-findings``."""
    if not config.getoption("claims_findings"):
        return []
    whole = not narrowed(config) and not any(str(argument).endswith(".py") for argument in config.args)
    diff = findings.proposed(outcomes, _folder(config) / findings.FILE, whole=whole)
    return diff or [f"{findings.FILE}: nothing would change"]


def _judged_by(config: pytest.Config) -> str:
    """Name the record that was judged and the folder of by-products: either may be another by the environment.

    Say so where what was measured again lies to one side of the record.
    """
    return "\n".join([*leaning(moves(config)), f"record: {record_folder(config)}; by-products: {cache_dir()}"])


def _wrapped(text: str, width: int) -> list[str]:
    """Return the text's lines, each folded to the terminal."""
    return [part for line in text.splitlines() for part in textwrap.wrap(line, width, subsequent_indent="  ")]


def _paper(config: pytest.Config, outcomes: list[Outcome], width: int) -> list[str]:
    """Return the paper on one screen, where its lines are listed and all of its claims were asked for."""
    folder = _folder(config)
    paper = lines.read(folder / lines.FILE)
    folded = lines.fold(paper, outcomes)
    if not paper or not any(one.own for one in folded[: len(folded) // 2]) or narrowed(config):
        return []
    shown = screen.screen(folded, settings.read(folder / settings.FILE), width, needs=_needs(config))
    return [" the paper ".center(width, "="), *shown, ""]


def _needs(config: pytest.Config) -> str:
    """Say what the statements that were not run need; "" in xdist's controller, which collects nothing."""
    items = claims(getattr(config.stash[SESSION], "items", []))
    return needs(collect(items), Store(record_folder(config)))


def _folder(config: pytest.Config) -> Path:
    """Return the folder of the claims that were asked for."""
    named = config.rootpath / str(config.args[0]).partition("::")[0]
    return named if named.is_dir() else named.parent
