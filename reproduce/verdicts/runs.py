"""Saving and comparing within a pytest session: the options, the earlier run, and what is written at the end."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reproduce.verdicts.outcome import Outcome

__all__ = ["add_options", "before", "complaint", "prepare", "write"]

EARLIER = pytest.StashKey[dict[str, "Outcome"] | None]()
RULES = pytest.StashKey[Any]()


def add_options(group: pytest.OptionGroup) -> None:
    """Options in pytest-benchmark's grammar."""
    group.addoption("--claims-save", metavar="NAME", help="save the run as .claims/NNNN_NAME.json")
    group.addoption("--claims-autosave", action="store_true", help="save the run under its commit and time")
    group.addoption("--claims-storage", metavar="DIR", help="where runs are saved (default: .claims under the root)")
    group.addoption(
        "--claims-compare",
        metavar="NUM",
        nargs="?",
        default=None,
        const="",
        help="compare with the last saved run, or with one by number, name or path",
    )
    group.addoption(
        "--claims-compare-fail",
        metavar="RULES",
        help="a claim fails if it changed: verdict, ours:X (in its unit), ours:X%%, several by comma",
    )
    group.addoption("--claims-json", metavar="FILE", help="write the run as JSON")
    group.addoption("--claims-markdown", metavar="FILE", help="write the table as Markdown")


def storage(config: pytest.Config) -> Path:
    """The folder of saved runs."""
    named = config.getoption("claims_storage")
    return Path(named) if named else config.rootpath / ".claims"


def prepare(config: pytest.Config) -> None:
    """Read the earlier run that this one is compared with; in xdist's workers too, whose tests may fail by it."""
    config.stash[EARLIER], config.stash[RULES] = None, None
    which, rules = config.getoption("claims_compare"), config.getoption("claims_compare_fail")
    if which is None and rules is None:
        return
    from reproduce.errors import ReproduceError
    from reproduce.verdicts.compare import Rules
    from reproduce.verdicts.saving import find, read

    try:
        config.stash[RULES] = Rules.parse(rules) if rules is not None else None
        run = read(find(storage(config), which or ""))
    except ReproduceError as error:
        raise pytest.UsageError(f"--claims-compare: {error}") from None
    config.stash[EARLIER] = {outcome.spec.id: outcome for outcome in run.outcomes}


def complaint(config: pytest.Config, outcome: "Outcome") -> str:
    """Why ``--claims-compare-fail`` fails this claim, or ""."""
    earlier, rules = config.stash.get(EARLIER, None), config.stash.get(RULES, None)
    if earlier is None or rules is None:
        return ""
    from reproduce.verdicts.compare import one

    return str(rules.broken_by(one(earlier.get(outcome.spec.id), outcome)))


def before(config: pytest.Config, outcome: "Outcome") -> str:
    """The table's cell: what the claim was in the earlier run; "" where none is compared with."""
    earlier = config.stash.get(EARLIER, None)
    if earlier is None:
        return ""
    from reproduce.verdicts.compare import one

    return one(earlier.get(outcome.spec.id), outcome).cell


def write(config: pytest.Config, outcomes: list["Outcome"]) -> list[str]:
    """Save what the options ask for; the lines to print."""
    name, auto = config.getoption("claims_save"), config.getoption("claims_autosave")
    to_json, to_markdown = config.getoption("claims_json"), config.getoption("claims_markdown")
    said = []
    if name or auto or to_json:
        from reproduce.verdicts import saving

        content = saving.describe(outcomes)
        if name or auto:
            path = saving.keep(storage(config), name or saving.autosave_name(content), content)
            said.append(f"claims saved in {path}")
        if to_json:
            said.append(f"claims written to {saving.write(Path(to_json), content)}")
    if to_markdown:
        from reproduce.cache import write_atomically
        from reproduce.verdicts.table import markdown

        write_atomically(Path(to_markdown), markdown(outcomes).encode())
        said.append(f"claims table written to {to_markdown}")
    return said
