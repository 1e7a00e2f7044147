"""Saving and comparing within a pytest session: the options, the earlier run, and what is written at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reproduce.verdicts.outcome import Outcome
    from reproduce.verdicts.views.arranged import Arrangement

__all__ = ["add_options", "arrangement", "before", "changed", "complaint", "prepare", "write"]

EARLIER = pytest.StashKey[dict[str, "Outcome"] | None]()
RULES = pytest.StashKey[Any]()


def add_options(group: pytest.OptionGroup) -> None:
    """Add options in pytest-benchmark's grammar."""
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
    group.addoption("--claims-csv", metavar="FILE", help="write a line for each claim, for a spreadsheet")
    group.addoption("--claims-markdown", metavar="FILE", help="write the table as Markdown")


def storage(config: pytest.Config) -> Path:
    """Return the folder of saved runs."""
    named = config.getoption("claims_storage")
    return Path(named) if named else config.rootpath / ".claims"


def prepare(config: pytest.Config) -> None:
    """Read the earlier run that this one is compared with; in xdist's workers too, whose tests may fail by it.

    Refuse, before anything runs, a name or a place under which the run could not be saved at its end.
    """
    config.stash[EARLIER], config.stash[RULES] = None, None
    if not hasattr(config, "workerinput"):
        _check(config)
    which, rules = config.getoption("claims_compare"), config.getoption("claims_compare_fail")
    if which is None and rules is None:
        return
    from reproduce.errors import ReproduceError
    from reproduce.verdicts.runs.compare import Rules
    from reproduce.verdicts.runs.saving import find, read

    try:
        config.stash[RULES] = Rules.parse(rules) if rules is not None else None
        run = read(find(storage(config), which or ""))
    except ReproduceError as error:
        raise pytest.UsageError(f"--claims-compare: {error}") from None
    config.stash[EARLIER] = {outcome.spec.id: outcome for outcome in run.outcomes}


def _check(config: pytest.Config) -> None:
    """Refuse what cannot be written, while there is time to name another."""
    arrangement(config)
    name, auto = config.getoption("claims_save"), config.getoption("claims_autosave")
    files = {option: config.getoption(f"claims_{option}") for option in ("json", "csv", "markdown")}
    if name is None and not auto and not any(files.values()):
        return
    from reproduce.errors import ReproduceError
    from reproduce.verdicts.runs import saving

    checks: list[tuple[str, Callable[[Any], None], Any]] = []
    checks += [("save", saving.check_name, name)] if name is not None else []
    checks += [("storage", saving.check_folder, storage(config))] if name or auto else []
    checks += [(option, saving.check_file, Path(file)) for option, file in files.items() if file]
    for option, check, what in checks:
        try:
            check(what)
        except ReproduceError as error:
            raise pytest.UsageError(f"--claims-{option}: {error}") from None


def arrangement(config: pytest.Config) -> "Arrangement | None":
    """Return how the table was asked for, with the columns of hooks; None where all is as ever."""
    words = [config.getoption(f"claims_{name}") or "" for name in ("columns", "sort", "group_by")]
    given = [column for columns in config.hook.pytest_claims_columns(config=config) for column in columns]
    if not given and not any(words):
        return None
    from reproduce.errors import ReproduceError
    from reproduce.verdicts.views.arranged import arrange, hooked
    from reproduce.verdicts.views.table import COLUMNS, OTHERS

    try:
        return arrange((*COLUMNS, *OTHERS), hooked(given), *words)
    except ReproduceError as error:
        raise pytest.UsageError(f"the table of claims: {error}") from None


def complaint(config: pytest.Config, outcome: "Outcome") -> str:
    """Say why ``--claims-compare-fail`` fails this claim, or ""."""
    earlier, rules = config.stash.get(EARLIER, None), config.stash.get(RULES, None)
    if earlier is None or rules is None:
        return ""
    from reproduce.verdicts.runs.compare import one

    return str(rules.broken_by(one(earlier.get(outcome.spec.id), outcome)))


def before(config: pytest.Config, outcome: "Outcome") -> str:
    """Return the table's cell: what the claim was in the earlier run; "" where none is compared with."""
    earlier = config.stash.get(EARLIER, None)
    if earlier is None:
        return ""
    from reproduce.verdicts.runs.compare import one

    return one(earlier.get(outcome.spec.id), outcome).cell


def changed(config: pytest.Config, outcomes: list["Outcome"], whole: bool) -> tuple[list[str], bool]:
    """Return what is not as in the earlier run, a line each, and whether a claim is gone that must not be.

    Of a part of the claims it cannot be told which are gone.
    """
    earlier, rules = config.stash.get(EARLIER, None), config.stash.get(RULES, None)
    if earlier is None:
        return [], False
    from reproduce.verdicts.runs.compare import compare

    changes = [one for one in compare(earlier.values(), outcomes) if one.kind != "same" and (whole or one.now)]
    gone = [one for one in changes if one.now is None and rules is not None and rules.broken_by(one)]
    head = f"changed since the run that this one is compared with: {len(changes) or 'none'}"
    lines = [head, *(f"  {one.line}" for one in changes)]
    lines += [f"--claims-compare-fail: {len(gone)} of them gone: {', '.join(one.id for one in gone)}"] if gone else []
    return lines, bool(gone)


def write(config: pytest.Config, outcomes: list["Outcome"]) -> tuple[list[str], bool]:
    """Save what the options ask for; the lines to print, and whether all of it was saved."""
    said, saved = [], True
    for written in _written(config, outcomes):
        try:
            said.append(written())
        except OSError as error:
            from reproduce.errors import of_system

            said.append(f"claims not saved: {of_system(error)}")
            saved = False
        except TypeError as error:  # of a hook
            said.append(f"claims not saved: pytest_claims_update_machine_info: {error}")
            saved = False
    return said, saved


def _written(config: pytest.Config, outcomes: list["Outcome"]) -> Iterator[Callable[[], str]]:
    """Return each file that the options ask for, as a function that writes it and says so."""
    name, auto = config.getoption("claims_save"), config.getoption("claims_autosave")
    to_json, to_markdown = config.getoption("claims_json"), config.getoption("claims_markdown")
    to_csv = config.getoption("claims_csv")
    if not (name or auto or to_json or to_csv or to_markdown):
        return
    if not outcomes:
        yield lambda: "claims not saved: none was judged"
        return
    from reproduce.cache import write_atomically
    from reproduce.verdicts.runs import saving
    from reproduce.verdicts.views.arranged import Arrangement
    from reproduce.verdicts.views.brief import MANY
    from reproduce.verdicts.views.table import markdown

    arranged = arrangement(config) or Arrangement()
    if name or auto or to_json:
        content = saving.describe(outcomes)
        config.hook.pytest_claims_update_machine_info(config=config, machine_info=content["environment"])
    if name or auto:
        yield lambda: f"claims saved in {saving.keep(storage(config), name or saving.autosave_name(content), content)}"
    if to_json:
        yield lambda: f"claims written to {saving.write(Path(to_json), content)}"
    if to_csv:
        yield lambda: f"claims written to {saving.write_csv(Path(to_csv), outcomes, arranged.more)}"
    if to_markdown:

        def table() -> str:
            write_atomically(Path(to_markdown), markdown(outcomes, len(outcomes) > MANY, arranged).encode())
            return f"claims table written to {to_markdown}"

        yield table
