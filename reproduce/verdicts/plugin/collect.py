"""What a folder of claims asks for, found by collecting it with pytest; and its verdicts by the record alone.

pytest runs isolated there: what the caller's environment, ini file and plugins say must not change a verdict's family.
"""

import contextlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import pytest

from reproduce.errors import ClaimsMissingError, InvalidInputError
from reproduce.garbage import uncollected
from reproduce.running.request import Request
from reproduce.verdicts import plugin
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome, Spec

__all__ = [
    "Asking", "Judged", "Origin", "asked", "claims", "collected", "judge_item", "judged", "record_of", "specifications",
]  # fmt: skip

#: Of pytest's own plugins, what a judgement does without: claims assert nothing, and the one for errors that no one
#: catches collects all garbage at the end, seconds where a process has imported much.
LEFT_OUT = "terminal", "cacheprovider", "unraisableexception", "warnings"
QUIET = [word for name in LEFT_OUT for word in ("-p", f"no:{name}")]
INI = Path(__file__).with_name("isolated.ini")
#: Through these the caller's environment would add options and plugins.
INHERITED = "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


@dataclass(frozen=True)
class Origin:
    """The place of a claim: pytest's name of it, its file, line and code, and what it asks to be measured."""

    node: str = ""
    file: str = ""
    line: int = 0
    code: str = ""
    requests: tuple[Request, ...] = ()


@dataclass(frozen=True)
class Asking:
    """A claim that is not judged yet: ``judge(measures)`` gives its outcome by whoever answers its ``requests``."""

    spec: Spec
    requests: tuple[Request, ...]
    judge: Callable[[Any], Outcome | None]


@dataclass(frozen=True)
class Judged:
    """Every claim's outcome, in the order of the files, and all that they asked for."""

    outcomes: tuple[Outcome, ...]
    requests: tuple[Request, ...]
    items: tuple[Any, ...] = field(default=(), repr=False)

    @cached_property
    def origins(self) -> Mapping[str, Origin]:
        """Each claim's origin by its id; its code is looked up only where that is asked for."""
        from reproduce.verdicts.plugin.marks import spec

        return {spec(item).id: _origin(item) for item in self.items}


class _Gather:
    def __init__(self, settings: Collection[str] | None = None, chosen: Callable[[str], bool] | None = None) -> None:
        self.settings = settings
        self.chosen = chosen
        self.requests: list[Request] = []
        self.claims: list[Asking] = []
        self.specifications: dict[str, Spec] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.items: list[Any] = []
        self.broken: list[str] = []

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        """Keep the name and the error, in one line, of a file of claims that cannot be imported or collected."""
        if report.when == "collect":  # a claim's own failure is told by its outcome
            self.broken.append(_where_and_what(Path(node.path), call.excinfo.value))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Leave out what is not to be judged, before claims are asked dry."""
        if self.chosen is not None:
            config.hook.pytest_deselected(items=[item for item in items if not self.chosen(item.nodeid)])
            items[:] = [item for item in items if self.chosen(item.nodeid)]

    def pytest_collection_finish(self, session: object) -> None:
        from reproduce.verdicts.plugin.marks import spec
        from reproduce.verdicts.plugin.ours import claims
        from reproduce.verdicts.plugin.session import collect

        items = claims(session.items)  # type: ignore[attr-defined]
        chosen = [item for item in items if self.settings is None or spec(item).setting in self.settings]
        self.requests = collect(chosen)
        if session.config.option.collectonly:  # type: ignore[attr-defined]
            self.claims = [Asking(spec(item), tuple(collect([item])), partial(judge_item, item)) for item in chosen]
        self.specifications = {item.nodeid: spec(item) for item in items}
        self.items = items

    def pytest_runtest_logreport(self, report: Any) -> None:
        from reproduce.verdicts.plugin.stash import outcome_of

        if report.nodeid not in self.specifications or report.nodeid in self.outcomes:
            return
        outcome = outcome_of(report)
        if outcome is None and report.outcome != "passed":  # a claim that broke before it had a verdict
            lines = [line for line in str(report.longrepr).strip().splitlines() if line.strip()]
            crash = getattr(getattr(report.longrepr, "reprcrash", None), "message", "") or (lines or ["it broke"])[-1]
            outcome = Outcome(self.specifications[report.nodeid], Verdict.ERROR, reason=crash.splitlines()[0])
        if outcome is not None:
            self.outcomes[report.nodeid] = outcome


def asked(folder: Path | str = "claims", settings: Collection[str] | None = None) -> list[Request]:
    """Return each experiment, data set and factors that claims in ``folder`` ask for, once; in ``settings`` alone."""
    return _gathered(folder, "--collect-only", settings=settings).requests


def claims(folder: Path | str = "claims") -> list[Asking]:
    """Return every claim in ``folder`` in the files' order with what it asks for, to be judged when that is there."""
    return _gathered(folder, "--collect-only").claims


def specifications(folder: Path | str = "claims") -> list[Spec]:
    """Return what every claim in ``folder`` says, in the order of the files; InvalidInputError for none."""
    return list(_some(_gathered(folder, "--collect-only"), folder).specifications.values())


def record_of(folder: Path | str = "claims") -> Path:
    """Return the record that belongs to a folder of claims: ``REPRODUCE_RECORD``, or the folder's own ``record``."""
    return Path(os.environ.get("REPRODUCE_RECORD") or Path(folder, "record"))


def judged(
    folder: Path | str = "claims",
    record: Path | None = None,
    files: Sequence[str] = (),
    chosen: Callable[[str], bool] | None = None,
) -> Judged:
    """Judge every claim in ``folder`` by its record, or by another; nothing is measured, and nothing is fetched.

    ``chosen``: by pytest's names only some claims of some ``files``, whose record has been checked.

    Raises InvalidInputError where there is no claim, or none can be collected, and RecordError for a damaged record.
    """
    from reproduce.record import Store

    record = record or record_of(folder)
    store = Store(record)
    for name in store.experiments() if chosen is None else ():
        store.entries(name)  # a damaged file is one error here, instead of one for each claim
    options = "--claims-budget", "0", "--claims-record", str(record.resolve())
    gather = _gathered(folder, *options, files=files, chosen=chosen)
    _some(gather, folder)
    return Judged(
        tuple(
            gather.outcomes.get(node, Outcome(spec, Verdict.ERROR, reason="no verdict"))
            for node, spec in gather.specifications.items()
        ),
        tuple(gather.requests),
        tuple(gather.items),
    )


def collected(folder: Path | str, outcomes: Sequence[Outcome]) -> Judged | None:
    """Return the claims in ``folder`` with outcomes that are known; None where those are of other claims."""
    gather = _gathered(folder, "--collect-only")
    if list(gather.specifications.values()) != [one.spec for one in outcomes]:
        return None
    return Judged(tuple(outcomes), tuple(gather.requests), tuple(gather.items))


def _some(gather: _Gather, folder: Path | str) -> _Gather:
    if not gather.specifications:
        where = Path(folder).resolve()
        raise InvalidInputError(f"{where} holds no claims: name their folder, or call this from the project's root")
    return gather


def judge_item(item: Any, measures: Any) -> Outcome | None:
    """Return the claim's outcome by whoever measures; None where it breaks, which judging all of them will tell."""
    from reproduce.verdicts.plugin.fixture import Claim
    from reproduce.verdicts.plugin.marks import figures, spec

    claim = Claim(spec(item), measures, figures(item))
    try:
        item.obj(claim=claim, **getattr(getattr(item, "callspec", None), "params", {}))
    except Exception:
        return None
    return claim.outcome


def _origin(item: Any) -> Origin:
    """Return the claim's function as it is written, its marks above it."""
    from reproduce.verdicts.plugin.session import collect

    code, first = _source(item.function)
    return Origin(item.nodeid, item.nodeid.partition("::")[0], first, code, tuple(collect([item])))


@cache
def _source(function: Callable[..., Any]) -> tuple[str, int]:
    """Return a function's code and its first line, once for all of its rows."""
    lines, first = inspect.getsourcelines(function)
    return "".join(lines).rstrip(), first


def _where_and_what(path: Path, error: BaseException) -> str:
    """Return file, line and error of a file that pytest cannot collect."""
    error = error.__cause__ or error  # pytest wraps what an import raised
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = error.lineno if isinstance(error, SyntaxError) else next(reversed(lines), None)
    said = " ".join((error.msg if isinstance(error, SyntaxError) else str(error)).split())[:300]
    return f"{path}{f':{line}' if line else ''}: {type(error).__name__}{f': {said}' if said else ''}"


def _gathered(
    folder: Path | str,
    *options: str,
    settings: Collection[str] | None = None,
    files: Sequence[str] = (),
    chosen: Callable[[str], bool] | None = None,
) -> _Gather:
    if not Path(folder).is_dir():
        raise ClaimsMissingError(
            f"no claims in {Path(folder).resolve()}: call this from the project's root, or fetch them: "
            "reproduce claims paper --fetch"
        )
    gather = _Gather(settings, chosen)
    home = Path(folder).resolve()
    where = ["-c", str(INI), f"--rootdir={home.parent}", f"--confcutdir={home.parent}"]
    forget(home)
    with _isolated(), uncollected():
        places = [str(Path(folder, file)) for file in files] or [str(folder)]
        # The plugin itself, not its name: pytest looks for a name in all that is installed.
        status = pytest.main([*options, *where, *QUIET, *places], plugins=[gather, plugin])
    accepted = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    if "--collect-only" not in options:
        accepted.add(pytest.ExitCode.TESTS_FAILED)  # verdicts fail tests; that is no failure to judge
    if gather.broken:
        more = f" (and {len(gather.broken) - 1} more)" if len(gather.broken) > 1 else ""
        raise InvalidInputError(f"cannot collect the claims: {gather.broken[0]}{more}")
    if status not in accepted:
        raise InvalidInputError(f"cannot collect the claims in {folder}; `pytest --collect-only {folder}` says why")
    return gather


def forget(home: Path) -> None:
    """Let go of files that were collected before, in another folder under the same names."""
    for path in home.glob("test_*.py"):
        if getattr(sys.modules.get(path.stem), "__file__", str(path)) != str(path):
            del sys.modules[path.stem]


@contextlib.contextmanager
def _isolated() -> Iterator[None]:
    """Hide from pytest what the caller's environment would add; installed plugins are not loaded."""
    kept = {name: os.environ.pop(name) for name in INHERITED if name in os.environ}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(kept)
