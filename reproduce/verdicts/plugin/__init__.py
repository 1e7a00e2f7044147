"""The pytest plugin: the ``claim`` fixture and marks, verdicts as outcomes, the claims table.

Loaded by entry point in every pytest session, so nothing heavy is imported before a claim asks for it.
"""

import contextlib
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from reproduce.verdicts.plugin import hooks, ours
from reproduce.verdicts.plugin import options as asked
from reproduce.verdicts.plugin.stash import (
    CLAIM,
    MEASURES,
    MOVED,
    MOVES,
    NARROWED,
    ORDER,
    OUTCOMES,
    PROPERTY,
    SESSION,
    TOLD,
    gathered,
    moves,
    narrowed,
    outcome_of,
)
from reproduce.verdicts.runs import options

if TYPE_CHECKING:
    from reproduce.verdicts.outcome import Outcome
    from reproduce.verdicts.plugin.fixture import Claim

MARKS = (
    "claim(id, at, unit='', fidelity='exact', kind='statement'): a claim; {fields} of parametrize fill in the id",
    "judged_in(*names): the settings, or families of settings, that a claim is judged in",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add options in pytest-benchmark's grammar, and those of the ini file."""
    asked.add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hooks by which others may add to the plugin."""
    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    config.stash[OUTCOMES] = []
    asked.settle(config)
    options.prepare(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the session, whose exit status what is written at its end may change."""
    session.config.stash[SESSION] = session


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one row for each setting that a claim is judged in."""
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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell xdist's controller what this worker measured again; a float of NumPy's is none that it can send."""
    if hasattr(session.config, "workeroutput") and (found := moves(session.config)):
        session.config.workeroutput[MOVED] = {name: [float(one) for one in row] for name, row in found.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a worker of xdist that claims were left out, and what it measured again."""
    said = getattr(node, "workeroutput", {})
    if said.get(TOLD):
        node.config.stash[NARROWED] = True
    node.config.stash.setdefault(MOVES, {}).update(said.get(MOVED, {}))


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

    if config.option.claims_rules and not narrowed(config):
        from reproduce.verdicts.plugin.rules import write

        write(items)
    try:
        check_findings(items, whole=not (narrowed(config) or config.option.claims_findings))
    except (ReproduceError, pytest.UsageError) as error:
        raise _refusal(session, error) from None
    for number, item in enumerate(items):
        item.user_properties.append((ORDER, str(number)))
    config.stash[MEASURES] = measures(config, items)
    if config.option.claims_sensitivity and not narrowed(config):
        from reproduce.verdicts.plugin import sensitivity

        sensitivity.write(items, config.stash[MEASURES])


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Print the claims instead of running them, with ``--claims-list``."""
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


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Make a claim's verdict the test's outcome after its function, and a user's error one line."""
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep of a recorded deviation's traceback its last frame: none is shown, and pytest weighs every one of them."""
    if CLAIM in item.stash and call.excinfo is not None and isinstance(call.excinfo.value, pytest.xfail.Exception):
        last = call.excinfo.tb
        while last.tb_next is not None:
            last = last.tb_next
        call.excinfo = pytest.ExceptionInfo.from_exc_info((call.excinfo.type, call.excinfo.value, last))
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Give an inconclusive claim a status of its own, '?', and a compatible one its own too, '~'."""
    if report.when == "call" and report.passed and report.user_properties:
        found = outcome_of(report)
        if found is not None and found.verdict == "inconclusive":
            return "inconclusive", "?", "INCONCLUSIVE"
        if found is not None and found.verdict == "compatible":
            return "compatible", "~", "COMPATIBLE"
    return None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the claims table."""
    if hasattr(config, "workerinput"):
        return  # xdist's controller has the whole table
    outcomes = config.stash[OUTCOMES] = gathered(terminalreporter)
    if outcomes:
        from reproduce.verdicts.plugin.summary import write

        write(terminalreporter, config, outcomes)
    for line in _kept(config, outcomes):
        terminalreporter.write_line(line)


def _kept(config: pytest.Config, outcomes: list["Outcome"]) -> list[str]:
    """Compare and save the run; the lines to print. A claim that is gone, or a run that is not saved, is a failure."""
    changed, gone = options.changed(config, outcomes, whole=not narrowed(config))
    written, saved = options.write(config, outcomes)
    if (gone or not saved) and config.stash[SESSION].exitstatus == pytest.ExitCode.OK:
        config.stash[SESSION].exitstatus = pytest.ExitCode.TESTS_FAILED
    return [*changed, *written]
