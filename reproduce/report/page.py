"""The page: the paper on one screen, the figures and every claim with its evidence, written as one HTML file."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reproduce.cache import write_atomically
from reproduce.record import Store
from reproduce.report.counting import PARTED, called, counted, tiles, word
from reproduce.report.drawing import Drawn, Figure, Material
from reproduce.report.evidence import Evidence, Provenance, gather, intervals, provenance, reader
from reproduce.report.gallery.photographs import DATA, Pictures, look
from reproduce.report.headlines import Headline
from reproduce.report.matrix import Column, Row
from reproduce.report.strip import HEIGHT, WIDTH, described, strip
from reproduce.report.templating import environment
from reproduce.verdicts.outcome import EVIDENCE, Outcome
from reproduce.verdicts.plugin.collect import Judged, Origin
from reproduce.verdicts.views.standing import Standing
from reproduce.verdicts.views.table import figure, groups

__all__ = ["Parts", "collect", "render", "write"]


@dataclass(frozen=True)
class Parts:
    """What stands on the page beside the claims; each may be missing."""

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


def render(outcomes: Sequence[Outcome], information: Mapping[str, Any], parts: Parts) -> str:
    """The page. ``information`` is what ``verdicts.saving.describe`` says."""
    others: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        others.setdefault(outcome.spec.statement, []).append(outcome)
    made = environment(word=word, strip=strip, described=described, figure=figure, ours=_ours, intervals=intervals)
    return made.get_template("page.html").render(
        kinds=[(kind, called(kind, found.total()), tiles(kind, found)) for kind, found in counted(outcomes).items()],
        groups=groups(outcomes),
        total=len(outcomes),
        choices=_choices(outcomes),
        others=others,
        codes=_codes(parts.evidence),
        known={outcome.spec.id for outcome in outcomes},
        parted=[outcome for outcome in outcomes if word(outcome) in PARTED],
        information=information,
        parts=parts,
        strip_width=WIDTH,
        strip_height=HEIGHT,
        evidence_levels=EVIDENCE,
    )


def collect(claims: Path, pictures: bool = False) -> tuple[Judged, Parts]:
    """The claims judged by their record, and all that the page shows of them.

    ``pictures`` adds photographs of the animals, where the data is at hand.
    """
    from reproduce.report import headlines
    from reproduce.report.figures import FIGURES, dots
    from reproduce.report.matrix import columns, matrix
    from reproduce.verdicts.files import lines, settings
    from reproduce.verdicts.plugin.collect import judged, record_of
    from reproduce.verdicts.views import standing

    found = judged(claims)
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
    """Judge the claims by their record and write ``output/index.html``, whole or not at all."""
    from reproduce.errors import InvalidInputError
    from reproduce.verdicts.runs.saving import describe

    found, parts = collect(claims, pictures)
    page = render(found.outcomes, describe(found.outcomes), parts)
    path = output / "index.html"
    try:
        write_atomically(path, page.encode())
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be written: {error.strerror}") from None
    return path, list(found.outcomes)


def _choices(outcomes: Sequence[Outcome]) -> list[tuple[str, str, list[str]]]:
    """The filters: their name in the address, what they ask, and the values that some claim has."""
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
    """The code of each claim file's functions by file and line, each once."""
    origins = [one.origin for one in evidence.values() if one.origin.code]
    return dict(sorted({(origin.file, origin.line): origin.code for origin in origins}.items()))


def _ours(value: float | None, outcome: Outcome) -> str:
    """A value as the table prints it; the sign of a difference always shows."""
    text = figure(value, outcome)
    return f"+{text}" if outcome.difference and value is not None and value > 0 else text.replace("-", "−")
