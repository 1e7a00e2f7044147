"""The page of matches in a real browser: where two photographs agree is drawn. Skipped where there is no browser."""

import json

import cv2
import numpy as np
import pytest
from drawn import encoded, write_files
from typer.testing import CliRunner
from walk import PATIENCE, browser, chromium

from reproduce import cli

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium is installed")


def scene(seed, right=0):
    """A scene of many corners, as a camera that moved to the ``right`` by so many pixels sees it."""
    wide = np.random.default_rng(seed).integers(0, 256, (32, 48), dtype=np.uint8)
    return cv2.resize(wide, (384, 256), interpolation=cv2.INTER_CUBIC)[:, right : right + 256]


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The address of a page of one photograph whose scene is one of the catalogue's, seen from beside."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    known = {f"known/A{animal}/{n}.png": encoded(scene(10 * animal + n), ".png") for animal in range(4) for n in (0, 1)}
    write_files(tmp_path, known | {"new/one.png": encoded(scene(20, right=24), ".png")})
    done = CliRunner().invoke(cli.app, ["match", "new", "known", "--json"], catch_exceptions=False)
    return (tmp_path / json.loads(done.stdout)["page"]).as_uri()


def test_where_two_agree_is_drawn_before_anything_is_touched(page):
    """On both pictures, at places that lie as far apart as the camera moved."""
    with browser() as driven:
        opened = driven.new_page()
        opened.set_default_timeout(PATIENCE)
        for width in (390, 1440):
            opened.set_viewport_size({"width": width, "height": 900})
            opened.goto(page)
            opened.wait_for_selector(".query ellipse", state="attached")
            assert opened.evaluate("document.documentElement.scrollWidth") == width
            holds = opened.locator("[data-places]").first
            assert "A2" in opened.locator("label", has=holds).first.inner_text()
            ours, theirs = (
                np.array(
                    where.evaluate_all("all => all.map(one => [+one.getAttribute('cx'), +one.getAttribute('cy')])")
                )
                for where in (opened.locator(".query ellipse"), holds.locator("ellipse"))
            )
            assert len(ours) == len(theirs) >= 10
            assert np.median(theirs - ours, axis=0) == pytest.approx([100 * 24 / 256, 0], abs=2)
