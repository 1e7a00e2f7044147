"""The answers of ``reproduce datasets`` and ``reproduce audit`` as terminal tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reproduce.datasets.audit import QUANTILES, Audit, Duplicates
from reproduce.datasets.overview import Entry
from reproduce.datasets.own import title
from reproduce.errors import one_line
from reproduce.text import many

__all__ = ["print_audit", "print_overview"]


#: Quantiles of the images per animal, by their heading.
SHOWN = {"Min": 0.0, "25 %": 0.25, "Median": 0.5, "75 %": 0.75, "Max": 1.0}
#: Animals on both sides that are named, and lines of one kind.
ANIMALS, MOST = 100, 10


def print_overview(entries: list[Entry], console: Console) -> None:
    """Print one row a set: what it is to this suite, how many images and animals, and where it is or how to get it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Data set", no_wrap=True)
    table.add_column("Role", no_wrap=True)
    table.add_column("Images", justify="right", no_wrap=True)
    table.add_column("Animals", justify="right", no_wrap=True)
    table.add_column("Where", overflow="fold")
    for entry in entries:
        images, animals = (_count(number, entry.counted) for number in (entry.images, entry.animals))
        table.add_row(
            entry.name,
            entry.role,
            images,
            animals,
            escape(one_line(entry.where)),
            style=None if entry.here else "yellow",
        )
    console.print(table)
    if any(not entry.here for entry in entries):
        console.print(
            "get what is missing: reproduce datasets --get NAME; or set REPRODUCE_DATA to the folder of folders"
        )
    if any(not entry.counted and (entry.images or entry.animals) for entry in entries):
        console.print("~ as the set's authors report", style="dim")


def _count(number: int | None, counted: bool) -> str:
    return "" if number is None else f"{number:,}" if counted else f"~{number:,}"


def print_audit(audit: Audit, chance: Mapping[str, tuple[float, float]], console: Console) -> None:
    """Print the findings on one screen.

    ``chance`` maps a side to exact chance MAP@R (per class, per query), as fractions.
    """
    console.print(
        f"[bold]{escape(one_line(title(audit.name)))}[/bold]  content {audit.content_hash[:12]}", highlight=False
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Set")
    for head in ("Animals", "Images", "Singles", *SHOWN, "Chance", "/query"):
        table.add_column(head, justify="right", no_wrap=True)
    for side, sizes in audit.sizes.items():
        if len(sizes):
            figures = ["–" if np.isnan(value) else f"{100 * value:.2f}" for value in chance[side]]
            quantiles = [f"{value:g}" for value in np.quantile(sizes, list(SHOWN.values()))]
            table.add_row(side, f"{len(sizes)}", f"{sizes.sum():,}", f"{audit.lone(side)}", *quantiles, *figures)
    console.print(table)
    explained = "singles: animals of one image; chance: exact MAP@R of a random order, %"
    console.print(explained, style="dim", highlight=False)
    for line in [*_lines(audit), f"findings: {'; '.join(audit.findings) or 'none'}"]:
        console.print(one_line(line), highlight=False, markup=False, soft_wrap=True)


def _split(audit: Audit) -> str:
    if audit.seed is not None:
        return f"split audited: drawn by seed {audit.seed}, for the set has no whole split of its own"
    instead = "; experiments hold out whole animals instead, drawn by seed" if audit.shared_animals else ""
    return f"split audited: the set's own{instead}"


def _lines(audit: Audit) -> list[str]:
    shown = f" ({_some(audit.shared_animals, ANIMALS)})" if audit.shared_animals else ""
    lines = [_split(audit), f"animals on both sides of the split: {len(audit.shared_animals)}{shown}"]
    lines += [f"suspicious names, nearly the same: {' / '.join(group)}" for group in audit.alike[:MOST]]
    if not (audit.heights or audit.unreadable):
        return [*lines, "no pixels here: identities alone were audited"]
    lines += [
        f"unreadable files: {len(audit.unreadable)}",
        *(f"  {line}" for line in audit.unreadable[:MOST]),
        "formats: " + ", ".join(f"{count:,} {kind}" for kind, count in audit.formats.items()),
        f"ending not that of the format: {audit.misnamed:,}",
        *audit.remarks,
        _duplicates("byte-identical groups", audit.same_bytes),
        _duplicates("pixel-identical groups", audit.same_pixels),
        _duplicates("nearly identical pairs", audit.near),
        *(f"  across the split: {_short(one, audit)} = {_short(other, audit)}" for one, other in audit.crossing[:MOST]),
    ]
    if len(audit.crossing) > MOST:
        lines.append(f"  and {many(len(audit.crossing) - MOST, 'more pair')} across the split; --json names them all")
    if audit.heights:
        middle = QUANTILES.index(0.5)
        sides = [
            f"{name} {side[0]:g} to {side[-1]:g}, median {side[middle]:g}"
            for name, side in (("height", audit.heights), ("width", audit.widths))
        ]
        lines.append(f"pixels: {'; '.join(sides)}")
    return [*lines, _photographs(audit)]


def _photographs(audit: Audit) -> str:
    if audit.photographs is None:
        return f"images cut from one photograph: not sought among {many(audit.pairs, 'pair')} (--photographs: minutes)"
    found = audit.photographs
    images = len({row for pair in found.groups for row in pair})
    across = f", {found.across_split:,} across the split" if found.across_split else ""
    return (
        f"images cut from one photograph: {images:,}; they make {len(found.groups):,} of the {audit.pairs:,} pairs of "
        f"one animal{across}"
    )


def _duplicates(kind: str, found: Duplicates) -> str:
    return f"{kind}: {len(found.groups)}, across animals {found.across_animals}, across the split {found.across_split}"


def _short(path: str, audit: Audit) -> str:
    """Return a path within the user's own folder, or its last three parts."""
    own = Path(audit.name)
    inside = own.is_absolute() and Path(path).is_relative_to(own)
    return str(Path(path).relative_to(own)) if inside else str(Path(*Path(path).parts[-3:]))


def _some(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
