"""Ask a claim dry: what it would measure and end in, without measuring. A setting that it ignores is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from reproduce.running.request import Request, merged
from reproduce.verdicts.files.settings import FILE, PAPER, Setting
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.fixture import Claim
from reproduce.verdicts.plugin.marks import figures, of, spec

__all__ = ["Dry", "dry", "ignores"]


@dataclass(frozen=True)
class Dry:
    """The requests of a claim, each once, and its outcome without a measurement; ``problem`` says why it broke.

    ``measured`` are the scores asked for, each under its experiment, data set and factors. ``literal`` are data sets
    that the claim names itself, not as a role of its setting.
    """

    requests: tuple[Request, ...] = ()
    outcome: Outcome | None = None
    problem: str = ""
    measured: frozenset[tuple[str, str, str, str]] = field(default_factory=frozenset)
    literal: tuple[str, ...] = ()


class _Asked:
    """Answers every request with a missing sample, and notes it with its score."""

    def __init__(self) -> None:
        self.scores: list[tuple[Request, str]] = []

    def sample(self, request: Request, score: str) -> Sample:
        self.scores.append((request, score))
        return Sample((), tuple(request.seeds), missing="only collected", exact=request.experiment.exact)


DRY = pytest.StashKey[Dry]()
PAPERS = pytest.StashKey[dict[tuple[Any, ...], Dry]]()


def dry(item: pytest.Item) -> Dry:
    """Ask the claim once. It measures and compares and does nothing else, so asking it costs next to nothing."""
    if DRY not in item.stash:
        item.stash[DRY] = _ask(item, {})
    return item.stash[DRY]


def _ask(item: pytest.Item, other: Mapping[str, Any]) -> Dry:
    function, parameters = getattr(item, "obj", None), getattr(getattr(item, "callspec", None), "params", {})
    if function is None:
        return Dry(problem="it is no function")
    asked = _Asked()
    claim = Claim(spec(item), asked, figures(item))
    problem = ""
    try:
        function(claim=claim, **{**parameters, **other})
    except Exception as error:  # it fails again, with its traceback, when it is run
        problem = f"{type(error).__name__}: {error}"
    measured = frozenset((*one.key[:3], score) for one, score in asked.scores)
    requests = tuple(merged(one for one, _ in asked.scores))
    return Dry(requests, claim.outcome, problem, measured, tuple(dict.fromkeys(claim.literal)))


def ignores(item: pytest.Item) -> str:
    """Return how the claim ignores the setting that it is judged in; "" where it does not, or is judged in none."""
    setting = getattr(getattr(item, "callspec", None), "params", {}).get("setting")
    if not isinstance(setting, Setting):
        return ""
    here = dry(item)
    if here.literal:
        return (
            f"measures {here.literal[0]!r}, which the setting {setting.name!r} does not name; "
            f"write a role of the setting, such as setting.lions, or give it one in {FILE}"
        )
    if setting.name == PAPER or here.problem or not here.requests:
        return ""
    papers = _papers(item)
    if papers.problem:
        return ""  # the paper's own setting says less: the difference is used
    differs = f"the setting {setting.name!r} differs in {' and '.join(setting.differs)}"
    if papers.measured == here.measured:
        return f"{differs}, and the claim measures the same there as in the paper's own"
    data, own = ({one[1] for one in asked.measured} for asked in (here, papers))
    if "animals" in setting.differs and data == own != {""}:
        return f"{differs}, and the claim measures {', '.join(sorted(data))} as in the paper's own"
    return ""


def _papers(item: Any) -> Dry:
    """Ask the claim in the paper's own setting, once for all the settings of its row."""
    asked = item.parent.stash.setdefault(PAPERS, {})
    parameters = item.callspec.params
    row = item.originalname, *((name, id(value)) for name, value in parameters.items() if name != "setting")
    if row not in asked:
        asked[row] = _ask(item, {"setting": of(item)[PAPER]})
    return asked[row]
