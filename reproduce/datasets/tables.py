"""The answers of ``reproduce datasets`` and ``reproduce audit`` as terminal tables."""

from collections.abc import Mapping

import numpy as np
from rich.console import Console
from rich.table import Table

from reproduce.datasets.audit import QUANTILES, Audit, Duplicates
from reproduce.datasets.overview import Entry

__all__ = ["print_audit", "print_overview"]


#: Quantiles of the images per animal, by their heading.
SHOWN = {"Min": 0.0, "25 %": 0.25, "Median": 0.5, "75 %": 0.75, "Max": 1.0}
#: Animals on both sides that are named.
MOST = 100


def print_overview(entries: list[Entry], console: Console) -> None:
    """One row a set: what it is to this suite, how many images and animals, and where it is or how to get it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Data set", no_wrap=True)
    table.add_column("Role", no_wrap=True)
    table.add_column("Images", justify="right", no_wrap=True)
    table.add_column("Animals", justify="right", no_wrap=True)
    table.add_column("Where", overflow="fold")
    for entry in entries:
        images, animals = (_count(number, entry.counted) for number in (entry.images, entry.animals))
        table.add_row(entry.name, entry.role, images, animals, entry.where, style=None if entry.here else "yellow")
    console.print(table)
    if any(not entry.here for entry in entries):
        console.print(
            "get what is missing: reproduce datasets --get NAME; or set REPRODUCE_DATA to the folder of folders"
        )
    if any(not entry.counted and (entry.images or entry.animals) for entry in entries):
        console.print("~ as the set's authors report", style="dim")


def _count(number: int | None, counted: bool) -> str:
    return "" if number is None else f"{number:,}" if counted else f"~{number:,}"


def print_audit(
    audit: Audit, chance: Mapping[str, tuple[float, float]], shared: tuple[int, int, int] | None, console: Console
) -> None:
    """The findings. ``chance`` maps a side to exact chance MAP@R (per class, per query), as fractions.

    ``shared``: pairs of images of one animal, those sharing a photograph, and those by the stricter reading.
    """
    console.print(f"[bold]{audit.name}[/bold]  content {audit.content_hash[:12]}", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Set")
    for head in ("Animals", "Images", "Lone", *SHOWN, "Chance", "per query"):
        table.add_column(head, justify="right", no_wrap=True)
    for side, sizes in audit.sizes.items():
        if len(sizes):
            figures = ["–" if np.isnan(value) else f"{100 * value:.2f}" for value in chance[side]]
            quantiles = [f"{value:g}" for value in np.quantile(sizes, list(SHOWN.values()))]
            table.add_row(side, f"{len(sizes)}", f"{sizes.sum():,}", f"{audit.lone(side)}", *quantiles, *figures)
    console.print(table)
    console.print("images per animal; chance: exact expected MAP@R of a random order, %, per class first", style="dim")
    for line in _findings(audit, shared):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _split(audit: Audit) -> str:
    if audit.seed is not None:
        return f"split audited: drawn by seed {audit.seed}, for the set has no whole split of its own"
    instead = "; experiments hold out whole animals instead, drawn by seed" if audit.shared_animals else ""
    return f"split audited: the set's own{instead}"


def _findings(audit: Audit, shared: tuple[int, int, int] | None) -> list[str]:
    leak = ", ".join(audit.shared_animals[:MOST]) + (" …" if len(audit.shared_animals) > MOST else "")
    shown = f" ({leak})" if leak else ""
    lines = [_split(audit), f"animals on both sides of the split: {len(audit.shared_animals)}{shown}"]
    if audit.heights or audit.unreadable:
        lines += [
            f"unreadable files: {len(audit.unreadable)}",
            *(f"  {line}" for line in audit.unreadable),
            "formats: " + ", ".join(f"{count:,} {kind}" for kind, count in audit.formats.items()),
            f"ending not that of the format: {audit.misnamed:,}",
            _duplicates("byte-identical", audit.same_bytes),
            _duplicates("pixel-identical", audit.same_pixels),
        ]
    else:
        lines.append("no pixels here: identities alone were audited")
    if audit.heights:
        middle = QUANTILES.index(0.5)
        sides = [
            f"{name} {side[0]:g} to {side[-1]:g}, median {side[middle]:g}"
            for name, side in (("height", audit.heights), ("width", audit.widths))
        ]
        lines.append(f"pixels: {'; '.join(sides)}")
    if shared is not None:
        pairs, found, strict = shared
        lines.append(
            f"pairs of one animal that share a photograph: {found:,} of {pairs:,} ({strict:,} by the stricter reading)"
        )
    return [*lines, f"findings: {'; '.join(audit.findings) or 'none'}"]


def _duplicates(kind: str, found: Duplicates) -> str:
    return (
        f"{kind} groups: {len(found.groups)}, across animals {found.across_animals}, "
        f"across the split {found.across_split}"
    )
