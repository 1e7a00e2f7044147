"""The page in a real browser: what a person does with it, with scripts and without. Skipped where there is none."""

import pytest
from walk import PATIENCE, chromium, walk
from walk import browser as opened

from reproduce.errors import ReproduceError
from reproduce.report.evidence import Evidence, Provenance
from reproduce.report.gallery.duplicates import Sheet
from reproduce.report.gallery.photographs import Found, Model, Pictures, Query
from reproduce.report.matrix import columns, matrix
from reproduce.report.page import FILES, Parts, render
from reproduce.verdicts.files.lines import Folded, Line
from reproduce.verdicts.plugin.collect import Origin

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium is installed")

INFORMATION = {"time": "2026-01-02T03:04:05Z", "commit": "0123456789ab", "data": {"LionData": "abcdef0123456789"}}
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
HOSTILE = "<script>document.title = 'taken'</script> \"quoted\" 'and'\nnew \u202edekcab line"


@pytest.fixture(scope="module")
def browser():
    """One browser for the tests of this file."""
    with opened() as driven:
        yield driven


@pytest.fixture(scope="module")
def page_file(outcome, tmp_path_factory):
    """Six claims in three sections, one of a hostile name, and one on the second page; written once."""
    made = [
        outcome("I.64", group="Table I"),
        outcome("I.32", group="Table I", verdict="not reproduced", ours=35.0, finding={"because": "a toy"}),
        outcome("I.64@cows", group="Table II", fidelity="proxy", proxy="on cows", setting="cows", chance=None),
        outcome("II.wait", group="Table II", kind="question", verdict="not run", ours=None, values=(), interval=None),
        outcome("II.evil", group=HOSTILE, kind="control", sentence=HOSTILE, because=HOSTILE),
        outcome("II.asked", group=HOSTILE, kind="question"),
        outcome("V.tried", group="Variants", kind="control"),
    ]
    folded = [Folded(Line("I.64", "Table I", sentence=HOSTILE, printed="26.74"), (made[0],), (made[2],))]
    across = columns(folded, {})
    evidence = {one.spec.id: Evidence(Origin(f"t.py::{one.spec.id}", "t.py", 3, HOSTILE), Provenance()) for one in made}
    folder = tmp_path_factory.mktemp("page")
    query = Query(HOSTILE, 0.5, DOT, (Found(HOSTILE, True, DOT), Found("Nala", False, DOT)))
    pictures = Pictures(
        models=(Model("Found by a toy", "Nothing is learned.", (query,), (query,)),),
        sheet=((HOSTILE, 2, DOT),),
        copies=(Sheet("Nearly identical", "1 group:", (((HOSTILE, DOT), ("Nala", DOT)),)),),
    )
    bars = (("substitutes", {"untested": 40, "supported": 9, "contradicted": 1, "undecided": 1}),)
    parts = Parts(
        counts=("Own data: none.",), bars=bars, columns=across, matrix=matrix(folded, across, {}),
        evidence=evidence, pictures=pictures,
    )  # fmt: skip
    for name, page in render(made, INFORMATION, parts).items():
        (folder / name).write_text(page)
    return folder / FILES[0]


@pytest.fixture(scope="module")
def tabs(browser):
    """``tabs(scripts)``: a page, with scripts or without, and what is said on its console. Another takes a second."""
    opened = {}

    def of(scripts):
        if scripts not in opened:
            page, said = browser.new_context(java_script_enabled=scripts).new_page(), []
            page.set_default_timeout(PATIENCE)  # other work may share the cores
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda request: request.url.startswith(("file:", "data:")) or said.append(request.url))
            opened[scripts] = page, said
        return opened[scripts]

    return of


@pytest.fixture
def visit(tabs, page_file):
    """``visit(address="", file=FILES[0])`` opens a page anew; a word on its console fails the test."""
    heard = []

    def go(address="", file=FILES[0], *, scripts=True, width=1440, height=900, scheme="light", permissions=()):
        page, said = tabs(scripts)
        heard.append(said)
        target = page_file.with_name(file).as_uri() + address
        if page.url.partition("#")[0] == target.partition("#")[0]:
            page.goto("about:blank")  # or it would not be read again
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(media="screen", color_scheme=scheme)
        page.context.clear_permissions()
        page.context.grant_permissions(permissions)
        page.goto(target)
        return page

    yield go
    words = [word for said in heard for word in said]
    for said in heard:
        said.clear()
    assert not words


def shown(page):
    """The claims that can be seen when every section is open."""
    page.evaluate("document.querySelectorAll('details.group').forEach((group) => { group.open = true; })")
    return [row.get_attribute("id") for row in page.locator("tr.claim").all() if row.is_visible()]


@pytest.mark.parametrize("scripts", [True, False])
def test_every_filter_works(visit, scripts):
    """Kind, verdict, setting and section each leave their claims, with scripts and without."""
    page = visit(scripts=scripts)
    if not scripts:
        assert not page.locator("#filter-search").is_visible()
    seen = {}
    for name, value in (("kind", "question"), ("verdict", "not reproduced"), ("setting", "cows"), ("section", HOSTILE)):
        page.select_option(f"#filter-{name}", value)
        rows = page.locator("tr.claim")
        seen[name] = [row.get_attribute("id") for row in rows.all() if row.is_visible()]
        page.select_option(f"#filter-{name}", "")
    assert seen == {
        **{"kind": ["II.wait", "II.asked"], "verdict": ["I.32"], "setting": ["I.64@cows"]},
        "section": ["II.evil", "II.asked"],
    }


def test_search_and_filters_are_kept_in_the_address(visit):
    """What is typed and chosen stands in the address, and the address brings it back; "Show all" forgets it."""
    page = visit()
    page.fill("#filter-search", "toy 26.74")
    page.select_option("#filter-verdict", "not reproduced")
    assert "search=toy+26.74" in page.url
    assert "verdict=not+reproduced" in page.url
    again = visit(page.url[page.url.index("?") :])
    assert shown(again) == ["I.32"]
    assert again.locator("#shown").text_content() == "1 of 6 claims"
    again.click("text=Show all")
    assert again.locator("#shown").text_content() == "6 claims"
    again.wait_for_url(lambda url: "?" not in url)  # the form's reset comes before what follows it


@pytest.mark.parametrize("scripts", [True, False])
def test_every_link_arrives(visit, scripts):
    """Each link of the page leads to something that can then be seen; a claim's opens what it was folded into."""
    page = visit(scripts=scripts)
    links = {link.get_attribute("href").partition("#")[::2] for link in page.locator("a[href]").all()}
    assert {file for file, _ in links} == {"", FILES[1]}
    ids = {one.get_attribute("id") for one in page.locator("[id]").all()}
    assert {target for file, target in links if not file} <= ids
    arrived = visit("#I.64@cows", scripts=scripts)
    assert arrived.locator("[id='I.64@cows']").is_visible()
    if scripts:
        assert arrived.locator("[id='I.64@cows'] details.evidence").get_attribute("open") is not None
        filtered = visit("?kind=question#I.64")  # a claim that the filters hide is shown all the same
        assert filtered.locator("[id='I.64']").is_visible()


def test_a_link_of_old_arrives_on_the_second_page(visit):
    """A claim's address on the first page leads on to the second, where it is opened; and back by its head."""
    page = visit("#V.tried")
    page.wait_for_url(f"**/{FILES[1]}#V.tried")
    assert page.locator("[id='V.tried'] details.evidence").get_attribute("open") is not None
    page.click("text=First page")
    page.wait_for_url(f"**/{FILES[0]}")


def test_a_heading_sorts_its_table(visit):
    """By our mean upwards, downwards and as it was; by the keyboard as by the mouse."""
    page = visit("?section=Table+I")
    orders = []
    button = page.locator("table.claims").first.locator("th >> text=Ours")
    button.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
        orders.append([row.get_attribute("id") for row in page.locator("tr.claim").all() if row.is_visible()])
    assert orders == [["I.64", "I.32"], ["I.32", "I.64"], ["I.64", "I.32"]]


def test_a_key_leads_to_the_search(visit):
    """The key "/" goes to the search, Escape empties it; Tab meets the way past the head first."""
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("waits for nothing")
    assert page.locator("#shown").text_content() == "0 of 6 claims"
    page.keyboard.press("Escape")
    assert page.locator("#shown").text_content() == "6 claims"


def test_hostile_names_are_text(visit):
    """Markup, quotes, line breaks and marks of direction in any text are shown and never taken for more."""
    page = visit("#II.evil")
    assert page.title() == "What of the paper can be reproduced"
    assert "<script>document.title = 'taken'</script>" in page.locator("[id='II.evil'] .sentence").text_content()
    assert page.locator("script").count() == 1
    assert page.locator("#animals figcaption").first.text_content().startswith("<script>")


@pytest.mark.parametrize("file, claim", [(FILES[0], "I.64"), (FILES[1], "V.tried")])
@pytest.mark.parametrize("width", [390, 1024, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_and_nothing_stands_in_the_way(visit, file, claim, width, scheme):
    """Of both pages: no sideways scrolling, every verdict inside, and axe-core finds nothing serious."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    page = visit(f"#{claim}", file, width=width, height=844, scheme=scheme)
    assert claim in shown(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for badge in page.locator("tr.claim .badge").all():
        box = badge.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    found = axe.Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_no_word_of_a_bar_is_cut_off(visit):
    """One statement of fifty has its word as forty have, at any width."""
    for width in (390, 1024):
        page = visit(width=width, height=844)
        parts = page.locator(".bar .part")
        assert parts.count()
        assert parts.evaluate_all("parts => parts.every((part) => part.scrollWidth <= part.clientWidth)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_button_copies_the_link_to_a_claim(visit):
    """The page's address with the claim's name, whatever was searched for."""
    page = visit("?kind=statement", permissions=["clipboard-read", "clipboard-write"])
    page.click("[id='I.64'] .copy")
    page.locator("[id='I.64'] .copy", has_text="copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/index.html#I.64")


def test_it_prints(visit):
    """On paper the paper's lines stand, and what contradicts it; claim by claim it is on the screen alone."""
    page = visit()
    page.emulate_media(media="print")
    assert not page.locator(".filters").is_visible()
    assert page.locator(".matrix .says").first.is_visible()
    assert not page.locator("[id='I.64']").is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_a_referee_walks_in_three_clicks(browser, page_file):
    """From the first screen to the claim, the claim on other data and the code: each a picture, each said in words."""
    steps = walk(page_file, browser, "I.64")
    assert [step.click for step in steps] == ["the answer of I.64", "the same on other data, cows", "the source", ""]
    assert [step.says for step in steps[1:3]] == [
        "I.64: The toy scores 26.74. Verdict: reproduced (own data).",
        "I.64@cows: The toy scores 26.74. Verdict: supported (substitute on cows).",
    ]
    assert all(step.picture.startswith(b"\x89PNG") for step in steps)
    with pytest.raises(ReproduceError, match=r"nothing to click for the answer of I\.32"):
        walk(page_file, browser, "I.32")
