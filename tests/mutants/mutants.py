"""Small changes to one module after the other (Cosmic Ray): the tests that mirror it must notice each.

``python tests/mutants/mutants.py [NAME ...]`` takes the modules of ``modules.toml`` whose path holds a name, all
without names; ``--minutes N`` stops after so long, ``--sample N`` tries N mutants of each module, drawn by ``--seed``.
Lines that set speed or memory alone are left out, and so is identity for equality, which small numbers and names in
the source cannot tell apart. Sessions are kept under ``.mutants``: a run that was stopped goes on, also from a sample
to all of them, and a module that changed begins anew. A copy of the tree is changed, never this one. Ends 1 where
fewer than 95 % of the mutants that were tried are killed, those listed as equivalent apart.
"""

import argparse
import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import tomllib
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KEPT = ROOT / ".mutants"
SHARE = 0.95
#: Seconds after which a mutant that hangs is killed.
LIMIT = 120
COUNTS = "SELECT coalesce(test_outcome, 'ABSENT'), count(*) FROM work_results GROUP BY 1"
#: In one order, whatever ids a session gave them.
SPECS = """
SELECT job_id, start_pos_row, operator_name FROM mutation_specs
ORDER BY module_path, operator_name, operator_args, occurrence
"""
IDENTITY = ("_Is", "_IsNot")
LEFT = """
SELECT m.module_path, m.operator_name, m.occurrence, m.start_pos_row, r.diff FROM work_results r
JOIN mutation_specs m ON m.job_id = r.job_id WHERE r.test_outcome = 'SURVIVED'
"""


def prepared(module: str, tests: str) -> Path:
    """The module's folder, with a copy of the tree, a configuration and a session; new where the module is."""
    content = (ROOT / module).read_bytes() + b"".join(
        (ROOT / name.partition("::")[0]).read_bytes() for name in tests.split()
    )
    folder = KEPT / f"{module.replace('/', '-')}-{hashlib.sha256(content).hexdigest()[:10]}"
    if (folder / "session.sqlite").exists():
        return folder
    for old in KEPT.glob(f"{module.replace('/', '-')}-*"):
        shutil.rmtree(old)
    for name in ("reproduce", "tests", "claims"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    command = f"{sys.executable} -P -m pytest -x -q -p no:cacheprovider -n 0 --hypothesis-profile broken {tests}"
    (folder / "config.toml").write_text(
        f'[cosmic-ray]\nmodule-path = "{module}"\ntimeout = {LIMIT}.0\nexcluded-modules = []\n'
        f'test-command = "{command}"\n[cosmic-ray.distributor]\nname = "local"\n'
    )
    subprocess.run(["cosmic-ray", "init", "config.toml", "session.sqlite"], cwd=folder, env=own(folder), check=True)
    return folder


def wanted(folder: Path, module: str, unseen: list[str]) -> list[str]:
    """Its mutants in an order that every session has, those on ``unseen`` lines and identities left out."""
    lines = [line.strip() for line in (ROOT / module).read_text(encoding="utf-8").splitlines()]
    if missing := set(unseen) - set(lines):
        raise SystemExit(f"modules.toml: {module} has no line {missing.pop()!r}; take it out or mend it")
    with closing(sqlite3.connect(folder / "session.sqlite")) as session:
        specs = session.execute(SPECS).fetchall()
    return [job for job, row, name in specs if lines[row - 1] not in unseen and not name.endswith(IDENTITY)]


def drawn(folder: Path, jobs: list[str], sample: int | None, seed: int) -> None:
    """Leave that many of the jobs to be tried, the same ones each time, or all; what was tried before stays."""
    chosen = set(jobs if sample is None else random.Random(seed).sample(jobs, min(sample, len(jobs))))
    with closing(sqlite3.connect(folder / "session.sqlite")) as session, session:
        session.execute("DELETE FROM work_results WHERE worker_outcome = 'SKIPPED'")
        passed = [row for row in session.execute("SELECT job_id FROM mutation_specs") if row[0] not in chosen]
        session.executemany("INSERT OR IGNORE INTO work_results (job_id, worker_outcome) VALUES (?, 'SKIPPED')", passed)


def own(folder: Path) -> dict[str, str]:
    """The environment in which the copy goes before the installed package."""
    scripts = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    cache = str(folder / "cache")
    return {**os.environ, "PATH": scripts, "PYTHONPATH": str(folder), "REPRODUCE_CACHE": cache}


def tried(folder: Path) -> tuple[dict[str, int], list[tuple]]:
    """Outcomes with how many, and the survivors."""
    with closing(sqlite3.connect(folder / "session.sqlite")) as session:
        counts = {str(outcome).upper(): number for outcome, number in session.execute(COUNTS)}
        return counts, session.execute(LEFT).fetchall()


def named(survivor: tuple) -> str:
    """As ``modules.toml`` lists it: module, operator and occurrence."""
    return f"{survivor[0]}:{survivor[1].split('/')[-1]}:{survivor[2]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--sample", type=int, default=None)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    listed = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))
    until = None if asked.minutes is None else time.monotonic() + 60 * asked.minutes
    killed = survived = excused = 0
    for module, tests in listed["tests"].items():
        if asked.names and not any(name in module for name in asked.names):
            continue
        folder = prepared(module, tests)
        jobs = wanted(folder, module, listed["unseen"].get(module, []))
        drawn(folder, jobs, asked.sample, asked.seed)
        left = None if until is None else until - time.monotonic()
        if left is None or left > 0:
            command = ["cosmic-ray", "exec", "config.toml", "session.sqlite"]
            try:
                subprocess.run(command, cwd=folder, env=own(folder), timeout=left, check=True)
            except subprocess.TimeoutExpired:
                shutil.copy(ROOT / module, folder / module)  # it may have been stopped with a mutant in place
        counts, alive = tried(folder)
        equivalent = [one for one in alive if named(one) in listed["equivalent"]]
        dead = counts.get("KILLED", 0) + counts.get("INCOMPETENT", 0)
        killed, survived, excused = killed + dead, survived + len(alive) - len(equivalent), excused + len(equivalent)
        print(f"{module}: {dead} killed, {len(alive)} survive, {len(equivalent)} of them equivalent, of {len(jobs)}")
        for one in alive:
            if one not in equivalent:
                changed = [line for line in one[4].splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
                print(f"  line {one[3]}, {named(one)}", *changed, sep="\n    ")
    share = killed / max(1, killed + survived)
    print(f"{killed} of {killed + survived} mutants killed ({share:.1%}), {excused} equivalent apart")
    return int(share < SHARE)


if __name__ == "__main__":
    sys.exit(main())
