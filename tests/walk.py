"""A referee's walk over the page in a real browser: from its first screen to a claim, the same on other data, its code.

Playwright is not among the package's own dependencies: the docs and the tests bring it.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.errors import ReproduceError

__all__ = ["Step", "browser", "chromium", "walk"]

#: What is walked to unless told otherwise: the lions' best printed row.
LINE = "III.64"
SCREEN = {"width": 1440, "height": 900}
#: Milliseconds: a machine that is busy with a training draws a page of megabytes slowly.
PATIENCE = 180_000
MARKED = "el => { el.style.outline = '3px solid #b02a37'; el.style.outlineOffset = '0'; }"
UNMARKED = "el => { el.style.outline = ''; }"


@dataclass(frozen=True)
class Step:
    """What is on the screen (PNG), what it says of the question, and what is clicked next, framed in red ("": end)."""

    picture: bytes
    says: str
    click: str


def chromium() -> str | None:
    """The path of the system's Chromium, None where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # Root in a container has no sandbox of its own to give.
        opened = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


def walk(page: Path, driven: Any, line: str = LINE) -> list[Step]:
    """Return the paper's table and what each of three clicks leads to: its answer, a substitute, the code.

    Of the other settings the first that has a verdict is taken. Raises ReproduceError where a click has nothing to
    hit on the screen.
    """
    opened = driven.new_page(viewport=SCREEN)
    opened.set_default_timeout(PATIENCE)
    opened.goto(page.as_uri())
    steps = []

    def click(says: str, link: Any, what: str) -> None:
        if not link.count():
            raise ReproduceError(f"{page}: nothing to click for {what}")
        link = link.first
        box = link.bounding_box()
        if box is None or box["y"] < 0 or box["y"] + box["height"] > SCREEN["height"]:
            raise ReproduceError(f"{page}: {what} is not on the screen that the last click leads to")
        link.evaluate(MARKED)
        steps.append(Step(opened.screenshot(), says, what))
        link.evaluate(UNMARKED)
        link.click()

    def claim(name: str) -> Any:
        return opened.locator(f"[id='{name}']")

    def told(name: str) -> str:
        row = claim(name)
        verdict = row.locator(".badge").inner_text()
        evidence = row.locator(".fidelity").inner_text()
        return f"{name}: {row.locator('.sentence').inner_text()} Verdict: {verdict} ({evidence})."

    mark = opened.locator(f"#paper .mark a[href='#{line}']")
    if mark.count():  # a reader scrolls to it
        mark.first.scroll_into_view_if_needed()
    click("The paper line by line: an answer on each kind of data.", mark, f"the answer of {line}")
    others = claim(line).locator(f"dd a[href^='#{line}@']")
    names = [str(one.get_attribute("href"))[1:] for one in others.all()]
    judged = [name for name in names if claim(name).get_attribute("data-verdict") != "not run"]
    elsewhere = (judged or names or [""])[0]
    words = elsewhere.partition("@")[2]
    click(told(line), claim(line).locator(f"dd a[href='#{elsewhere}']"), f"the same on other data, {words}")
    source = claim(elsewhere).locator("dd a[href*='#source-']")
    click(told(elsewhere), source, "the source")
    code = opened.locator("details.source:target summary").inner_text()  # on the second page: waits until it is there
    steps.append(Step(opened.screenshot(), f"The rule as it is written, {code}.", ""))
    opened.close()
    return steps
