"""The page: everything that was judged is on it, nothing is fetched, nothing is taken for markup."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.report import page as written
from reproduce.report.counting import word
from reproduce.report.drawing import Drawn, Figure
from reproduce.report.evidence import Evidence, Provenance
from reproduce.report.page import FILES, Parts, _ours
from reproduce.report.page import render as pages
from reproduce.report.templating import environment
from reproduce.verdicts.plugin.collect import Origin

INFORMATION = {"time": "2026-01-02T03:04:05Z", "commit": "0123456789ab", "data": {"LionData": "abcdef0123456789"}}
VOID = {"meta", "col", "br", "link", "img", "input"}


def render(*arguments):
    """Return the first page."""
    return pages(*arguments)[FILES[0]]


class Balanced(HTMLParser):
    """Counts elements and insists that each is closed in its turn; keeps the text."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_every_claim_and_its_evidence_are_on_the_page(outcome):
    """Id, sentence, place, figure, margin, mean, interval, n, chance, fidelity, verdict and reasons are there."""
    because = {"says": "not reproduced", "ours": [1, 2], "because": "a known finding"}
    elsewhere = {"fidelity": "proxy", "proxy": "on OpenCows2020"}
    page = render(
        [
            outcome("I.64", group="Table I"),
            outcome("I.32", group="Table I", verdict="not reproduced", finding=because),
            outcome("II.1@cows", group="Table II", verdict="not reproduced", **elsewhere),
            outcome("III.1", group="Table III", verdict="not run", ours=None, values=(), reason="it waits for lions"),
        ],
        INFORMATION,
        Parts(
            Provenance(3, 7200.0, ("toy-cpu",), ("Toy 1",), ("numpy",), ("fedcba987654",), "2026-01-01", "2026-01-02")
        ),
    )
    text = Balanced(page).text
    for words in [
        *("I.64", "I.32", "II.1@cows", "III.1", "The toy scores 26.74.", "Table I", "26.74", "±6.3", "25.00"),
        *("24.50 … 25.50", "3.90", "MAP@R %", "own data", "substitute", "reproduced"),
        *(
            "not reproduced *",
            "contradicted",
            "substitute on OpenCows2020",
            "not run",
            "the spread of the rows",
            "a known finding",
        ),
        *("it waits for lions", "3 results, 2.0 h", "toy-cpu (Toy 1)", "fedcba987654", "0123456789ab", "2026-01-02"),
    ]:
        assert words in text, words
    assert len(re.findall(r'<svg class="strip" [^>]*aria-label="[^"]+: ours 25.00, 90 % interval', page)) == 3


def test_nothing_outside_is_referred_to(outcome):
    """No element of the page loads anything; the one script stands in the page."""
    parsed = Balanced(render([outcome()], INFORMATION, Parts()))
    assert {"link", "img", "iframe"}.isdisjoint(tag for tag, _ in parsed.tags)
    for _, attributes in parsed.tags:
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
    assert "http" not in render([outcome()], INFORMATION, Parts())


@pytest.mark.parametrize("field", ["sentence", "because", "reason", "drift", "paper", "group"])
def test_what_a_claim_says_is_no_markup(outcome, field):
    """Markup in any text of a claim is shown as it was written."""
    evil = '<script>alert("1")</script> & `<i>`'
    measured = {"ours": None} if field == "reason" else {}
    page = render([outcome(**{field: evil}, **measured)], INFORMATION, Parts())
    parsed = Balanced(page)
    assert [tag for tag, _ in parsed.tags if tag in ("script", "i")] == ["script"]  # the page's own
    assert evil.replace("`", "") in parsed.text.replace("`", "")


def test_links_within_the_page_arrive(outcome):
    """Every link leads to an element of the page, also where a group's name is a sentence."""
    parsed = Balanced(
        render([outcome("a b/ü", group="Why? A 'group'", verdict="not reproduced")], INFORMATION, Parts())
    )
    targets = {attributes["id"] for _, attributes in parsed.tags if "id" in attributes}
    links = {attributes["href"][1:] for _, attributes in parsed.tags if "href" in attributes}
    assert links
    assert links <= targets


def test_a_finding_without_a_reason_has_no_star(outcome):
    """What is as it was found before is no news; a reason is shown, of a claim that holds too."""
    plain = {"says": "reproduced", "ours": [1.0, 2.0], "because": ""}
    page = Balanced(render([outcome(finding=plain)], INFORMATION, Parts())).text
    assert "reproduced *" not in page
    assert "Finding:" not in page
    page = Balanced(render([outcome(finding=plain | {"because": "by luck"})], INFORMATION, Parts())).text
    assert "Finding: by luck" in page


def test_verdicts_are_counted_in_the_words_their_fidelity_allows(outcome):
    """A substitute supports or contradicts, a drift outranks any verdict, and the rest keep their names."""
    assert word(outcome()) == "reproduced"
    assert word(outcome(fidelity="proxy", proxy="on cows")) == "supported"
    assert word(outcome(fidelity="proxy", proxy="on cows", verdict="not reproduced")) == "contradicted"
    assert word(outcome(fidelity="proxy", proxy="on cows", verdict="inconclusive")) == "inconclusive"
    assert word(outcome(drift="seed 0 moved")) == "drifted"
    page = Balanced(render([outcome("a"), outcome("b"), outcome("c", drift="moved")], INFORMATION, Parts())).text
    assert re.search(r"2\s+reproduced\s", page)
    assert re.search(r"1\s+drifted\s", page)


def test_kinds_of_claims_are_never_counted_together(outcome):
    """The head of the page counts statements, questions, controls and checks each by themselves."""
    rows = [
        outcome("a"),
        outcome("b"),
        outcome("c", verdict="not reproduced"),
        *(outcome(f"d{number}", kind="question", verdict="not reproduced") for number in range(4)),
        *(outcome(f"e{number}", kind="control") for number in range(5)),
        outcome("f", kind="check"),
    ]
    page = Balanced(render(rows, INFORMATION, Parts())).text
    head = " ".join(page[: page.index("What contradicts the paper")].split())
    parts = head[head.rindex("3 tests of the paper's statements") :]
    assert parts == (
        "3 tests of the paper's statements 2 reproduced 1 not reproduced 0 supported 0 contradicted "
        "0 inconclusive 0 not run "
        "4 questions it leaves open 0 yes 4 no 0 inconclusive 0 not run "
        "5 controls of ours 5 yes 0 no 0 inconclusive 0 not run "
        "1 check of the software 1 passes 0 fails 0 inconclusive 0 not run"
    )
    assert "13 claims" not in head


def test_what_contradicts_the_paper_is_listed_by_kind(outcome):
    """What was answered no, failed or drifted, statements first; nothing that holds or is open."""
    made = [
        outcome("a"), outcome("b", verdict="not reproduced"), outcome("c", verdict="inconclusive"),
        outcome("d", kind="question", verdict="not reproduced"), outcome("e", kind="question"),
        outcome("f", kind="check", drift="moved"), outcome("g", verdict="not run", ours=None, values=()),
    ]  # fmt: skip
    page = render(made, INFORMATION, Parts())
    section = page[page.index('<section id="parted"') : page.index('<section id="claims"')]
    assert re.findall(r'href="#(\w)">', section) == ["b", "d", "f"]
    assert "1 test contradicts a statement" in section
    assert "1 question of ours answered no" in section
    assert "Nowhere, in what was judged." in render(made[:1], INFORMATION, Parts())


def test_an_empty_page_stands():
    """Without any claim the page renders and says that there is no record."""
    assert "none yet" in Balanced(render([], {"time": "", "commit": "", "data": {}}, Parts())).text


def test_a_difference_shows_its_sign(outcome):
    """A difference above zero is printed with a plus, a score is not."""
    made = {"ours": 1.5, "interval": (-0.5, 3.5)}
    assert "+1.50" in render([outcome(**made, difference=True)], INFORMATION, Parts())
    assert "+1.50" not in render([outcome(**made)], INFORMATION, Parts())


@pytest.mark.parametrize(
    "value, difference, shown",
    [(0.5, True, "+0.50"), (1.5, True, "+1.50"), (0.0, True, "0.00"), (-1.5, True, "−1.50"), (None, True, ""),
     (1.5, False, "1.50"), (-1.5, False, "−1.50")],
)  # fmt: skip
def test_a_value_is_written_with_the_sign_of_a_difference(outcome, value, difference, shown):
    """A plus above 0 alone; a minus is the sign, not the hyphen."""
    assert _ours(value, outcome(difference=difference)) == shown


def test_a_template_s_own_lines_leave_no_space():
    """What only decides is no line of the page; what is shown is escaped."""
    template = environment().from_string("a\n  {% if true %}\n{{ said }}\n  {% endif %}\nc")
    assert template.render(said="<b>") == "a\n&lt;b&gt;\nc"


def drawn(name, behind):
    """Return a figure with its drawing."""
    figure = Figure(name, f"The {name}", "A toy.", lambda _: None, "Nothing yet.", ("I.64",), behind)
    return figure, Drawn("<svg></svg>", "<svg></svg>", "a toy")


def test_trials_long_figures_and_code_stand_on_a_second_page(outcome):
    """A file that holds controls alone, a long figure and the code; each page leads to the other and to its claims."""
    made = [outcome("I.64"), outcome("I.kept", kind="control"), outcome("V.tried", kind="control", group="Variants")]
    evidence = {one.spec.id: Evidence(Origin("t.py::a", "t.py", 3, "def a(): ..."), Provenance()) for one in made}
    parts = Parts(figures=[drawn("short", False), drawn("long", True)], evidence=evidence)
    found = {name: Balanced(page) for name, page in pages(made, INFORMATION, parts).items()}
    assert list(found) == list(FILES)
    ids = {name: {at["id"] for _, at in page.tags if "id" in at} for name, page in found.items()}
    first, second = (ids[name] for name in FILES)
    assert {"I.64", "I.kept", "figure-short"} <= first
    assert {"V.tried", "figure-long", "source-t.py-3"} <= second
    assert not {"V.tried", "figure-long", "source-t.py-3"} & first
    assert not {"I.64", "I.kept", "figure-short"} & second
    led = {name: set() for name in FILES}
    for name, page in found.items():
        for link in [at["href"] for _, at in page.tags if "href" in at]:
            file, _, target = link.partition("#")
            assert not target or target in ids[file or name], link
            led[name].add(file)
    assert FILES[1] in led[FILES[0]]
    assert FILES[0] in led[FILES[1]]


def test_pages_are_written_whole_the_first_one_last(outcome, tmp_path, monkeypatch):
    """Into the folder that is named; what cannot be written is one line that names the file."""
    made = [outcome("I.64"), outcome("V.tried", kind="control", group="Variants")]
    order = []
    monkeypatch.setattr(written, "collect", lambda claims, pictures: (SimpleNamespace(outcomes=made), Parts()))
    monkeypatch.setattr("reproduce.verdicts.runs.saving.describe", lambda _: INFORMATION)
    write = written.write_atomically
    monkeypatch.setattr(written, "write_atomically", lambda path, text: order.append(path.name) or write(path, text))
    first, outcomes = written.write(tmp_path / "claims", tmp_path / "out")
    assert (first, outcomes) == (tmp_path / "out" / FILES[0], made)
    assert order == [FILES[1], FILES[0]]
    assert [(tmp_path / "out" / name).read_text("utf-8") for name in FILES] == list(
        pages(made, INFORMATION, Parts()).values()
    )
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInputError, match=r"file/details\.html: cannot be written: "):
        written.write(tmp_path / "claims", tmp_path / "file")


def test_there_is_no_second_page_for_nothing(outcome):
    """Neither the page nor a link to it."""
    (page,) = pages([outcome()], INFORMATION, Parts()).values()
    assert FILES[1] not in page
