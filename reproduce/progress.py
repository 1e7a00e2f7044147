"""Progress on stderr of work that a person waits for: a bar on a terminal, a line now and then in a pipe or a log."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["track"]

Item = TypeVar("Item")

#: Seconds before a bar appears: what ends sooner needs none.
PATIENCE = 1.0
#: Seconds between two lines where there is no terminal.
EVERY = 30.0


def track(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """Pass the items through; on a terminal show a bar once it has taken longer than a second, elsewhere lines."""
    if not sys.stderr.isatty():
        yield from _told(items, total, what)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    from reproduce.errors import one_line

    began = time.monotonic()
    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task(escape(one_line(what)), total=total)
    shown = False
    try:
        for item in items:
            yield item
            bar.advance(task)
            if not shown and time.monotonic() - began > PATIENCE:
                bar.start()
                shown = True
    finally:
        if shown:
            bar.stop()


def _told(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """Pass the items through, with a line on stderr every half minute."""
    from reproduce.errors import one_line

    last = time.monotonic()
    for done, item in enumerate(items):
        if time.monotonic() - last > EVERY:
            last = time.monotonic()
            print(one_line(f"reproduce: {what}: {done:,} of {total:,}"), file=sys.stderr, flush=True)
        yield item
