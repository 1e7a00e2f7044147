"""The pytest plugin: the ``claim`` fixture and marks, verdicts as outcomes, the claims table.

Loaded by entry point in every pytest session, so nothing heavy is imported before a claim asks for it.
"""

import contextlib
import json
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reproduce.verdicts.plugin import ours
from reproduce.verdicts.runs import options

if TYPE_CHECKING:
    from reproduce.verdicts.outcome import Outcome
    from reproduce.verdicts.plugin.fixture import Claim

PROPERTY = "reproduce.claim"
#: The claim's place among all: the table's order, whatever order the tests come in and whichever worker is first.
ORDER = "reproduce.order"
#: Set where some claims were deselected; what a worker of xdist tells its controller.
NARROWED = pytest.StashKey[bool]()
TOLD = "reproduce.narrowed"
OUTCOMES = pytest.StashKey[list["Outcome"]]()
MEASURES = pytest.StashKey[Any]()
SESSION = pytest.StashKey[pytest.Session]()

MARKS = (
    "claim(id, at, unit='', fidelity='exact', kind='statement'): a claim; {fields} of parametrize fill in the id",
    "judged_in(*names): the settings, or families of settings, that a claim is judged in",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options in pytest-benchmark's grammar."""
    group = parser.getgroup("claims", "claims of the paper")
    group.addoption("--claims-list", action="store_true", help="print every claim as a sentence; run none")
    group.addoption(
        "--claims-findings",
        action="store_true",
        help="print what would change in the findings as a diff",
    )
    group.addoption(
        "--claims-rules", action="store_true", help="write the rules of new claims, and of moved ones, into rules.toml"
    )
    group.addoption(
        "--claims-sensitivity",
        action="store_true",
        help="write each statement's verdict under other choices into sensitivity.toml, from the record",
    )
    group.addoption("--claims-strict", action="store_true", help="an inconclusive claim fails")
    group.addoption(
        "--claims-tier",
        choices=("check", "rehearsal"),
        default="check",
        help="check judges the record (default); rehearsal runs everything small on stand-in images",
    )
    group.addoption(
        "--claims-budget",
        type=float,
        default=360.0,
        metavar="SECONDS",
        help="how long to measure afresh in this session (default 360); 0 judges the record alone",
    )
    group.addoption(
        "--claims-record", default=None, metavar="DIR", help="the record (default: claims/record under the root)"
    )
    options.add_options(group)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    config.stash[OUTCOMES] = []
    options.prepare(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the session, whose exit status what is written at its end may change."""
    session.config.stash[SESSION] = session


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One row for each setting that a claim is judged in."""
    if ours.marked(metafunc.definition, "judged_in") or ours.is_claim(metafunc.definition):
        from reproduce.verdicts.plugin.marks import parametrize

        parametrize(metafunc)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let ``-k`` find a claim by its id, as the table prints it."""
    if ours.is_claim(item) and item.get_closest_marker("claim"):
        from reproduce.verdicts.plugin.marks import spec

        with contextlib.suppress(pytest.UsageError):  # told when the suite is checked
            item.extra_keyword_matches.add(spec(item).id)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Refuse a suite whose claims are not well formed, before anything options."""
    if claims := ours.claims(items):
        from reproduce.verdicts.plugin.marks import check

        try:
            check(claims)
        except pytest.UsageError as error:
            raise _refusal(session, error) from None


def _refusal(session: pytest.Session, error: Exception) -> pytest.UsageError:
    """Return the error that ends a session; a worker of xdist tells its controller by what it should fail with."""
    if hasattr(session.config, "workeroutput"):  # elsewhere pytest prints the error, and would print this beside it
        session.shouldfail = str(error)
    return pytest.UsageError(str(error))


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Note that some claims were left out: by the caller's words, not by what a configuration says of other tests."""
    if any(ours.is_claim(item) for item in items):
        config = items[0].config
        config.stash[NARROWED] = True
        if hasattr(config, "workeroutput"):  # xdist's controller collects nothing
            config.workeroutput[TOLD] = True


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a worker of xdist that claims were left out."""
    if getattr(node, "workeroutput", {}).get(TOLD):
        node.config.stash[NARROWED] = True


def pytest_collection_finish(session: pytest.Session) -> None:
    """Decide what is measured afresh, once all claims are known; under xdist every worker decides the same."""
    config = session.config
    if config.option.collectonly or config.option.claims_list:
        return
    items = ours.claims(session.items)
    if not items:
        return
    from reproduce.errors import ReproduceError
    from reproduce.verdicts.plugin.session import check_findings, measures

    if config.option.claims_rules and not _narrowed(config):
        from reproduce.verdicts.plugin.rules import write

        write(items)
    try:
        check_findings(items, whole=not (_narrowed(config) or config.option.claims_findings))
    except (ReproduceError, pytest.UsageError) as error:
        raise _refusal(session, error) from None
    for number, item in enumerate(items):
        item.user_properties.append((ORDER, str(number)))
    config.stash[MEASURES] = measures(config, items)
    if config.option.claims_sensitivity and not _narrowed(config):
        from reproduce.verdicts.plugin import sensitivity

        sensitivity.write(items, config.stash[MEASURES])


def _narrowed(config: pytest.Config) -> bool:
    """Tell whether single claims were asked for, of which unused findings cannot be told."""
    named = any("::" in str(argument) for argument in config.args)
    # The failed of last time are found without collecting every file; the option's plugin may be off.
    return named or config.stash.get(NARROWED, False) or bool(getattr(config.option, "lf", False))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """With ``--claims-list``: print the claims instead of running them."""
    if not session.config.option.claims_list:
        return None
    from reproduce.verdicts.plugin.marks import listing

    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        for line in listing(session.items):
            reporter.write_line(line)
    return True


@pytest.fixture
def claim(request: pytest.FixtureRequest) -> "Claim":
    """Measure, then end the claim with one verb: see reproduce.verdicts.plugin.fixture.Claim."""
    from reproduce.verdicts.plugin.fixture import Claim
    from reproduce.verdicts.plugin.marks import figures, spec

    if request.node.get_closest_marker("claim") is None:
        raise pytest.UsageError(f"{request.node.nodeid}: the claim fixture needs @pytest.mark.claim(id, at=...)")
    made = Claim(spec(request.node), request.config.stash[MEASURES], figures(request.node))
    request.node.stash[CLAIM] = made
    return made


CLAIM = pytest.StashKey["Claim"]()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """After a claim's function: its verdict becomes the test's outcome, and a user's error one line."""
    made = pyfuncitem.stash.get(CLAIM, None)
    if made is None:
        return (yield)
    from reproduce.errors import ReproduceError
    from reproduce.verdicts.plugin.session import broken, conclude

    try:
        result = yield
    except ReproduceError as error:
        broken(pyfuncitem, made, PROPERTY, str(error))
    conclude(pyfuncitem, made, PROPERTY)
    return result


def outcome_of(report: pytest.TestReport) -> "Outcome | None":
    """The claim's outcome that a report carries, if it is a claim's (a JSON string: xdist passes those).

    The last one: a test that was run again carries one of each run.
    """
    for name, value in reversed(report.user_properties):
        if name == PROPERTY:
            from reproduce.verdicts.outcome import Outcome

            return Outcome.from_json(json.loads(str(value)))
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """An inconclusive claim has a status of its own, '?', and so has a compatible one, '~'."""
    if report.when == "call" and report.passed and report.user_properties:
        found = outcome_of(report)
        if found is not None and found.verdict == "inconclusive":
            return "inconclusive", "?", "INCONCLUSIVE"
        if found is not None and found.verdict == "compatible":
            return "compatible", "~", "COMPATIBLE"
    return None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The claims table."""
    if hasattr(config, "workerinput"):
        return  # xdist's controller has the whole table
    outcomes = gathered(terminalreporter)
    config.stash[OUTCOMES] = outcomes
    if outcomes:
        from reproduce.verdicts.views.brief import MANY, brief
        from reproduce.verdicts.views.table import render, summary

        width = terminalreporter._tw.fullwidth
        terminalreporter.ensure_newline()
        terminalreporter.write_line("")
        verbose = config.option.verbose > 0
        whole = verbose or len(outcomes) <= MANY
        table = render(outcomes, width, partial(options.before, config), verbose) if whole else brief(outcomes, width)
        paper = _paper(config, outcomes, width)
        for line in [*table, *paper, *_wrapped(f"{summary(outcomes)}\n{_judged_by(config)}", width)]:
            terminalreporter.write_line(line)
        if config.getoption("claims_findings"):
            from reproduce.verdicts.files.findings import FILE, proposed

            whole = not _narrowed(config) and not any(str(argument).endswith(".py") for argument in config.args)
            diff = proposed(outcomes, _folder(config) / FILE, whole=whole)
            for line in diff or [f"{FILE}: nothing would change"]:
                terminalreporter.write_line(line)
    for line in _kept(config, outcomes):
        terminalreporter.write_line(line)


def _kept(config: pytest.Config, outcomes: list["Outcome"]) -> list[str]:
    """Compare and save the run; the lines to print. A claim that is gone, or a run that is not saved, is a failure."""
    changed, gone = options.changed(config, outcomes, whole=not _narrowed(config))
    written, saved = options.write(config, outcomes)
    if (gone or not saved) and config.stash[SESSION].exitstatus == pytest.ExitCode.OK:
        config.stash[SESSION].exitstatus = pytest.ExitCode.TESTS_FAILED
    return [*changed, *written]


def _judged_by(config: pytest.Config) -> str:
    """Name the record that was judged and the folder of by-products: either may be another by the environment.

    Say so where what was measured again lies to one side of the record.
    """
    from reproduce.cache import cache_dir
    from reproduce.record.leaning import leaning
    from reproduce.verdicts.plugin.session import record_folder

    leans = leaning(getattr(config.stash.get(MEASURES, None), "moves", {}))
    return "\n".join([*leans, f"record: {record_folder(config)}; by-products: {cache_dir()}"])


def _wrapped(text: str, width: int) -> list[str]:
    """Return the text's lines, each folded to the terminal."""
    import textwrap

    return [part for line in text.splitlines() for part in textwrap.wrap(line, width, subsequent_indent="  ")]


def _paper(config: pytest.Config, outcomes: list["Outcome"], width: int) -> list[str]:
    """The paper on one screen, where its lines are listed and all of its claims were asked for."""
    from reproduce.verdicts.files import lines, settings
    from reproduce.verdicts.views import screen

    folder = _folder(config)
    paper = lines.read(folder / lines.FILE)
    folded = lines.fold(paper, outcomes)
    if not paper or not any(one.own for one in folded[: len(folded) // 2]) or _narrowed(config):
        return []
    shown = screen.screen(folded, settings.read(folder / settings.FILE), width, needs=_needs(config))
    return [" the paper ".center(width, "="), *shown, ""]


def _needs(config: pytest.Config) -> str:
    """Say what the statements that were not run need; "" in xdist's controller, which collects nothing."""
    from reproduce.record import Store
    from reproduce.verdicts.plugin.ours import claims
    from reproduce.verdicts.plugin.session import collect, record_folder
    from reproduce.verdicts.views.needs import needs

    items = claims(getattr(config.stash[SESSION], "items", []))
    return needs(collect(items), Store(record_folder(config)))


def _folder(config: pytest.Config) -> Path:
    """The folder of the claims that were asked for."""
    named = config.rootpath / str(config.args[0]).partition("::")[0]
    return named if named.is_dir() else named.parent


def gathered(terminalreporter: Any) -> list["Outcome"]:
    """Every claim's outcome, in the order of their places; of a test that was run again the last."""
    found = {}
    for category, reports in terminalreporter.stats.items():
        for report in reports if category != "rerun" else ():
            if getattr(report, "when", None) == "call" and (outcome := outcome_of(report)) is not None:
                found[report.nodeid] = (int(dict(report.user_properties).get(ORDER, 0)), outcome)
    return [outcome for _, outcome in sorted(found.values(), key=lambda entry: entry[0])]
