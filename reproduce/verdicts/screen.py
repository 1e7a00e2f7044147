"""The paper on one screen: its lines in order, the verdict on its own data and elsewhere as marks, best evidence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reproduce.verdicts.judge import Verdict
from reproduce.verdicts.lines import Folded
from reproduce.verdicts.outcome import FIDELITIES, Outcome
from reproduce.verdicts.settings import Setting
from reproduce.verdicts.table import asked, figure, surviving

__all__ = ["as_json", "by_setting", "headline", "letter", "mark", "screen", "setting"]

MARKS = {
    Verdict.REPRODUCED: "✓",
    Verdict.NOT_REPRODUCED: "✗",
    Verdict.COMPATIBLE: "≈",
    Verdict.INCONCLUSIVE: "?",
    Verdict.NOT_RUN: "·",
    Verdict.ERROR: "!",
}
LEGEND = "o own data: ✓ reproduced ✗ not ≈ compatible ? inconclusive ± mixed · not run"
CONCLUSIVE = (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.COMPATIBLE)
ID, OWN, ELSEWHERE, EVIDENCE = 19, 1, 10, 14
#: A blank at which no line is broken.
TIE = "\u00a0"
#: From here on whole sentences have room.
WIDE = 110


def mark(outcomes: Sequence[Outcome]) -> str:
    """One mark for the rows of a line in one setting: theirs where they agree, "±" where they do not.

    Rows that were not run say nothing beside rows that were.
    """
    marks = {"!" if outcome.drift else MARKS[Verdict(outcome.verdict)] for outcome in outcomes}
    if len(marks) > 1:
        marks.discard("·")
    return marks.pop() if len(marks) == 1 else "±" if marks else "·"


def screen(folded: Sequence[Folded], settings: Mapping[str, Setting], width: int = 80) -> list[str]:
    """One line for each of the paper's, in ``width`` columns (80 or more), and a legend below."""
    width = max(width, 80)
    used: set[str] = set()
    rows = [("claim", "what the paper says", "printed", "o", "elsewhere", "ours, asked")]
    for one in folded:
        elsewhere = by_setting(one.elsewhere)
        used |= set(elsewhere)
        marks = "".join(letter(settings, name) + mark(there) for name, there in elsewhere.items())
        said = one.line.short if width < WIDE and one.line.short else one.sentence
        rows.append((one.line.id, said, one.line.printed, mark(one.own), marks, _evidence(one)))
    spans = [max(ID, *(len(row[0]) for row in rows)), max(ELSEWHERE, *(len(row[4]) for row in rows))]
    room = max(0, width - sum(spans) - OWN - EVIDENCE - 4)  # what is longer than usual takes it from the sentences
    lines = [
        f"{name:<{spans[0]}} {_with_figure(said, printed, room):<{room}} {own:<{OWN}} {marks:<{spans[1]}} "
        f"{evidence:>{EVIDENCE}}".rstrip()
        for name, said, printed, own, marks, evidence in rows
    ]
    lines += ["", LEGEND]
    named = [f"{letter(settings, name)}{TIE}{name}" for name in settings if name in used]
    lines += _wrapped(f"elsewhere: {', '.join(named)}", width) if named else []
    return lines


def _with_figure(sentence: str, printed: str, room: int) -> str:
    """The sentence, cut to what the printed figure leaves, the figure at the right edge."""
    if not printed:
        return _cut(sentence, room)
    left = room - len(printed) - 1
    return f"{_cut(sentence, left):<{left}} {printed}" if left > 0 else _cut(printed, room)


def _cut(text: str, room: int) -> str:
    return text.rstrip(".") if len(text) <= room else text[: room - 1].rstrip(" ,:") + "…"


def letter(settings: Mapping[str, Setting], name: str) -> str:
    """The setting's own sign on the screen, else the first letter of its name."""
    values = settings[name].values if name in settings else {}
    return str(values.get("sign", name[:1]))


def by_setting(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The rows of a line under each setting, in the order in which they come."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.spec.setting, []).append(outcome)
    return found


def _evidence(one: Folded) -> str:
    """Our figure and what was asked of it, of the claim that says most: conclusive first, then by worth.

    Of a question's claims the first says most: those after it ask what would explain its answer.
    """
    measured = [outcome for outcome in (*one.own, *one.elsewhere) if outcome.ours is not None]
    if not measured:
        return ""
    best = measured[0]
    if one.line.kind != "question":
        best = min(measured, key=lambda o: (o.verdict not in CONCLUSIVE, FIDELITIES.index(o.spec.fidelity)))
    ours = figure(best.ours, best)
    whole = ours if best.verb == "exactly" else f"{ours} {asked(best)}"
    return whole if len(whole) <= EVIDENCE else ours


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    lines = textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace(TIE, " ") for line in lines]


def headline(folded: Sequence[Folded], outcomes: Sequence[Outcome], width: int = 80) -> list[str]:
    """How the paper's statements ended, as lines and not as rows; then questions, controls and checks by themselves."""
    said = [one for one in folded if one.line.kind == "statement"]
    own = Counter(mark(one.own) for one in said)
    waiting = [one for one in said if mark(one.own) == "·"]
    there = [{mark(rows) for rows in by_setting(one.elsewhere).values()} for one in waiting]
    holds = sum("✓" in marks and not marks & {"✗", "±"} for marks in there)
    fails = sum("✗" in marks and not marks & {"✓", "≈", "±"} for marks in there)
    both = sum(bool(marks & {"✗", "±"}) and bool(marks & {"✓", "≈", "±"}) for marks in there)
    words = {"✓": "reproduced", "✗": "not", "≈": "compatible", "?": "inconclusive", "±": "mixed"}
    words |= {"!": "drifted or broken", "·": "not run"}
    counted = ", ".join(f"{own[sign]} {word}" for sign, word in words.items() if own[sign])
    lines = [f"paper: {len(said)} statements: {counted or 'none'}"]
    if waiting:
        lines.append(f"  of those {len(waiting)} not run: {holds} hold, {fails} fail, {both} do both elsewhere")
    for kind in ("question", "control", "check"):
        ends = Counter("drifted" if one.drift else one.says for one in outcomes if one.spec.kind == kind)
        if ends:
            parts = ", ".join(f"{count} {word}" for word, count in ends.most_common())
            lines.append(f"{kind}s: {ends.total()} in all settings: {parts}")
    lines += [surviving(outcomes)] if surviving(outcomes) else []
    return [part for line in lines for part in _wrapped(line, max(width, 80))]


def as_json(folded: Sequence[Folded]) -> list[dict[str, Any]]:
    """Each line with its claims, one for each row and setting: plain JSON values."""
    return [
        {
            "id": one.line.id,
            "kind": one.line.kind,
            "at": one.line.at,
            "sentence": one.sentence,
            "printed": one.line.printed,
            "settings": [setting(outcome) for outcome in (*one.own, *one.elsewhere)],
        }
        for one in folded
    ]


def setting(outcome: Outcome) -> dict[str, Any]:
    """One claim's verdict in one setting."""
    return {
        "name": outcome.spec.setting,
        "claim": outcome.spec.id,
        "fidelity": outcome.spec.fidelity,
        "verdict": outcome.says,
        "ours": outcome.ours,
        "interval": None if outcome.interval is None else list(outcome.interval),
        "n": outcome.n,
        "chance": outcome.chance,
    }
