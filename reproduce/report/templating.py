"""The templates of a page, everything that they are given escaped."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["anchor", "environment"]


def environment(room: str = "reproduce.report", **filters: Callable[..., Any]) -> "Environment":
    """Return a room's templates with these filters, ``code`` and ``anchor``; a name that nothing says is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(room),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"code": _code, "anchor": anchor, **filters}
    return made


def anchor(name: str) -> str:
    """Return a name for a link within the page."""
    return re.sub(r"[^\w.@-]+", "-", name)


def _code(text: str) -> Any:
    """Turn what stands in back quotes into code, and escape all else."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))
