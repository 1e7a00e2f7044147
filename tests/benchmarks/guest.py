"""What the plugin costs a stranger's pytest run, in CPU time: ``python tests/benchmarks/guest.py [RUNS]``.

A suite of 100 tests is run with it and without, in turn, each in a process of its own; then the plugin is imported.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SUITE = "import pytest\n@pytest.mark.parametrize('n', range(100))\ndef test_it(n): assert n >= 0\n"
IMPORT = """
import time, json, pytest, _pytest.terminal
before = time.process_time()
import reproduce.verdicts.plugin
print(time.process_time() - before)
"""


def main(runs: int = 20) -> None:
    """Print the medians and quartiles, in milliseconds."""
    # Installed packages have their bytecode; a checkout must be allowed to keep its own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONDONT"))}

    def python(folder: str, *words: str) -> tuple[float, str]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr
        return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), done.stdout

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_stranger.py").write_text(SUITE)
        Path(folder, "pytest.ini").write_text("[pytest]\n")
        suite = "-m", "pytest", "-q", "-p", "no:cacheprovider"
        ways = {"with": suite, "without": (*suite, "-p", "no:reproduce_claims")}
        pairs = []
        for number in range(runs):
            order = list(ways) if number % 2 else list(ways)[::-1]
            took = {name: python(folder, *ways[name])[0] for name in order}
            pairs.append(took["with"] - took["without"])
        alone = [1000 * float(python(folder, "-c", IMPORT)[1]) for _ in range(runs)]
    for name, taken in (("more a run", pairs), ("import alone", alone)):
        print(f"{name}: {json.dumps([round(one, 1) for one in statistics.quantiles(taken, n=4)])} ms (quartiles)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
