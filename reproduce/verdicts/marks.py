"""What a claim file says in its marks and docstrings, read and checked at collection."""

import inspect
import string
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from reproduce.verdicts.judge import Verdict
from reproduce.verdicts.outcome import FIDELITIES, Spec

__all__ = ["check", "deviation", "listing", "spec"]


def spec(item: pytest.Item) -> Spec:
    """The claim's specification, the {fields} of its id, sentence and proxy filled in from parametrize."""
    mark = item.get_closest_marker("claim")
    assert mark is not None
    try:
        return _spec(item, *mark.args, **mark.kwargs)
    except TypeError as error:
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.claim: {error}") from None


def _spec(item: pytest.Item, id: str, *, at: str, unit: str = "", fidelity: str = "exact", proxy: str = "") -> Spec:
    def problem(text: str) -> pytest.UsageError:
        return pytest.UsageError(f"{item.nodeid}: {text}")

    parameters = getattr(getattr(item, "callspec", None), "params", {})
    function = getattr(item, "obj", None)
    sentence = inspect.getdoc(function) or ""
    module = inspect.getdoc(getattr(item, "module", None)) or ""
    if not sentence:
        raise problem("a claim needs a docstring: the paper's claim in our words, present tense")
    fidelity = _fill(fidelity, parameters, item)
    if fidelity not in FIDELITIES[:3]:
        raise problem(f"fidelity {fidelity!r} is not one of {', '.join(FIDELITIES[:3])}")
    if (fidelity == "proxy") != bool(proxy):
        raise problem("fidelity 'proxy' and proxy='what stands in' belong together")
    return Spec(
        id=_fill(id, parameters, item),
        sentence=" ".join(_fill(sentence, parameters, item).split()),
        at=_fill(at, parameters, item),
        unit=unit,
        fidelity=fidelity,
        proxy=_fill(proxy, parameters, item),
        # "Table II: ResNet50V2 embeddings ..." heads its claims as 'Table II'.
        group=module.splitlines()[0].partition(":")[0].rstrip(".") if module else item.location[0],
    )


def _fill(text: str, parameters: dict[str, Any], item: pytest.Item) -> str:
    try:
        return string.Formatter().vformat(text, (), parameters)
    except (KeyError, IndexError, ValueError) as error:
        raise pytest.UsageError(f"{item.nodeid}: cannot fill in {text!r}: {error!r}") from None


def deviation(item: pytest.Item) -> dict[str, Any] | None:
    """The known finding of a claim: {"verdict", "ours", "because"}, or None."""
    marks = list(item.iter_markers("deviation"))
    if not marks:
        return None
    if len(marks) > 1:
        raise pytest.UsageError(f"{item.nodeid}: one claim, one deviation; there are {len(marks)}")

    def read(verdict: str, *, ours: tuple[float, float], because: str) -> dict[str, Any]:
        return {"verdict": verdict, "ours": [float(ours[0]), float(ours[1])], "because": because}

    try:
        found = read(*marks[0].args, **marks[0].kwargs)
    except (TypeError, IndexError) as error:
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.deviation: {error}") from None
    allowed = ("fails",) if spec(item).fidelity == "proxy" else (Verdict.NOT_REPRODUCED.value,)
    if found["verdict"] not in allowed:
        raise pytest.UsageError(f"{item.nodeid}: this claim can deviate as {allowed[0]!r}, not {found['verdict']!r}")
    if not found["because"] or found["ours"][0] > found["ours"][1]:
        raise pytest.UsageError(f"{item.nodeid}: a deviation needs ours=(low, high) and because=...")
    return found


def check(items: Sequence[pytest.Item]) -> None:
    """Every claim has a mark, the fixture, a sentence and an id of its own."""
    seen: dict[str, str] = {}
    for item in items:
        uses = "claim" in getattr(item, "fixturenames", ())
        marked = item.get_closest_marker("claim") is not None
        if not uses and not marked:
            if item.get_closest_marker("deviation"):
                raise pytest.UsageError(f"{item.nodeid}: a deviation belongs to a claim")
            continue
        if uses != marked:
            lacks = "@pytest.mark.claim(id, at=...)" if uses else "the claim fixture"
            raise pytest.UsageError(f"{item.nodeid}: a claim needs {lacks}")
        one = spec(item)
        deviation(item)
        if one.id in seen:
            raise pytest.UsageError(f"{item.nodeid}: the id {one.id!r} is taken by {seen[one.id]}")
        seen[one.id] = item.nodeid


def listing(items: Sequence[pytest.Item]) -> Iterator[str]:
    """Every claim as a sentence, grouped by file."""
    group = None
    for item in items:
        if item.get_closest_marker("claim") is None:
            continue
        one = spec(item)
        if one.group != group:
            group = one.group
            yield f"\n{group}"
        worth = one.fidelity + (f": {one.proxy}" if one.proxy else "")
        yield f"  {one.id:<28} {one.sentence}  [{one.at}; {worth}]"
