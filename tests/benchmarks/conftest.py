"""What a benchmark is held to: value and target side by side, red only with ``--bench-strict``; kept as JSON."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from benchmarks.page import SLUG, met, processor

ROWS = pytest.StashKey[list]()


def pytest_addoption(parser):
    """Speed on a shared machine is a measurement, not a test: only who asks for it gets a failure."""
    parser.addoption("--bench-strict", action="store_true", help="fail where a benchmark misses its target")
    # From where the session began: a test may work in another folder.
    keep_in = {"metavar": "DIR", "type": lambda folder: Path(folder).absolute()}
    parser.addoption("--bench-keep", **keep_in, help="keep what was measured in DIR, one JSON file a processor")
    parser.addoption("--bench-note", default="", metavar="TEXT", help="what to say of the run, kept with it")


@pytest.fixture
def held(request):
    """``held(what, value, at_least=1.0)`` or ``at_most``: keeps the line for the table, and holds it if strict.

    ``shown``: that the line can miss: the value of the plain way, which must be on the other side of the target.
    ``note`` stands behind the value. Megabytes are more than 0, or nothing was measured.
    """
    rows = request.config.stash.setdefault(ROWS, [])

    def hold(what, value, at_least=None, at_most=None, shown=None, note=""):
        target = at_least if at_most is None else at_most
        assert value > 0 or not what.endswith(" MB"), f"{what}: {value:.3g} MB is no measurement"

        def meets(one):
            return one >= target if at_most is None else one <= target

        assert shown is None or not meets(shown), f"{what}: the plain way takes {shown:.3g} and does not miss either"
        sign = ">=" if at_most is None else "<="
        row = {"what": what, "value": float(value), "sign": sign, "target": float(f"{target:.4g}")}
        row |= {"plain": None if shown is None else float(f"{shown:.3g}"), "note": note}
        rows.append(row)
        if folder := request.config.getoption("--bench-keep"):  # at once: what ends a long bench loses no line
            keep(folder, [row], request.config.getoption("--bench-note"))
        if request.config.getoption("--bench-strict"):
            assert meets(value), f"{what}: {value:.3g}, the target is {sign} {target:g}"

    return hold


def pytest_terminal_summary(terminalreporter, config):
    """The table: what, how much, the target, and whether it is met; kept where that is asked for."""
    if not (rows := config.stash.get(ROWS, [])):
        return
    terminalreporter.section("targets")
    width = max(len(row["what"]) for row in rows)
    for row in rows:
        target = f"{row['sign']} {row['target']:g}"
        plain = "" if row["plain"] is None else f" (plain {row['plain']:.3g} misses)"
        verdict, note = "met" if met(row) else "missed", row["note"] and f" ({row['note']})"
        terminalreporter.line(f"{row['what']:<{width}}  {row['value']:>9.3g}  {target:<9}  {verdict}{note}{plain}")
    count = sum(map(met, rows))
    terminalreporter.line(f"{count} of {len(rows)} targets met; --bench-strict fails where one is missed")
    if folder := config.getoption("--bench-keep"):
        terminalreporter.line(f"kept in {keep(folder, rows, config.getoption('--bench-note'))}")


def keep(folder, rows, note):
    """Add the rows to the processor's file in the folder: a line measured again takes the place of the old one."""
    machine = processor() | {"note": note}
    path = folder / f"{SLUG.sub('-', machine['processor'].lower()).strip('-')}.json"
    kept = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else []
    now = datetime.now(UTC).strftime("%Y-%m-%d")
    fresh = {row["what"]: row | {"value": float(f"{row['value']:.3g}"), "date": now} for row in rows}
    merged = [fresh.pop(row["what"], row) for row in kept] + list(fresh.values())
    folder.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(row) for row in merged)
    head = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in machine.items())
    path.write_text(f'{{\n{head},\n"rows": [\n{lines}\n]\n}}\n', encoding="utf-8")
    return path
