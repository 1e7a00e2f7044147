"""Break the package in one plausible way at a time, in a copy of it, and see which test turns red.

``python tests/sabotage/sabotage.py [WORD ...]`` runs those whose words occur in what they break, all without words;
``--json FILE`` keeps the table, line by line, and goes on from it. Nothing is changed here: a copy of ``reproduce``
goes before the installed one on the path. Ends 1 where a sabotage survives, where its text is no longer in the file,
or where a test is red without any.
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
#: No test takes so long; a sabotage that makes one hang is caught as well.
SECONDS = 600


@dataclass(frozen=True)
class Sabotage:
    """``edits`` [(old, new), ...] of one ``file``; ``tests`` that should notice, those of them named by ``only``."""

    what: str
    file: str
    edits: list[list[str]]
    tests: str
    only: str = ""

    def applied(self, root: Path = ROOT) -> str:
        """The file's text with the edits made; ValueError where one does not fit exactly once, or is no Python."""
        text = (root / self.file).read_text(encoding="utf-8")
        for old, new in self.edits:
            if text.count(old) != 1:
                raise ValueError(f"{self.what}: {self.file} holds {old!r} {text.count(old)} times; say it anew")
            text = text.replace(old, new)
        ast.parse(text)
        return text


def kept() -> list[Sabotage]:
    """Every sabotage of the list."""
    found = []
    for path in sorted(HERE.glob("*.toml")):
        found += [Sabotage(**plain) for plain in tomllib.loads(path.read_text(encoding="utf-8"))["sabotage"]]
    return found


def run(tests: str, only: str, copy: Path) -> tuple[int, str]:
    """Pytest's status over the copy of the package, and the test that failed first."""
    command = [sys.executable, "-P", "-m", "pytest", *tests.split(), "-x", "-q", "-p", "no:cacheprovider", "-n", "0"]
    command += ["--hypothesis-profile", "broken"]
    environment = {**os.environ, "PYTHONPATH": str(copy), "REPRODUCE_CACHE": str(copy / "cache")}
    try:
        done = subprocess.run(
            [*command, *(["-k", only] if only else [])], cwd=ROOT, env=environment,
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, f"no end after {SECONDS} s"
    first = re.search(r"^(?:FAILED|ERROR) \S*?([\w.]+::.*?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return done.returncode, first.group(1) if first else done.stdout.strip().splitlines()[-1][:120]


def attempt(one: Sabotage | None, tests: str, only: str = "") -> tuple[int, str, float]:
    """The same, over a fresh copy with the sabotage in it; and the seconds."""
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "reproduce", copy / "reproduce", ignore=shutil.ignore_patterns("__pycache__"))
        if one is not None:
            (copy / one.file).write_text(one.applied(), encoding="utf-8")
        began = time.monotonic()
        return *run(tests, only, copy), time.monotonic() - began


def already(path: Path | None) -> bool:
    """Whether an earlier run left its table there."""
    return path is not None and path.exists() and path.stat().st_size > 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="trust that the tests are green without a sabotage")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    asked = parser.parse_args()
    chosen = [one for one in kept() if not asked.words or any(w in f"{one.what} {one.file}" for w in asked.words)]
    for one in chosen:
        one.applied()
    targets = [] if asked.quick else sorted({(one.tests, one.only) for one in chosen})
    with ThreadPoolExecutor(asked.jobs) as pool:
        print(f"{len(targets)} groups of tests without sabotage ...", flush=True)
        sane = pool.map(lambda target: attempt(None, *target), targets)
        red = [f"{tests}: {first}" for (tests, _), (status, first, _) in zip(targets, sane, strict=True) if status]
        if red:
            print("red without any sabotage:", *red, sep="\n  ")
            return 1
        table = {row["what"]: row for row in json.loads(asked.json.read_text())} if already(asked.json) else {}
        todo = [one for one in chosen if not table.get(one.what, {}).get("by")]
        done = pool.map(lambda one: attempt(one, one.tests, one.only), todo)
        for one, (status, first, seconds) in zip(todo, done, strict=True):
            caught = status == 1  # 0: all green; 5: no test was asked; others: pytest itself failed
            table[one.what] = {"what": one.what, "file": one.file, "by": first if caught else "", "said": first}
            print(f"{'caught  ' if caught else 'SURVIVED'} {one.what}\n         {first} ({seconds:.0f} s)", flush=True)
            if asked.json:
                asked.json.write_text(json.dumps(list(table.values()), indent=1, ensure_ascii=False) + "\n")
    survived = sum(not table[one.what]["by"] for one in chosen)
    print(f"{len(chosen) - survived} of {len(chosen)} caught")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main())
