"""Fill README.md and the pages of docs/ from the record: what stands between two marks is made, never typed.

``python docs/fill.py`` writes them. A mark is a comment, ``<!-- filled: NAME -->``, and its end ``<!-- filled -->``.
"""

import re
import sys
from pathlib import Path

from reproduce.record import Store
from reproduce.report import dots, headlines
from reproduce.report.evidence import reader
from reproduce.verdicts import explanation_table, explanations, lines, readings, standing
from reproduce.verdicts.collect import judged, record_of
from reproduce.verdicts.standing import Standing

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "claims"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!-- filled: (\w+) -->\n).*?(<!-- filled -->)", re.DOTALL)
PICTURE = ROOT / "docs" / "lions.svg"


def blocks(outcomes):
    """Return what each name stands for, by the outcomes of the claims."""
    counts = standing.count(lines.fold(lines.read(CLAIMS / lines.FILE), outcomes))
    found = {"findings": headlines.listed(headlines.read(CLAIMS, outcomes)), "counts": table(counts)}
    digits = explanations.digits_of(outcomes)
    weighed = explanations.measure(CLAIMS, outcomes, reader(Store(record_of(CLAIMS))), digits)
    told = explanation_table.markdown(weighed, readings.collect(outcomes), digits).split("\n\n")
    return found | dict(zip(("yardsticks", "rivals", "weights"), told, strict=True))


def table(counts):
    """Return the statements' counts as a table in Markdown: the first two rows add up to all."""
    own, rest, untested = counts.own.total(), counts.elsewhere.total(), counts.elsewhere[Standing.UNTESTED]
    rows = [
        ("Tested on the paper's own data and network", f"{own} of {counts.statements} statements", counts.own),
        ("Not tested so: they need two downloads", f"{rest}, every printed score among them", None),
        ("Of these, tested on substitute data", f"{rest - untested} of {rest}", counts.elsewhere),
    ]
    said = [f"| {what} | {how_many} | {standing.listed(found) if found else ''} |" for what, how_many, found in rows]
    return "\n".join(["| | | |", "|---|---|---|", *said])


def filled(text, made):
    """Return the page with every block made anew. KeyError for a name that there is not."""
    return BLOCK.sub(lambda found: f"{found[1]}{made[found[2]]}\n{found[3]}", text)


def main():
    """Write every page that changed, and the picture."""
    outcomes = judged(CLAIMS).outcomes
    made = blocks(outcomes)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if (now := filled(text, made)) != text:
            page.write_text(now, encoding="utf-8")
            print(f"{page.relative_to(ROOT)}: filled", file=sys.stderr)
    dots.save(*headlines.dots(CLAIMS, outcomes), PICTURE)


if __name__ == "__main__":
    main()
