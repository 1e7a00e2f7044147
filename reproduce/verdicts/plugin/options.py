"""The options of a session of claims, and those that pytest's ini file may set: where neither does, their defaults.

Loaded in every pytest session, so nothing but pytest is imported here.
"""

import os

import pytest

from reproduce.verdicts.runs import options

__all__ = ["INI", "add_options", "settle"]

TIERS = "check", "rehearsal"
#: What an ini file may say, as ``claims_budget = 60``, and what holds where it does not. Paths are beside that file.
INI = {
    "tier": "check", "budget": "360", "strict": False, "record": None, "storage": None, "columns": None, "sort": None,
    "group_by": None,
}  # fmt: skip
PATHS = "record", "storage"


def add_options(parser: pytest.Parser) -> None:
    """Add options in pytest-benchmark's grammar."""
    group = parser.getgroup("claims", "claims of the paper")
    group.addoption("--claims-list", action="store_true", help="print every claim as a sentence; run none")
    group.addoption("--claims-findings", action="store_true", help="print what would change in the findings as a diff")
    group.addoption(
        "--claims-rules", action="store_true", help="write the rules of new claims, and of moved ones, into rules.toml"
    )
    group.addoption(
        "--claims-sensitivity",
        action="store_true",
        help="write each statement's verdict under other choices into sensitivity.toml, from the record",
    )
    group.addoption("--claims-strict", action="store_true", default=None, help="an inconclusive claim fails")
    group.addoption(
        "--claims-tier",
        choices=TIERS,
        help="check judges the record (default); rehearsal runs everything small on stand-in images",
    )
    group.addoption(
        "--claims-budget",
        type=float,
        metavar="SECONDS",
        help="how long to measure afresh in this session (default 360); 0 judges the record alone",
    )
    group.addoption("--claims-record", metavar="DIR", help="the record (default: claims/record under the root)")
    group.addoption(
        "--claims-columns", metavar="NAMES", help="the table's columns by comma, of all claims: claim,ours,verdict"
    )
    group.addoption("--claims-sort", metavar="KEY", help="order within a group: claim, ours, verdict, margin")
    group.addoption(
        "--claims-group-by", metavar="KEY", help="groups: file (default), place, setting, kind, evidence, verdict"
    )
    options.add_options(group)
    for name, default in INI.items():
        said = f"as --claims-{name.replace('_', '-')}"
        if default is False:
            parser.addini(f"claims_{name}", said, type="bool", default=default)
        else:
            parser.addini(f"claims_{name}", said, default=default)


def settle(config: pytest.Config) -> None:
    """Give every option that the command line left out its value from the ini file, else its default."""
    for name in INI:
        if getattr(config.option, f"claims_{name}") is None:
            value = config.getini(f"claims_{name}") or None
            if name == "record" and os.environ.get("REPRODUCE_RECORD"):
                value = None
            if value and name in PATHS and config.inipath is not None:
                value = str(config.inipath.parent / value)
            setattr(config.option, f"claims_{name}", value)
    budget, tier = config.option.claims_budget, config.option.claims_tier
    if tier not in TIERS:
        raise pytest.UsageError(f"claims_tier: {tier!r} is not one of {', '.join(TIERS)}")
    try:
        config.option.claims_budget = float(budget)
    except ValueError:
        raise pytest.UsageError(f"claims_budget: {budget!r} is no number of seconds") from None
