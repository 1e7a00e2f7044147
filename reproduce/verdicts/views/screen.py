"""The paper on one screen: a line for each statement, the verdict on its own data and on each kind of substitute."""

import textwrap
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from reproduce.verdicts.files.lines import Folded
from reproduce.verdicts.files.settings import Setting
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.standing import Standing, answer, count, sentences, standing, tested

__all__ = ["as_json", "by_column", "screen", "setting", "so_far"]

#: The column of a setting that names none.
UNNAMED = "other data"
#: Where a sentence has less room than this, each line of the paper folds into two.
ROOM = 20
#: From here on a whole sentence stands where it has room.
WIDE = 110
LEGEND = (
    "yes, NO: the 90 % interval lies inside, outside what is required. ?: across an edge. ok: it fits a figure of one "
    "or two runs. -: not run. a/b: claims differ."
)
SIGNS = {
    "†": "a rule younger than its result.",
    "°": "by seeds alone.",
    "◊": "fragile.",
}
CONCLUSIVE = (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED)
#: What a line of each kind says so far, where that is not the standing's own word.
SAID = {
    "statement": {Standing.NOT_REPRODUCED: "contradicted"},
    "question": {Standing.REPRODUCED: "yes", Standing.SUPPORTED: "yes"}
    | {Standing.NOT_REPRODUCED: "no", Standing.CONTRADICTED: "no", Standing.UNDECIDED: "open"},
    "check": {Standing.REPRODUCED: "passes", Standing.SUPPORTED: "passes"}
    | {Standing.NOT_REPRODUCED: "fails", Standing.CONTRADICTED: "fails"},
}
HEADINGS = {
    "question": "Questions that the paper leaves open",
    "check": "Checks of the protocol and of the software",
}


def screen(
    folded: Sequence[Folded],
    settings: Mapping[str, Setting],
    width: int = 80,
    kinds: Sequence[str] = ("statement",),
    needs: str = "",
) -> list[str]:
    """Return the counts, then the lines of the paper of the given kinds, a line each, then what the words mean.

    ``needs``: what the statements that were not run need.
    """
    columns = list(by_column([outcome for one in folded for outcome in one.elsewhere], settings))
    said = sentences(count(folded), needs)
    lines = [part for one in said for part in textwrap.wrap(one, width, subsequent_indent="  ")]
    for kind in kinds:
        chosen = [one for one in folded if one.line.kind == kind]
        if not chosen:
            continue
        lines += ["", *textwrap.wrap(HEADINGS.get(kind, ""), width)]
        rows = [_cells(one, columns, settings) for one in chosen]
        lines += _table(rows, columns, width) or _folded(rows, columns, width)
    used = [f"{sign}: {said}" for sign, said in SIGNS.items() if any(sign in one for one in lines)]
    return [*lines, "", *textwrap.wrap(" ".join([LEGEND, *used]), width)]


def by_column(outcomes: Sequence[Outcome], settings: Mapping[str, Setting]) -> dict[str, list[Outcome]]:
    """Return the claims under each column of the screen, in the order of the settings' file."""
    at = {name: place for place, name in enumerate(settings)}
    found: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda one: at.get(one.spec.setting, len(at))):
        named = settings.get(outcome.spec.setting)
        column = str(named.values.get("column", UNNAMED)) if named else UNNAMED
        found.setdefault(column, []).append(outcome)
    return found


def _cells(one: Folded, columns: Sequence[str], settings: Mapping[str, Setting]) -> tuple[str, ...]:
    """Return section, short and whole sentence, the paper's figure, own data, each column, and so far."""
    there = by_column(one.elsewhere, settings)
    answers = [answer(one.own), *(answer(there.get(name, [])) for name in columns)]
    section = one.line.at.partition(",")[0].replace("Table ", "T.")
    return (section, one.line.short, one.sentence.rstrip("."), one.line.printed, *answers, so_far(one))


def so_far(one: Folded) -> str:
    """Return where a line stands, in the words of its kind."""
    stands = standing(one)
    said = [outcome for outcome in (tested(one.own) or tested(one.elsewhere)) if outcome.verdict in CONCLUSIVE]
    found = {
        "†": any(o.post_hoc for o in said),
        "°": any(o.seeds_alone for o in said),
        "◊": any(o.fragile for o in said),
    }
    signs = "".join(sign for sign, is_so in found.items() if is_so)
    return SAID.get(one.line.kind, {}).get(stands, str(stands)) + signs


def _table(rows: Sequence[tuple[str, ...]], columns: Sequence[str], width: int) -> list[str]:
    """Return the lines as a table; nothing where its sentences would have no room."""
    heads = [("", "At"), ("", "Statement"), ("", "Paper"), ("own", "data"), *map(_two_lines, columns), ("", "So far")]
    at, short, sentence, *rest = zip_longest(*rows, fillvalue="")
    widths = [max(map(len, (*head, *cells))) for head, cells in zip(heads[2:], rest, strict=True)]
    at_width = max(map(len, ("At", *at)))
    room = width - at_width - sum(widths) - len(heads) + 1
    if room < ROOM:
        return []
    lines = [_line([head[line] for head in heads], [at_width, room, *widths]) for line in (0, 1)]
    before = ""
    for place, (section, *_) in enumerate(rows):
        said = short[place] or sentence[place]
        if width >= WIDE and len(sentence[place]) <= room:
            said = sentence[place]
        cells = [section if section != before else "", _cut(said, room), *(cells[place] for cells in rest)]
        lines.append(_line(cells, [at_width, room, *widths]))
        before = section
    return lines


def _folded(rows: Sequence[tuple[str, ...]], columns: Sequence[str], width: int) -> list[str]:
    """Return each line as a sentence with where it stands and, indented, its answers: for a narrow terminal."""
    lines = []
    for section, short, sentence, printed, *answers, stands in rows:
        head = f"{section}  {short or sentence}{f' (paper {printed})' if printed else ''}: {stands}"
        told = [f"{name} {said}" for name, said in zip(("own data", *columns), answers, strict=True) if said]
        lines += textwrap.wrap(head, width, subsequent_indent="  ")
        lines += textwrap.wrap("; ".join(told), width, initial_indent="    ", subsequent_indent="    ")
    return lines


def _two_lines(name: str) -> tuple[str, str]:
    """Return a heading in two lines, the last word in the second."""
    first, _, last = name.rpartition(" ")
    return first, last


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row: words to the left, the paper's figure to the right."""
    padded = [cell.ljust(span) for cell, span in zip(cells, widths, strict=True)]
    padded[2] = cells[2].rjust(widths[2])
    return " ".join(padded).rstrip()


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip(" ,:") + "…"


def as_json(folded: Sequence[Folded]) -> list[dict[str, Any]]:
    """Return each line with its claims, one for each row and setting: plain JSON values."""
    return [
        {
            "id": one.line.id,
            "kind": one.line.kind,
            "at": one.line.at,
            "sentence": one.sentence,
            "printed": one.line.printed,
            "so_far": str(standing(one)),
            "settings": [setting(outcome) for outcome in (*one.own, *one.elsewhere)],
        }
        for one in folded
    ]


def setting(outcome: Outcome) -> dict[str, Any]:
    """Return one claim's verdict in one setting."""
    return {
        "name": outcome.spec.setting,
        "claim": outcome.spec.id,
        "fidelity": outcome.spec.fidelity,
        "verdict": outcome.says,
        "ours": outcome.ours,
        "interval": None if outcome.interval is None else list(outcome.interval),
        "scatter": outcome.scatter,
        "seeds_alone": outcome.seeds_alone,
        "post_hoc": outcome.post_hoc,
        "fragile": list(outcome.fragile),
        "n": outcome.n,
        "chance": outcome.chance,
    }
