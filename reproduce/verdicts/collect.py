"""What a folder of claims asks for, found by collecting it with pytest and running nothing."""

from importlib.metadata import entry_points
from pathlib import Path

from reproduce.errors import InvalidInputError
from reproduce.verdicts.outcome import Spec
from reproduce.verdicts.requests import Request

__all__ = ["requested", "specifications"]

ENTRY_POINT = "reproduce_claims"


class _Gather:
    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.specifications: list[Spec] = []

    def pytest_collection_finish(self, session: object) -> None:
        from reproduce.verdicts.marks import spec
        from reproduce.verdicts.session import collect

        items = [item for item in session.items if item.get_closest_marker("claim")]  # type: ignore[attr-defined]
        self.requests = collect(items)
        self.specifications = [spec(item) for item in items]


def requested(folder: Path | str = "claims") -> list[Request]:
    """Every experiment, data set and factors that the claims in ``folder`` ask for, each once."""
    return _gathered(folder).requests


def specifications(folder: Path | str = "claims") -> list[Spec]:
    """What every claim in ``folder`` says, in the order of the files."""
    return _gathered(folder).specifications


def _gathered(folder: Path | str) -> _Gather:
    import pytest

    if not Path(folder).is_dir():
        raise InvalidInputError(f"no claims in {Path(folder).resolve()}: call this from the project's root")
    gather = _Gather()
    arguments = ["--collect-only", "-p", "no:terminal", "-p", "no:cacheprovider", str(folder)]
    if not entry_points(group="pytest11", name=ENTRY_POINT):  # a checkout that is not installed
        arguments += ["-p", "reproduce.verdicts.plugin"]
    status = pytest.main(arguments, plugins=[gather])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise InvalidInputError(f"cannot collect the claims in {folder}; `pytest --collect-only {folder}` says why")
    return gather
