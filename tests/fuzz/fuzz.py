"""Every reader fed for so many minutes: ``python tests/fuzz/fuzz.py [MINUTES] [READER ...]``, 12 and all by default.

Half of the time hypothesis makes the inputs, half Atheris where it is installed. ``.fuzz`` keeps the corpus, what was
found, and the counts of all runs here, which ``tests/can_fail.py`` writes down. Ends 1 where an input was neither read
nor refused in one line. ``tests`` must be on the path, as ``tox run -e fuzz -- MINUTES`` puts it.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import readers
from hypothesis import HealthCheck, Phase, given, settings
from inputs import TOKENS, inputs

HERE = Path(__file__).resolve().parent
KEPT = HERE.parents[1] / ".fuzz"
COUNTS = KEPT / "counts.json"


@contextmanager
def silence():
    """Without what OpenCV's libraries write past Python of every damaged image."""
    before = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


def by_hypothesis(name, seconds):
    """(counts, what was found) of inputs drawn until the time is up."""
    counts, until = Counter(), time.monotonic() + seconds
    quick = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}

    @settings(max_examples=200, phases=[Phase.generate, Phase.shrink], **quick)
    @given(content=inputs(readers.SEEDS[name]))
    def fed(content):
        counts["inputs"] += 1
        counts[readers.check(name, content)] += 1

    while time.monotonic() < until:
        try:
            with silence():
                fed()
        except Exception as error:
            notes = " ".join(getattr(error, "__notes__", []))
            return counts, f"{type(error).__name__}: {error} {notes}"[:600]
    return counts, ""


def by_atheris(name, seconds):
    """(counts, what was found) of a corpus that coverage makes grow."""
    folder = KEPT / re.sub(r"\W+", "-", name)
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(readers.SEEDS[name]):
        (folder / "corpus" / f"seed-{number}").write_bytes(seed)
    words = ["".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS if len(token) < 64]
    (folder / "words.txt").write_text("\n".join(f'"{word}"' for word in words))
    options = [
        f"-max_total_time={max(1, round(seconds))}",
        "-print_final_stats=1",
        "-max_len=20000",
        "-rss_limit_mb=4096",
    ]
    options += [f"-dict={folder / 'words.txt'}", f"-artifact_prefix={folder}/", "-timeout=60", "-verbosity=0"]
    command = [sys.executable, str(HERE / "guided.py"), name, str(folder / "corpus"), *options]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    ran = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    said = "" if done.returncode == 0 else " ".join((done.stdout + done.stderr)[-1500:].split())
    return Counter(inputs=int(ran[1]) if ran else 0, guided=int(ran[1]) if ran else 0), said


def main(minutes, names):
    KEPT.mkdir(exist_ok=True)
    kept = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    engines = [by_hypothesis, *([by_atheris] if find_spec("atheris") else [])]
    each, bad = minutes * 60 / len(names) / len(engines), 0
    for name in names:
        for engine in engines:
            began = time.monotonic()
            counts, found = engine(name, each)
            total = kept.setdefault(name, {})
            for what, count in {**counts, "seconds": round(time.monotonic() - began)}.items():
                total[what] = total.get(what, 0) + count
            COUNTS.write_text(json.dumps(kept, indent=1) + "\n")
            print(
                f"{name}, {engine.__name__}: {counts['inputs']:,} inputs{f'; FOUND: {found}' if found else ''}",
                flush=True,
            )
            bad += bool(found)
    return int(bool(bad))


if __name__ == "__main__":
    asked = sys.argv[1:]
    length = float(asked.pop(0)) if asked and asked[0].replace(".", "").isdigit() else 12.0
    sys.exit(main(length, asked or list(readers.READERS)))
