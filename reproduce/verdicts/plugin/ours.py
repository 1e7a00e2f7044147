"""Which of a session's tests are claims of ours: a stranger's fixture or mark of the same name makes none.

Loaded in every pytest session, so nothing but pytest is imported here, and the marks.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from reproduce.verdicts import Word

__all__ = ["by_place", "claims", "is_claim", "marked", "uses_fixture"]

#: Where the fixture ``claim`` is defined.
PLUGIN = "reproduce.verdicts.plugin"


def marked(node: Any, name: str) -> bool:
    """Tell whether the node carries a mark of this name that was made by ``reproduce.verdicts``."""
    return any(bool(mark.args) and isinstance(mark.args[0], Word) for mark in node.iter_markers(name))


def uses_fixture(node: Any) -> bool:
    """Tell whether the fixture ``claim`` of a test is ours, and not one that takes its place."""
    known = getattr(getattr(node, "_fixtureinfo", None), "name2fixturedefs", {}).get("claim", ())
    return any(found.func.__module__ == PLUGIN for found in known[-1:])


def is_claim(node: Any) -> bool:
    """Tell whether a test is a claim: by our fixture, or by a mark that we made."""
    return uses_fixture(node) or marked(node, "claim")


def claims(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the claims among a session's tests, in the order of their places, whichever order they are run in."""
    return sorted((item for item in items if is_claim(item)), key=by_place)


def by_place(item: pytest.Item) -> tuple[Any, ...]:
    """Return file, line and row of a test: pytest's own order, where no plugin changes it."""
    indices = getattr(getattr(item, "callspec", None), "indices", {})
    return item.path.parts, item.location[1] or 0, tuple(indices.values()), item.name
