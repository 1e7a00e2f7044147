"""What the site has beside the pages of docs/: the report, its figures, the walk's pictures, the repository's files."""

import re
import sys
import tempfile
from functools import cache
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from mkdocs.utils import get_relative_url

from reproduce.report.figures import sides
from reproduce.report.page import addresses, collect, divided, render
from reproduce.report.templating import environment
from reproduce.verdicts.runs.saving import describe

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT / "tests"))
from walk import browser, chromium, walk  # noqa: E402 (the walk is also the test of the page in a browser)

REPORT = ("report.html", "report-details.html")
#: Pages of the repository's root that are pages here: in README's place stands the site's first.
PAGES = {"README.md": "index.md", **{name: f"repository/{name}" for name in ("claims/VERDICTS.md", "CONTRIBUTING.md")}}
FIGURE = re.compile(r"<!-- figure: (\S+) -->")
WALK = "<!-- walk -->"
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")
BADGE = re.compile(r"^\[!\[.*\n", re.MULTILINE)


@cache
def report():
    """The claims judged by the record, what the pages show, and the pages: once, however often the site is built."""
    found, parts = collect(ROOT / "claims")
    return found, parts, render(found.outcomes, describe(found.outcomes), parts, REPORT)


@cache
def steps():
    """The referee's walk over the page; nothing where no Chromium is installed."""
    if chromium() is None:
        return []
    with tempfile.TemporaryDirectory() as folder, browser() as driven:
        for name, page in report()[2].items():
            Path(folder, name).write_text(page, encoding="utf-8")
        return walk(Path(folder, REPORT[0]), driven)


def on_files(files, config):
    """Add what is made here."""
    found, _, pages = report()
    made = {**pages, "figure.css": environment().get_template("figure.css").render(), "why.svg": redrawn(found)}
    made |= {f"walk-{number}.png": step.picture for number, step in enumerate(steps())}
    made |= {name: BADGE.sub("", (ROOT / source).read_text(encoding="utf-8")) for source, name in PAGES.items()}
    written = [file for file in files.documentation_pages() if file.abs_src_path]
    for text, source in [(file.content_string, DOCS / file.src_uri) for file in written] + [
        ((ROOT / name).read_text(encoding="utf-8"), ROOT / name) for name in PAGES
    ]:
        for link in LINK.findall(text):
            target = (source.parent / link).resolve()
            if target.exists() and DOCS not in target.parents and place(target) not in made:
                made[place(target)] = shown(target)
    for name, content in made.items():
        if old := files.get_file_from_path(name):
            files.remove(old)
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown, page, **_):
    """Links to files of the repository lead to their pages here; the walk is told in its place."""
    origin = next((ROOT / name for name, here in PAGES.items() if here == page.file.src_uri), None)
    source = origin or DOCS / page.file.src_uri

    def there(link):
        target = (source.parent / link[1]).resolve()
        if not target.exists() or (origin is None and DOCS in target.parents):
            return link[1]
        return "../" * page.file.src_uri.count("/") + place(target)

    return LINK.sub(there, markdown).replace(WALK, told() if WALK in markdown else "")


def on_page_content(html, page, **_):
    """A figure of the report in each place that a page keeps for it."""
    found, parts, _ = report()
    at = [get_relative_url(name, page.url) for name in REPORT]
    here, behind = divided(found.outcomes)
    links = addresses(here, at[0]) | addresses(behind, at[1])
    drawn = {figure.name: (figure, drawing) for figure, drawing in parts.figures}

    def put(place):
        if place[1] not in drawn:
            raise PluginError(f"{page.file.src_uri}: there is no figure {place[1]!r}; there are {', '.join(drawn)}")
        macro = environment().get_template("figure.html").module.place
        return macro(*drawn[place[1]], links)

    return FIGURE.sub(put, html)


def place(target):
    """Where a file or folder of the repository stands on the site."""
    name = target.relative_to(ROOT).as_posix()
    if DOCS in target.parents:
        return target.relative_to(DOCS).as_posix()
    return PAGES.get(name, f"repository/{name}.md")


def shown(target):
    """A file's text, or a folder's files, as a page that the search leaves alone."""
    name = target.relative_to(ROOT).as_posix()
    head = f"---\nsearch:\n  exclude: true\n---\n# {name}\n\n"
    if target.is_dir():
        files = [file for file in sorted(target.iterdir()) if file.suffix in (".py", ".toml")]
        return head + "\n".join(f"## {file.name}\n\n{fenced(file)}" for file in files)
    return head + fenced(target)


def fenced(file):
    kind = {".py": "python"}.get(file.suffix, file.suffix.removeprefix("."))
    return f"````{kind}\n{file.read_text(encoding='utf-8')}````\n"


def redrawn(found):
    """docs/why.svg as the record is now."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "why.svg")
        sides.draw(sides.shown(found.outcomes, "why."), path)
        return path.read_bytes()


def told():
    """The steps with their pictures."""
    lines = []
    for number, step in enumerate(steps()):
        click = f" Click: {step.click}." if step.click else ""
        lines.append(
            f"{number + 1}. {step.says}{click}\n\n    [![{step.says}](walk-{number}.png)](walk-{number}.png)\n"
        )
    return "\n".join(lines) or "*No Chromium was installed where this site was built, so the pictures are wanting.*"
