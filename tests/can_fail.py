"""Write ``docs/can-fail.md`` from what was run: ``python tests/can_fail.py SABOTAGE.json``.

SABOTAGE.json is what ``tests/sabotage/sabotage.py --json`` left; mutants are read from ``.mutants``.
"""

import json
import sqlite3
import sys
import tomllib
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# It can fail

What the tests catch when the code is broken on purpose. Written by `python tests/can_fail.py SABOTAGE.json` from the
runs' own tables; no figure here is typed. A sabotage or a mutant that was not run yet is said to be so.

```
tox run -e sabotage -- --json SABOTAGE.json    # the science broken in one plausible way at a time
tox run -e mutants                             # small changes to one module after the other; goes on where it stopped
pytest tests/running/test_kills.py tests/running/test_spill.py   # kills, a worker lost, a disk that fills up
tox run -e bench -- --bench-strict             # speed held to its targets
```

A spy ([test_spied.py](../tests/experiments/test_spied.py)) records what reaches every fit, codebook, PCA and embedding
of every experiment: rows by their pixels, labels, seeds, augmented views.
"""


def mutants() -> list[str]:
    lines = []
    for path in sorted(ROOT.glob(".mutants/*/session.sqlite")):
        with closing(sqlite3.connect(path)) as session:
            rows = session.execute("SELECT lower(test_outcome), count(*) FROM work_results GROUP BY 1").fetchall()
            total = session.execute("SELECT count(*) FROM mutation_specs").fetchone()[0]
            module = session.execute("SELECT module_path FROM mutation_specs LIMIT 1").fetchone()[0]
        counts = {str(outcome): number for outcome, number in rows}
        dead = counts.get("killed", 0) + counts.get("incompetent", 0)
        tried = dead + counts.get("survived", 0)
        if tried:
            lines.append(f"| `{module}` | {total} | {tried} | {dead} | {dead / tried:.0%} |")
    return lines


def main(source: Path) -> None:
    found = {row["what"]: row for row in json.loads(source.read_text(encoding="utf-8"))}
    listed = [
        one
        for path in sorted((ROOT / "tests" / "sabotage").glob("*.toml"))
        for one in tomllib.loads(path.read_text(encoding="utf-8"))["sabotage"]
    ]
    run = [one for one in listed if one["what"] in found]
    caught = [one for one in run if found[one["what"]]["by"]]
    lines = [HEAD, f"## Sabotages: {len(caught)} of {len(run)} caught, {len(listed) - len(run)} not run yet", ""]
    lines += ["| what is broken | in | caught by |", "|---|---|---|"]
    for one in listed:
        row = found.get(one["what"])
        by = "*not run yet*" if row is None else f"`{row['by']}`" if row["by"] else "**nothing**"
        lines.append(f"| {one['what']} | `{one['file'].removeprefix('reproduce/')}` | {by} |".replace("|-", "\\|-"))
    lines += ["", "## Mutants", "", "Listed modules without a line were not begun.", ""]
    lines += ["| module | mutants | tried | killed | share |", "|---|---|---|---|---|", *mutants()]
    (ROOT / "docs" / "can-fail.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
