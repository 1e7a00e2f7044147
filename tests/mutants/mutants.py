"""Small changes to one module after the other (Cosmic Ray): the tests that mirror it must notice each.

``python tests/mutants/mutants.py [NAME ...]`` takes the modules of ``modules.toml`` whose path holds a name, all
without names; ``--minutes N`` stops after so long, ``--sample N`` tries N mutants of each module, drawn by seed.
Sessions are kept under ``.mutants``: a run that was stopped goes on, also from a sample to all of them, and a module
that changed begins anew. A copy of the tree is changed, never this one. Ends 1 where fewer than 95 %
of the mutants that were tried are killed, those listed as equivalent apart.
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
#: In an order that every session has, whatever the ids that it gave them.
SPECS = "SELECT job_id FROM mutation_specs ORDER BY module_path, operator_name, operator_args, occurrence"
LEFT = """
SELECT m.module_path, m.operator_name, m.occurrence, m.start_pos_row, r.diff FROM work_results r
JOIN mutation_specs m ON m.job_id = r.job_id WHERE r.test_outcome = 'SURVIVED'
"""


def prepared(module: str, tests: str) -> Path:
    """The module's folder, with a copy of the tree, a configuration and a session; new where the module is."""
    content = (ROOT / module).read_bytes() + b"".join((ROOT / name).read_bytes() for name in tests.split())
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


def drawn(folder: Path, sample: int | None, seed: int = 0) -> None:
    """Leave that many mutants to be tried, the same ones each time, or all; what was tried before stays."""
    with closing(sqlite3.connect(folder / "session.sqlite")) as session, session:
        session.execute("DELETE FROM work_results WHERE worker_outcome = 'SKIPPED'")
        jobs = [job for (job,) in session.execute(SPECS)]
        chosen = jobs if sample is None else random.Random(seed).sample(jobs, min(sample, len(jobs)))
        passed = [(job,) for job in jobs if job not in set(chosen)]
        session.executemany("INSERT OR IGNORE INTO work_results (job_id, worker_outcome) VALUES (?, 'SKIPPED')", passed)


def own(folder: Path) -> dict[str, str]:
    """The environment in which the copy goes before the installed package."""
    scripts = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    cache = str(folder / "cache")
    return {**os.environ, "PATH": scripts, "PYTHONPATH": str(folder), "REPRODUCE_CACHE": cache}


def tried(folder: Path) -> tuple[dict[str, int], int, list[tuple]]:
    """Outcomes with how many, mutants in all, and the survivors."""
    with closing(sqlite3.connect(folder / "session.sqlite")) as session:
        counts = {str(outcome).upper(): number for outcome, number in session.execute(COUNTS)}
        total = session.execute("SELECT count(*) FROM mutation_specs").fetchone()[0]
        return counts, total, session.execute(LEFT).fetchall()


def named(survivor: tuple) -> str:
    """As ``modules.toml`` lists it: module, operator and occurrence."""
    return f"{survivor[0]}:{survivor[1].split('/')[-1]}:{survivor[2]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--sample", type=int, default=None)
    asked = parser.parse_args()
    listed = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))
    until = None if asked.minutes is None else time.monotonic() + 60 * asked.minutes
    killed = survived = excused = 0
    for module, tests in listed["tests"].items():
        if asked.names and not any(name in module for name in asked.names):
            continue
        folder = prepared(module, tests)
        drawn(folder, asked.sample)
        left = None if until is None else until - time.monotonic()
        if left is None or left > 0:
            command = ["cosmic-ray", "exec", "config.toml", "session.sqlite"]
            try:
                subprocess.run(command, cwd=folder, env=own(folder), timeout=left, check=True)
            except subprocess.TimeoutExpired:
                shutil.copy(ROOT / module, folder / module)  # it may have been stopped with a mutant in place
        counts, total, alive = tried(folder)
        equivalent = [one for one in alive if named(one) in listed["equivalent"]]
        dead = counts.get("KILLED", 0) + counts.get("INCOMPETENT", 0)
        killed, survived, excused = killed + dead, survived + len(alive) - len(equivalent), excused + len(equivalent)
        print(f"{module}: {dead} killed, {len(alive)} survive, {len(equivalent)} of them equivalent, of {total}")
        for one in alive:
            if one not in equivalent:
                changed = [line for line in one[4].splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
                print(f"  line {one[3]}, {named(one)}", *changed, sep="\n    ")
    share = killed / max(1, killed + survived)
    print(f"{killed} of {killed + survived} mutants killed ({share:.1%}), {excused} equivalent apart")
    return int(share < SHARE)


if __name__ == "__main__":
    sys.exit(main())
