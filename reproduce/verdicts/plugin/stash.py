"""What the plugin's hooks hand to each other: in the configuration's stash, and as properties of a test's report.

Loaded in every pytest session, so nothing but pytest is imported here.
"""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reproduce.verdicts.outcome import Outcome
    from reproduce.verdicts.plugin.fixture import Claim

__all__ = [
    "CLAIM", "MEASURES", "MOVED", "MOVES", "NARROWED", "ORDER", "OUTCOMES", "PROPERTY", "SESSION", "TOLD", "gathered",
    "moves", "narrowed", "outcome_of",
]  # fmt: skip

#: The property of a report that holds a claim's outcome.
PROPERTY = "reproduce.claim"
#: The claim's place among all: the table's order, whatever order the tests come in and whichever worker is first.
ORDER = "reproduce.order"
#: Set where some claims were deselected; what a worker of xdist tells its controller.
NARROWED = pytest.StashKey[bool]()
TOLD = "reproduce.narrowed"
#: What a worker of xdist tells its controller of how far what it measured again lies from the record.
MOVED = "reproduce.moved"
OUTCOMES = pytest.StashKey[list["Outcome"]]()
MEASURES = pytest.StashKey[Any]()
MOVES = pytest.StashKey[dict[str, list[float]]]()
SESSION = pytest.StashKey[pytest.Session]()
CLAIM: "pytest.StashKey[Claim]" = pytest.StashKey()


def narrowed(config: pytest.Config) -> bool:
    """Tell whether single claims were asked for, of which unused findings cannot be told."""
    named = any("::" in str(argument) for argument in config.args)
    # The failed of last time are found without collecting every file; the option's plugin may be off.
    return named or config.stash.get(NARROWED, False) or bool(getattr(config.option, "lf", False))


def moves(config: pytest.Config) -> dict[str, list[float]]:
    """Return how far what was measured again lies from the record, by row: here, and in the workers of xdist."""
    here: dict[str, list[float]] = getattr(config.stash.get(MEASURES, None), "moves", {})
    there: dict[str, list[float]] = config.stash.get(MOVES, {})
    return there | here


def outcome_of(report: pytest.TestReport) -> "Outcome | None":
    """Return the outcome that a report carries, if it is a claim's (a JSON string: xdist passes those).

    The last one: a test that was run again carries one of each run.
    """
    for name, value in reversed(report.user_properties):
        if name == PROPERTY:
            from reproduce.verdicts.outcome import Outcome

            return Outcome.from_json(json.loads(str(value)))
    return None


def gathered(terminalreporter: Any) -> list["Outcome"]:
    """Return every claim's outcome, in the order of their places; of a test that was run again the last."""
    found = {}
    for category, reports in terminalreporter.stats.items():
        for report in reports if category != "rerun" else ():
            if getattr(report, "when", None) == "call" and (outcome := outcome_of(report)) is not None:
                found[report.nodeid] = (int(dict(report.user_properties).get(ORDER, 0)), outcome)
    return [outcome for _, outcome in sorted(found.values(), key=lambda entry: entry[0])]
