"""Write ``docs/can-fail.md`` from what was run: ``python tests/can_fail.py FILE ...``.

SABOTAGE.json is what ``tests/sabotage/sabotage.py --json`` left, FORGED.json what ``tests/sabotage/forgeries.py
--json`` did, SAMPLE.json what ``tests/mutants/quick.py --json`` did, FAULTS.xml what ``pytest --junitxml`` left of the
tests of faults; other mutants are read from ``.mutants``, fuzzing from ``.fuzz``. A section of which nothing is here
stays as it is.
"""

import ast
import json
import sys
import tomllib
import xml.etree.ElementTree
from collections import Counter
from pathlib import Path

from mutants.mutants import named, tried, wanted
from mutants.quick import told

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# It can fail

After this page you know which faults in the code the tests notice, and which they do not.

What the tests catch when the code is broken on purpose, and what the code survives. Written by `python
tests/can_fail.py SABOTAGE.json FORGED.json FAULTS.xml SAMPLE.json` from the runs' own tables; no figure here is typed.
What was not run yet is said to be so.

Sabotages break one line of the science, of the page or of the runner in a plausible way. Forgeries change the record,
the findings or the code that verdicts rest on. Mutants are small changes: a fresh sample over the rooms in which
verdicts are made, and older samples of the modules in the last table.

Mutants cover the score, the judge, the record, the runner, the plugin, the claims' files and the experiments, and of
the report its figures and evidence. They do not cover commands, the page's templates, your own animals and the export,
nor data sets but for splits and surveys. In covered modules two things are left out: functions that set how a drawing
or a table looks, and lines that set speed or memory alone. [modules.toml](../tests/mutants/modules.toml) names both.
Bodies of functions are changed in the fresh sample; constants of modules, defaults and decorators are not. What runs in
a worker process alone is seen by whole runs, and by no mutant. All that is left out has tests; how much they would
notice is not measured.

```
tox run -e sabotage -- --json SABOTAGE.json    # the science broken in one plausible way at a time
tox run -e forgeries -- --json FORGED.json     # the record forged in one way at a time, and all claims judged
tox run -e mutants -- --sample 16 --seed 9     # small changes to one module after the other; without, all of them
python tests/mutants/quick.py --sample 300 --seed 7 --json SAMPLE.json    # other small changes, over all listed modules
tox run -e fuzz -- 60                          # every reader of a stranger's file fed, an hour in all
FAULTS="tests/core/test_faults.py tests/core/test_downloads.py tests/running/test_kills.py tests/running/test_spill.py"
pytest $FAULTS tests/running/test_clock.py --junitxml FAULTS.xml    # kills, full disks, damaged files, hosts, the clock
tox run -e tests -- -m weekly                  # every experiment's bits, on two Dask workers, alone and here
tox run -e bench -- --bench-strict             # speed held to its targets
```

A spy ([test_spied.py](../tests/experiments/test_spied.py)) records what reaches every fit, codebook, PCA and embedding
of every experiment: rows by their pixels, labels, seeds, augmented views.
"""


def mutants() -> list[str]:
    """Of each module begun: how many mutants there are, were tried and killed, and survived as equivalent."""
    listed = tomllib.loads((ROOT / "tests/mutants/modules.toml").read_text(encoding="utf-8"))
    rows = []
    for path in sorted(ROOT.glob(".mutants/*/session.sqlite")):
        counts, alive = tried(path.parent)
        dead = counts.get("KILLED", 0) + counts.get("INCOMPETENT", 0)
        excused = sum(named(one) in listed["equivalent"] for one in alive)
        module = path.parent.name.rpartition("-")[0].replace("-", "/")
        if dead + len(alive):
            total = len(wanted(path.parent, module, listed["unseen"].get(module, [])))
            rows.append((module, total, dead + len(alive), dead, excused))
    if not rows:
        return []
    total, seen, dead, excused = (sum(column) for column in list(zip(*rows, strict=True))[1:])
    share = dead / max(1, seen - excused)
    lines = [f"Mutants: {dead:,} of {seen - excused:,} killed ({share:.0%}), of {total:,} in the modules below", ""]
    lines += [
        "Where fewer were tried than there are, they are a sample; samples under several seeds add up. What no test",
        "could notice, lines that set speed or memory alone and single survivors read one by one, is listed with the",
        "reason in [modules.toml](../tests/mutants/modules.toml). Listed modules without a line were not begun.",
    ]
    lines += ["", "| module | mutants | tried | killed | equivalent |", "|---|---|---|---|---|"]
    return [*lines, *(f"| `{name}` | {' | '.join(map(str, counts))} |" for name, *counts in rows)]


def sample(source: Path) -> list[str]:
    """A fresh sample by module: killed by the tests as they stood when it was drawn, killed since, or still alive."""
    listed = tomllib.loads((ROOT / "tests/mutants/modules.toml").read_text(encoding="utf-8"))
    kept = json.loads(source.read_text(encoding="utf-8"))
    counts: dict[str, Counter[str]] = {}
    for row in kept["tried"]:
        same = told(row) in listed["same"]
        alive = "same" if same else "gone" if row.get("gone") else "alive"
        end = alive if row["alive"] else "since" if row.get("again") else "at once"
        counts.setdefault(row["module"], Counter())[end] += 1
    every = sum(counts.values(), Counter())
    seen = every.total() - every["same"] - every["gone"]
    dead = every["at once"] + every["since"]
    at_once = every["at once"]
    lines = [f"Fresh sample: {at_once} of {seen} mutants killed at once, {dead} with tests written since", ""]
    lines += [
        f"Seed {kept['seed']} drew {kept['drawn']} of {kept['of']:,} mutants. Of these {every.total()} were tried, in",
        "blocks in the order of the draw.",
        f"The tests of each module, as they stood, killed {at_once} of {seen} ({at_once / max(1, seen):.0%}).",
        "The others were read one by one.",
        f"Tests written since, and tests that had not been asked, kill {every['since']} of them.",
        f"{every['alive']} are alive.",
        f"Beside these, {every['same']} change nothing that can be seen, with the reason in modules.toml.",
        f"The lines of {every['gone']} are written anew.",
    ]
    lines += [
        "",
        "| module | tried | killed at once | killed since | nothing to see | written anew | alive |",
        "|---|---|---|---|---|---|---|",
    ]
    for module, count in sorted(counts.items()):
        cells = [count.total(), *(count[end] for end in ("at once", "since", "same", "gone", "alive"))]
        lines.append(f"| `{module}` | {' | '.join(map(str, cells))} |")
    return lines


def sabotages(source: Path) -> list[str]:
    """What was broken, and what caught it."""
    found = {row["what"]: row for row in json.loads(source.read_text(encoding="utf-8"))}
    listed = [
        one
        for path in sorted((ROOT / "tests" / "sabotage").glob("*.toml"))
        for one in tomllib.loads(path.read_text(encoding="utf-8"))["sabotage"]
    ]
    run = [one for one in listed if one["what"] in found]
    caught = [one for one in run if found[one["what"]]["by"]]
    lines = [f"Sabotages: {len(caught)} of {len(run)} caught, {len(listed) - len(run)} not run yet", ""]
    lines += ["| what is broken | in | caught by |", "|---|---|---|"]
    for one in listed:
        row = found.get(one["what"])
        by = "*not run yet*" if row is None else f"`{row['by']}`" if row["by"] else "**nothing**"
        lines.append(f"| {one['what']} | `{one['file'].removeprefix('reproduce/')}` | {by} |".replace("|-", "\\|-"))
    return lines


def forgeries(source: Path) -> list[str]:
    """What was forged, and who turned red."""
    rows = json.loads(source.read_text(encoding="utf-8"))
    red = [row for row in rows if row["status"] and not row["silent"]]
    lines = [f"Forgeries: {len(red)} of {len(rows)} end red, with no verdict changed in silence", ""]
    lines += ["A whole session of claims judges each by the record alone, without a replay.", ""]
    lines += [
        "| what is forged | verdicts that change or vanish | fail by name | the first of them |",
        "|---|---|---|---|",
    ]
    for row in rows:
        first = row["beyond"] or " ".join(row["first"].split())[:140].replace("|", "\\|").replace("`", "")
        lines.append(f"| {row['what']} | {row['changed']} | {row['red']} | {first} |")
    return lines


def faults(source: Path) -> list[str]:
    """Each fault as its test says it, and in how many of its cases it was survived."""
    cases: dict[tuple[str, str], list[bool]] = {}
    for case in xml.etree.ElementTree.parse(source).iter("testcase"):
        path = f"{case.get('classname', '').replace('.', '/')}.py"
        whole = not (case.findall("failure") or case.findall("error") or case.findall("skipped"))
        cases.setdefault((path, str(case.get("name")).partition("[")[0]), []).append(whole)
    survived = sum(all(ended) for ended in cases.values())
    lines = [f"Faults: {survived} of {len(cases)} survived", "", "| fault | in | survived |", "|---|---|---|"]
    for (path, name), ended in cases.items():
        said = f"{name.removeprefix('test_').replace('_', ' ')}: {_sentence(path, name)}"
        lines.append(f"| {said} | `{path.removeprefix('tests/')}` | {sum(ended)} of {len(ended)} |")
    return lines


def _sentence(path: str, name: str) -> str:
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return " ".join((ast.get_docstring(node) or "").split()).replace("|", "\\|")
    return ""


def fuzzed(source: Path) -> list[str]:
    """Inputs by reader: all, those that coverage guided, and of the others how many were read."""
    counts = json.loads(source.read_text(encoding="utf-8"))
    total, hours = sum(one["inputs"] for one in counts.values()), sum(one["seconds"] for one in counts.values()) / 3600
    lines = [f"Fuzzing: {total:,} inputs in {hours:.1f} hours", ""]
    lines += [
        "Each was read or refused in one line, but for what was found, is mended and a test by now: a nameless",
        "member of an archive (`test_downloads.py`), a cow's folder that is no number (`test_layouts.py`). Atheris",
        "guided some by the code that they reached.",
        "",
    ]
    lines += ["| reader | inputs | guided | of the others read | refused |", "|---|---|---|---|---|"]
    for name, one in counts.items():
        row = [name, *(f"{one.get(what, 0):,}" for what in ("inputs", "guided", "read", "refused"))]
        lines.append(f"| {' | '.join(row)} |")
    return lines


def main(given: list[Path]) -> None:
    page = ROOT / "docs" / "can-fail.md"
    before = page.read_text(encoding="utf-8").rstrip().split("\n## ")[1:] if page.exists() else []
    made: dict[str, list[str]] = {
        "Sabotages": [],
        "Forgeries": [],
        "Faults": [],
        "Fuzzing": [],
        "Fresh sample": [],
        "Mutants": [],
    }
    for path in given:
        if path.suffix == ".xml":
            made["Faults"] = faults(path)
        elif "tried" in json.loads(path.read_text(encoding="utf-8")):
            made["Fresh sample"] = sample(path)
        elif "status" in json.loads(path.read_text(encoding="utf-8"))[0]:
            made["Forgeries"] = forgeries(path)
        else:
            made["Sabotages"] = sabotages(path)
    if (counts := ROOT / ".fuzz" / "counts.json").exists():
        made["Fuzzing"] = fuzzed(counts)
    made["Mutants"] = mutants()
    sections = []
    for name, lines in made.items():
        kept = next((one.rstrip() for one in before if one.startswith(name)), f"{name}: not run yet")
        sections.append("\n".join(lines) if lines else kept)
    page.write_text("\n\n## ".join([HEAD.rstrip(), *sections]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main([Path(one) for one in sys.argv[1:]])
