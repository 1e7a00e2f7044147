"""Scores and the paper's figure become a verdict. What a claim file writes above its functions is here."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

__all__ = ["AFRESH", "KINDS", "Word", "check", "control", "judged_in", "question", "statement"]

#: What a claim is, never counted together: the paper says it; the paper leaves it open; what a sceptic would ask; our
#: software, or the protocol as it runs (what cannot fail short of a bug).
KINDS = ("statement", "question", "control", "check")

#: A sentence whose parameters say themselves.
NO_WORDS: Mapping[str, str] = {}

#: Seeds nobody had seen: of claims that were asked, or moved, after some of seeds 0-13 had been looked at.
AFRESH = range(14, 28)


class Word(str):
    """A mark's first argument, if the mark was made here and not by somebody else under the same name."""


def statement(
    id: str, *, at: str, unit: str = "", fidelity: str = "assumed", words: Mapping[str, str] = NO_WORDS
) -> "pytest.MarkDecorator":
    """Mark what the paper says, at this place. {fields} of parametrize fill in the id and the sentence.

    ``fidelity`` is that of the paper's own setting. ``words`` says a parameter's value in the sentence in words.
    """
    return _claim("statement", id, at=at, unit=unit, fidelity=fidelity, words=words)


def question(
    id: str, *, at: str, unit: str = "", fidelity: str = "assumed", words: Mapping[str, str] = NO_WORDS
) -> "pytest.MarkDecorator":
    """Mark what the paper leaves open."""
    return _claim("question", id, at=at, unit=unit, fidelity=fidelity, words=words)


def control(
    id: str, *, at: str, unit: str = "", fidelity: str = "assumed", words: Mapping[str, str] = NO_WORDS
) -> "pytest.MarkDecorator":
    """Mark what a sceptic would ask."""
    return _claim("control", id, at=at, unit=unit, fidelity=fidelity, words=words)


def check(
    id: str, *, at: str, unit: str = "", fidelity: str = "exact", words: Mapping[str, str] = NO_WORDS
) -> "pytest.MarkDecorator":
    """Mark a property of our software, or of the protocol as it runs: it cannot fail short of a bug."""
    return _claim("check", id, at=at, unit=unit, fidelity=fidelity, words=words)


def judged_in(*names: str) -> "pytest.MarkDecorator":
    """Judge the claim in these settings, or families of settings; its function takes ``setting``."""
    import pytest

    return pytest.mark.judged_in(*map(Word, names))


def _claim(kind: str, id: str, **said: Any) -> "pytest.MarkDecorator":
    import pytest  # not above: the command imports this room to answer --help

    return pytest.mark.claim(Word(id), kind=kind, **said)
