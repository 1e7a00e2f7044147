"""What a benchmark is held to: value and target side by side, red only with ``--bench-strict``."""

import pytest

ROWS = pytest.StashKey[list]()


def pytest_addoption(parser):
    """Speed on a shared machine is a measurement, not a test: only who asks for it gets a failure."""
    parser.addoption("--bench-strict", action="store_true", help="fail where a benchmark misses its target")


@pytest.fixture
def held(request):
    """``held(what, value, at_least=1.0)`` or ``at_most``: keeps the line for the table, and holds it if strict."""
    rows = request.config.stash.setdefault(ROWS, [])

    def hold(what, value, at_least=None, at_most=None):
        target = at_least if at_most is None else at_most
        met = value >= target if at_most is None else value <= target
        rows.append((what, value, f"{'>=' if at_most is None else '<='} {target:g}", met))
        if request.config.getoption("--bench-strict"):
            assert met, f"{what}: {value:.3g}, the target is {rows[-1][2]}"

    return hold


def pytest_terminal_summary(terminalreporter, config):
    """The table: what, how much, the target, and whether it is met."""
    if rows := config.stash.get(ROWS, []):
        terminalreporter.section("targets")
        width = max(len(what) for what, *_ in rows)
        for what, value, target, met in rows:
            terminalreporter.line(f"{what:<{width}}  {value:>9.3g}  {target:<9}  {'met' if met else 'missed'}")
        met = sum(row[3] for row in rows)
        terminalreporter.line(f"{met} of {len(rows)} targets met; --bench-strict fails where one is missed")
