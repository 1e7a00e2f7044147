"""Fill README.md and the pages of docs/ from the record: what stands between two marks is made, never typed.

``python docs/fill.py`` writes them. A mark is a comment, ``<!-- filled: NAME -->``, and its end ``<!-- filled -->``.
Within a sentence a figure has its claim behind it: ``7.2 (-2.8 to 17.1)<!-- by: ID -->`` is the claim's mean and its
90 % interval, with as many digits as are written; ``7.2<!-- by: ID -->`` and ``-2.8 to 17.1<!-- by: ID -->`` are one of
both. A word behind the id says another figure: ``left`` or ``right`` of a comparison, ``chance``, ``less`` the figure
with its sign turned, ``seeds`` the interval over seeds.

Of what might have printed Table III, ``3.3<!-- scored: NAME ROW LIONS -->`` is a score, and
``1.7<!-- weighed: NAME over OTHER -->`` how much likelier one makes the table than another does, or two rows of it
(``... of 32 64 -->``).
"""

import re
import sys
from collections import Counter
from pathlib import Path

from reproduce.export import schemas
from reproduce.record import Store
from reproduce.report import headlines
from reproduce.report.evidence import reader
from reproduce.report.figures import dots
from reproduce.running.inputs import sizes
from reproduce.verdicts.explanations import listing, readings, scored
from reproduce.verdicts.files import lines, settings
from reproduce.verdicts.files.settings import PAPER
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.plugin.collect import asked, judged, record_of
from reproduce.verdicts.views import screen, standing
from reproduce.verdicts.views.brief import OWN
from reproduce.verdicts.views.cells import figure, required, spread
from reproduce.verdicts.views.needs import downloads, in_words
from reproduce.verdicts.views.standing import Standing

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "claims"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!-- filled: ([\w.]+) -->\n).*?(<!-- filled -->)", re.DOTALL)
NUMBER = r"-?\d+(?:\.\d+)?"
INLINE = re.compile(
    rf"(?:(?P<mean>{NUMBER}) \((?P<low>{NUMBER}) to (?P<high>{NUMBER})\)|(?P<from>{NUMBER}) to (?P<to>{NUMBER})"
    rf"|(?P<one>{NUMBER}))(?P<mark><!-- by: (?P<id>\S+)(?: (?P<which>left|right|chance|less|seeds))? -->)"
)
RIVAL = re.compile(
    rf"(?P<figure>{NUMBER})(?P<mark><!-- (?:scored: (?P<scored>[^>]+?)|weighed: (?P<weighed>[^>]+?)) -->)"
)
#: The line that the README explains.
LINE = "II.sixteen"
PICTURE = ROOT / "docs" / "lions.svg"
#: The open questions, each a file of claims: the name of its table is the beginning of its ids.
PART = re.compile(r"^why\.\w+", re.MULTILINE)
#: Verdicts of yes or no; what is compatible could not have turned.
ENDED = (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED)


def blocks(outcomes):
    """Return what each name stands for, by the outcomes of the claims."""
    folded = lines.fold(lines.read(CLAIMS / lines.FILE), outcomes)
    counts = standing.count(folded)
    needed = downloads(asked(CLAIMS), Store(record_of(CLAIMS)))
    found = {"findings": headlines.listed(headlines.read(CLAIMS, outcomes)), "counts": table(counts, in_words(needed))}
    found["downloads"] = f"{sizes(needed)}."
    found["signs"], found["line"] = signs(outcomes), example(folded)
    digits = scored.digits_of(outcomes)
    source, read = reader(Store(record_of(CLAIMS))), readings.collect(outcomes)
    weighed = scored.measure(CLAIMS, outcomes, source, digits)
    parts = PART.findall("\n".join(one.spec.id for one in outcomes))
    found |= {name: answered(outcomes, name) for name in dict.fromkeys(parts)}
    told = listing.markdown(weighed, read, digits).split("\n\n")
    found |= dict(zip(("yardsticks", "rivals", "weights"), told, strict=True))
    return found | scores(weighed) | ratios(weighed, read, digits, source)


def scores(weighed):
    """Return the score of each yardstick and rival by name, row and lions, such as "pixels 64 75"."""
    return {f"{one.rival.name} {row} {lions}": one.mean(row, lions) for one in weighed for row, lions in one.scores}


def ratios(weighed, read, digits, source):
    """Return how likely each makes the whole table, to any other, by "NAME over OTHER"; of two rows behind an "of"."""
    whole = {one.rival.name: one.weight.mean for one in weighed}
    whole |= {name: one.mean for name, one in scored.weigh_readings(read, weighed, digits).items()}
    pair = scored.likelihoods(CLAIMS, source, digits, ("32", "64"))
    both = (("", whole), (" of 32 64", pair))
    return {
        f"{name} over {other}{of}": chance / known[other]
        for of, known in both
        for name, chance in known.items()
        for other in known
        if chance is not None and known[other]
    }


def table(counts, needed):
    """Return the statements' counts as a table in Markdown, whose three rows add up; below it, what is ``needed``."""
    own, rest, untested = counts.own.total(), counts.elsewhere.total(), counts.elsewhere[Standing.UNTESTED]
    tried = counts.elsewhere - Counter({Standing.UNTESTED: untested})
    rows = [
        ("on the paper's own data and network", own, standing.listed(counts.own)),
        (
            "on substitutes only: other cattle, another network or another way of training",
            rest - untested,
            standing.listed(tried),
        ),
        ("not yet: scores on the paper's own cattle", untested, ""),
    ]
    lines = [f"| {where} | {how_many} | {found} |" for where, how_many, found in rows]
    head = f"| tested | of {counts.statements} statements | so far |"
    below = "Every printed score is in the last two rows."
    below += f" Testing these {rest} statements as the paper did takes {needed}."
    return "\n".join([head, "|---|---|---|", *lines, "", below])


def example(folded):
    """Return one line of the paper's screen, under the heads of its columns."""
    shown = screen.screen(folded, settings.read(CLAIMS / settings.FILE))
    at = next(at for at, line in enumerate(shown) if line.startswith("At "))
    (short,) = [one.line.short for one in folded if one.line.id == LINE]
    (line,) = [one for one in shown if short in one]
    return "\n".join(["```", shown[at - 1], shown[at], line, "```"])


def answered(outcomes, part):
    """Return the judged claims whose ids begin so as a table in Markdown, each sentence once for all its data."""
    lines, before = ["| what was asked | on | ours (90 %) | required | answer |", "|---|---|---|---|---|"], ""
    for one in outcomes:
        if not f"{one.spec.id}.".startswith((f"{part}.", f"{part}@")) or one.ours is None:
            continue
        said = f"{one.spec.sentence.rstrip('.')} (`{one.spec.statement}`)"
        span = f" ({spread(one).replace('..', ' to ')})" if spread(one) else ""
        ours = f"{figure(one.ours, one)}{span}"
        cells = [
            said if said != before else "",
            OWN if one.spec.setting == PAPER else one.spec.setting,
            ours,
            required(one),
            one.told,
        ]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
        before = said
    return "\n".join(lines)


def signs(outcomes):
    """Return how many verdicts on statements another choice turns, and how many rules came after the result."""
    ended = [one for one in outcomes if one.spec.kind == "statement" and one.verdict in ENDED]
    fragile, late = sum(bool(one.fragile) for one in ended), sum(bool(one.post_hoc) for one in ended)
    return (
        f"A statement is tested in several settings, and {len(ended)} of these tests ended in yes or no. Of these, "
        f"{fragile} are *fragile* (`◊`): another margin, set of lions, average or scaling would turn the verdict. In "
        f"{late} the rule was written after a first result could be seen (*post hoc*, `†`). "
        "[Every sign](docs/verdicts.md#signs-behind-a-verdict)."
    )


def filled(text, made, outcomes=()):
    """Return the page with every block and figure made anew. KeyError for a name, or a claim, that there is not."""
    text = BLOCK.sub(lambda found: f"{found[1]}{made[found[2]]}\n{found[3]}", text)
    by_id = {outcome.spec.id: outcome for outcome in outcomes}
    text = RIVAL.sub(lambda one: _written(made[one["scored"] or one["weighed"]], one["figure"]) + one["mark"], text)
    return INLINE.sub(lambda found: figures(found, by_id[found["id"]]), text)


def figures(found, outcome):
    """Return a sentence's figures by its claim, as they were written; unchanged where the claim was not run."""
    if outcome.ours is None:
        return found[0]
    sides = dict(zip(("left", "right"), outcome.sides or (), strict=False))
    mean = {**sides, "chance": outcome.chance}.get(found["which"], outcome.ours)
    low, high = outcome.intervals.get("seeds") if found["which"] == "seeds" else outcome.interval or (mean, mean)
    if found["which"] == "less":
        mean, low, high = -mean, -high, -low
    said = {"mean": mean, "low": low, "high": high, "from": low, "to": high, "one": mean}
    text = found[0]
    for name, value in said.items():
        if found[name] is not None:
            start, end = (at - found.start() for at in found.span(name))
            said[name] = (start, end, _written(value, found[name]))
    for start, end, new in sorted((one for one in said.values() if isinstance(one, tuple)), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _written(value, as_before):
    """Return a value with the digits that were written."""
    text = f"{value:.{len(as_before.partition('.')[2])}f}"
    return text.removeprefix("-") if not float(text) else text


def main():
    """Write every page that changed, the picture, and the schemas of what is kept."""
    outcomes = judged(CLAIMS).outcomes
    made = blocks(outcomes)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if (now := filled(text, made, outcomes)) != text:
            page.write_text(now, encoding="utf-8")
            print(f"{page.relative_to(ROOT)}: filled", file=sys.stderr)
    dots.save(*headlines.dots(CLAIMS, outcomes), PICTURE)
    schemas.write(ROOT / "docs" / "schemas")


if __name__ == "__main__":
    main()
