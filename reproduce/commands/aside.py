"""Where a person reads along while JSON has stdout for itself."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["aside"]


def aside(as_json: bool) -> "Console | None":
    """Return a console on stderr where stdout holds JSON; None for the usual place."""
    from rich.console import Console

    return Console(stderr=True, soft_wrap=not sys.stderr.isatty()) if as_json else None
