"""The report as two HTML files: the paper, its figures and claims; and the trials, long figures and code behind it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reproduce.cache import write_atomically
from reproduce.garbage import uncollected
from reproduce.record import Store
from reproduce.report.counting import PARTED, called, counted, tiles, word
from reproduce.report.drawing import Drawn, Figure, Material
from reproduce.report.evidence import Evidence, Provenance, gather, intervals, provenance, reader
from reproduce.report.gallery.photographs import DATA, Pictures, look
from reproduce.report.headlines import Headline
from reproduce.report.matrix import Column, Row
from reproduce.report.strip import HEIGHT, WIDTH, described, strip
from reproduce.report.templating import anchor, environment
from reproduce.verdicts.outcome import EVIDENCE, Outcome
from reproduce.verdicts.plugin.collect import Judged, Origin
from reproduce.verdicts.views.cells import figure
from reproduce.verdicts.views.standing import Standing
from reproduce.verdicts.views.table import groups

__all__ = ["FILES", "Parts", "addresses", "collect", "divided", "render", "write"]

#: The names of the first and of the second page.
FILES = ("index.html", "details.html")


@dataclass(frozen=True)
class Parts:
    """Hold what stands on the page beside the claims; each may be missing."""

    made_of: Provenance = field(default_factory=Provenance)
    headlines: Sequence[Headline] = ()
    dots: Drawn | None = None
    counts: Sequence[str] = ()
    bars: Sequence[tuple[str, Counter[Standing]]] = ()
    columns: Sequence[Column] = ()
    matrix: Sequence[Row] = ()
    figures: Sequence[tuple[Figure, Drawn | None]] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    pictures: Pictures | None = None
    lead: str = ""


def render(
    outcomes: Sequence[Outcome], information: Mapping[str, Any], parts: Parts, names: tuple[str, str] = FILES
) -> dict[str, str]:
    """Return the text of each page by its file's name: the first, and the second where there is something for it.

    ``information`` is what ``verdicts.saving.describe`` says.
    """
    first, second = names
    here, there = divided(outcomes)
    codes, behind = _codes(parts.evidence), [pair for pair in parts.figures if pair[0].behind and pair[1]]
    subjects = [word for word, some in (("trials", there), ("long figures", behind), ("code", codes)) if some]
    others: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        others.setdefault(outcome.spec.statement, []).append(outcome)
    said = {
        "kinds": [(kind, called(kind, found.total()), tiles(kind, found)) for kind, found in counted(outcomes).items()],
        "others": others,
        "codes": codes,
        "behind": behind,
        "parted": [outcome for outcome in outcomes if word(outcome) in PARTED],
        "information": information,
        "parts": parts,
        "strip_width": WIDTH,
        "strip_height": HEIGHT,
        "evidence_levels": EVIDENCE,
        "first": first,
        "second": second if subjects else "",
        "subjects": ", ".join(subjects),
    }
    made = environment(word=word, strip=strip, described=described, figure=figure, ours=_ours, intervals=intervals)

    def page(template: str, here: str, shown: Sequence[Outcome], elsewhere: Sequence[Outcome], away: str) -> str:
        return made.get_template(template).render(
            said,
            here=here,
            groups=groups(shown),
            total=len(shown),
            elsewhere=len(elsewhere),
            choices=_choices(shown),
            links=addresses(shown) | addresses(elsewhere, away),
        )

    pages = {first: page("page.html", first, here, there, second)}
    return pages | ({second: page("details.html", second, there, here, first)} if subjects else {})


def divided(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    """Return the claims of the first page and of the second, which has the files that hold controls alone."""
    behind = {name for name, members in groups(outcomes) if all(one.spec.kind == "control" for one in members)}
    here, there = ([one for one in outcomes if (one.spec.group in behind) is is_so] for is_so in (False, True))
    return here, there


def addresses(outcomes: Sequence[Outcome], page: str = "") -> dict[str, str]:
    """Return the address of each claim by its id, on a page or, without its name, on the page that it stands on."""
    return {one.spec.id: f"{page}#{anchor(one.spec.id)}" for one in outcomes}


def collect(claims: Path, pictures: bool = False) -> tuple[Judged, Parts]:
    """Return the claims judged by their record, and all that the page shows of them.

    ``pictures`` adds photographs of the animals, where the data is at hand.
    """
    from reproduce.report import headlines
    from reproduce.report.figures import FIGURES, dots
    from reproduce.report.matrix import columns, matrix
    from reproduce.verdicts.files import lines, settings
    from reproduce.verdicts.plugin.collect import record_of
    from reproduce.verdicts.plugin.kept import judgement
    from reproduce.verdicts.views import standing

    found = judgement(claims)
    store = Store(record_of(claims))
    source, material = reader(store), Material(found.outcomes, found.requests, store, claims)
    beside = claims.resolve()  # what is read of a file is kept by its path, which must not depend on where we are
    folded = lines.fold(lines.read(beside / lines.FILE), found.outcomes)
    said = settings.read(beside / settings.FILE)
    across = columns(folded, said)
    counts = standing.count(folded)
    title, rows = headlines.dots(claims, found.outcomes)
    parts = Parts(
        provenance(store),
        headlines.read(claims, found.outcomes),
        dots.draw(title, rows) if rows else None,
        standing.sentences(counts),
        [("own data", counts.own), ("substitutes", counts.elsewhere)] if folded else [],
        across,
        matrix(folded, across, said),
        [(one, one.draw(material)) for one in FIGURES],
        {one.spec.id: gather(one, found.origins.get(one.spec.id, Origin()), source) for one in found.outcomes},
        look(pictures) if any(one.data == DATA for one in found.requests) else None,  # another paper has other animals
        headlines.lead(claims),
    )
    return found, parts


def write(claims: Path, output: Path, pictures: bool = False) -> tuple[Path, list[Outcome]]:
    """Judge the claims by their record and write the pages into ``output``, each whole or not at all.

    Returns the first page, which is written last, and the claims.
    """
    from reproduce.errors import InvalidInputError
    from reproduce.verdicts.runs.saving import describe

    with uncollected():
        found, parts = collect(claims, pictures)
        pages = render(found.outcomes, describe(found.outcomes), parts)
    for name, page in reversed(pages.items()):
        path = output / name
        try:
            write_atomically(path, page.encode())
        except OSError as error:
            raise InvalidInputError(f"{path}: cannot be written: {error.strerror}") from None
    return path, list(found.outcomes)


def _choices(outcomes: Sequence[Outcome]) -> list[tuple[str, str, list[str]]]:
    """Return the filters: their name in the address, what they ask, and the values that some claim has."""
    asked: dict[str, tuple[str, Callable[[Outcome], str]]] = {
        "kind": ("Kind", lambda one: one.spec.kind),
        "verdict": ("Verdict", word),
        "setting": ("Setting", lambda one: one.spec.setting),
        "section": ("Section", lambda one: one.spec.group),
    }
    return [
        (name, label, list(dict.fromkeys(value(one) for one in outcomes))) for name, (label, value) in asked.items()
    ]


def _codes(evidence: Mapping[str, Evidence]) -> dict[tuple[str, int], str]:
    """Return the code of each claim file's functions by file and line, each once."""
    origins = [one.origin for one in evidence.values() if one.origin.code]
    return dict(sorted({(origin.file, origin.line): origin.code for origin in origins}.items()))


def _ours(value: float | None, outcome: Outcome) -> str:
    """Return a value as the table prints it; the sign of a difference always shows."""
    text = figure(value, outcome)
    return f"+{text}" if outcome.difference and value is not None and value > 0 else text.replace("-", "−")
