"""What a claim file says in its marks and docstrings, read and checked at collection."""

import inspect
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts import KINDS, NO_WORDS
from reproduce.verdicts.files.lines import printed_in, runs_in
from reproduce.verdicts.files.settings import FILE, PAPER, Setting, choose, read
from reproduce.verdicts.outcome import EVIDENCE, FIDELITIES, Spec
from reproduce.verdicts.plugin.ours import claims, uses_fixture

__all__ = ["check", "figures", "listing", "parametrize", "spec"]


SPEC = pytest.StashKey[Spec]()


def spec(item: pytest.Item) -> Spec:
    """Return the claim's specification, the {fields} of its id and sentence filled from parametrize and its setting."""
    if SPEC not in item.stash:
        mark = item.get_closest_marker("claim")
        assert mark is not None
        try:
            item.stash[SPEC] = _spec(item, *mark.args, **mark.kwargs)
        except TypeError as error:
            raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.claim: {error}") from None
        except InvalidInputError as error:  # a file beside the claims that cannot be read
            raise pytest.UsageError(str(error)) from None
    return item.stash[SPEC]


def _spec(
    item: pytest.Item,
    id: str,
    *,
    at: str,
    unit: str = "",
    fidelity: str = "exact",
    kind: str = "statement",
    words: Mapping[str, str] = NO_WORDS,
) -> Spec:
    def problem(text: str) -> pytest.UsageError:
        return pytest.UsageError(f"{item.nodeid}: {text}")

    parameters = getattr(getattr(item, "callspec", None), "params", {})
    setting = parameters.get("setting") or of(item)[PAPER]
    function = getattr(item, "obj", None)
    sentence = inspect.getdoc(function) or ""
    module = inspect.getdoc(getattr(item, "module", None)) or ""
    if not sentence:
        raise problem("a claim needs a docstring: the paper's claim in our words, present tense")
    if fidelity not in FIDELITIES[:2]:
        raise problem(f"fidelity {fidelity!r} is not one of {', '.join(FIDELITIES[:2])}: a setting makes it a proxy")
    if kind not in KINDS:
        raise problem(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    statement = _fill(id, parameters, item)
    printed = printed_in(item.path.parent).get(statement, "")
    in_words = {name: words.get(str(value), value) for name, value in {"printed": printed, **parameters}.items()}
    fidelity = setting.fidelity(fidelity)
    return Spec(
        id=statement + setting.suffix,
        sentence=" ".join(_fill(sentence, in_words, item).split()),
        at=_fill(at, parameters, item),
        unit=unit,
        fidelity=fidelity,
        proxy=setting.where if fidelity == "proxy" else "",
        # "Table II: ResNet50V2 embeddings ..." heads its claims as 'Table II'.
        group=module.splitlines()[0].partition(":")[0].rstrip(".") if module else item.location[0],
        kind=kind,
        setting=setting.name,
        printed=printed,
        runs=runs_in(item.path.parent).get(statement, 1),
        own_animals="animals" not in setting.differs,
    )


def figures(item: pytest.Item) -> Mapping[str, str]:
    """Return what the paper prints, by claim id, as the lines beside the claim's file say."""
    return printed_in(item.path.parent)


def of(item: pytest.Item) -> dict[str, Setting]:
    """Return the settings beside a claim's file."""
    return read(item.path.parent / FILE)


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a claim whose function takes ``setting`` one row for each setting that it is judged in."""
    mark, name = metafunc.definition.get_closest_marker("judged_in"), metafunc.definition.nodeid
    takes = "setting" in metafunc.fixturenames
    if mark is None and not takes:
        return
    if mark is None or not takes:
        lacks = "the argument `setting`" if mark else "@judged_in(...)"
        pytest.fail(f"{name}: a claim judged in settings needs {lacks}", pytrace=False)
    chosen, problem = [], ""
    try:
        chosen = choose(read(metafunc.definition.path.parent / FILE), mark.args)
    except InvalidInputError as error:
        problem = str(error)
    if problem:  # while a file is collected pytest shows a usage error with its traceback, and a failure in one line
        pytest.fail(f"{name}: {problem}", pytrace=False)
    metafunc.parametrize("setting", [pytest.param(one, id=one.name) for one in chosen])


def _fill(text: str, parameters: dict[str, Any], item: pytest.Item) -> str:
    try:
        return string.Formatter().vformat(text, (), parameters)
    except (KeyError, IndexError, ValueError) as error:
        raise pytest.UsageError(f"{item.nodeid}: cannot fill in {text!r}: {error!r}") from None


def check(items: Sequence[pytest.Item]) -> None:
    """Check that every claim has a mark, the fixture, a sentence, its own id, and measures what its setting says."""
    from reproduce.verdicts.plugin.dry import ignores

    seen: dict[str, str] = {}
    for item in items:
        uses, marked = uses_fixture(item), item.get_closest_marker("claim") is not None
        if uses != marked:
            lacks = "@pytest.mark.claim(id, at=...)" if uses else "the claim fixture"
            raise pytest.UsageError(f"{item.nodeid}: a claim needs {lacks}")
        one = spec(item)
        if one.id in seen:
            raise pytest.UsageError(f"{item.nodeid}: the id {one.id!r} is taken by {seen[one.id]}")
        seen[one.id] = item.nodeid
        if ignored := ignores(item):
            raise pytest.UsageError(f"{item.nodeid}: {ignored}")


def listing(items: Sequence[pytest.Item]) -> Iterator[str]:
    """Return every claim as a sentence, grouped by file, and below it which verdicts it can reach."""
    group = None
    for item in claims(items):
        one = spec(item)
        if one.group != group:
            group = one.group
            yield f"\n{group}"
        yield f"  {described(one)}"
        yield f"      {_reach(item)}"


def _reach(item: pytest.Item) -> str:
    """Return which verdicts the claim can end in, and with what power: found by asking it dry."""
    from reproduce.verdicts.plugin.dry import dry
    from reproduce.verdicts.plugin.power import reach

    asked = dry(item)
    if asked.problem:  # a broken claim is one line here, and fails when it is run
        return f"reaches no verdict: {asked.problem}"
    if asked.outcome is None or (not asked.requests and asked.outcome.verb != "waits"):
        return "reaches no verdict: it has no verb, or measures nothing"
    seeds = max((len(request.seeds) for request in asked.requests), default=0)
    exact = bool(asked.requests) and all(request.experiment.exact for request in asked.requests)
    return reach(asked.outcome, seeds, exact=exact)


def described(one: Spec) -> str:
    """Return a claim in one line: its id, sentence, place, kind and evidence level."""
    evidence = EVIDENCE[one.fidelity] + (f" {one.proxy}" if one.proxy else "")
    return f"{one.id:<28} {one.sentence}  [{one.at}; {one.kind}; {evidence}]"
