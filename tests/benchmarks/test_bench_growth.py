"""How what one does with one's own animals grows with their number: processor time and memory, each with an exponent.

Generated photographs of 64 pixels, ten of each animal. An exponent is the slope between the two largest sizes on
logarithmic axes: 1 where twice the images cost twice as much, 2 where every image is held against every other. A curve
ends before a size that would take more than ``LONGEST`` seconds. REPRODUCE_BENCH_IMAGES names other sizes, such as
"100,1000".
"""

import json
import math
import os

import cv2
import numpy as np
import pytest
from benchmarks.alone import measured

SIZES = tuple(map(int, os.environ.get("REPRODUCE_BENCH_IMAGES", "100,1000,3000,10000").split(",")))
#: Processor seconds of one command.
LONGEST = 90

PROGRAM = """
import json, os, sys, time
from reproduce.cli import main
import reproduce.datasets, reproduce.metrics, cv2, scipy.stats, sklearn
sys.argv = ["reproduce", *sys.argv[1:]]
# Imports are no part of the curve.
base, start = reset(), time.process_time()
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("\\n" + json.dumps([time.process_time() - start, peak() - base]))
"""


def photograph(path, rng):
    """Six by six colours, drawn out to 64 pixels."""
    cv2.imwrite(str(path), cv2.resize(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8), (64, 64)))


@pytest.fixture(scope="module")
def herds(tmp_path_factory):
    """A folder of animals for each size; beside it twenty new photographs, embeddings of the animals, and labels."""
    made = {}
    for size in SIZES:
        folder = tmp_path_factory.mktemp(f"herd{size}")
        rng = np.random.default_rng(size)
        names = [f"animal{row // 10:05d}" for row in range(size)]
        for row, name in enumerate(names):
            (folder / "photographs" / name).mkdir(parents=True, exist_ok=True)
            photograph(folder / "photographs" / name / f"{row}.jpg", rng)
        centres = rng.normal(size=(size // 10, 64))
        x = np.repeat(centres, 10, axis=0) + rng.normal(size=(size, 64))
        np.save(folder / "x.npy", x.astype(np.float32))
        (folder / "labels.csv").write_text("\n".join(["identity", *names]) + "\n")
        (folder / "inbox").mkdir()
        for row in range(20):
            photograph(folder / "inbox" / f"{row}.jpg", rng)
        made[size] = folder
    return made


#: Command, its arguments, and the exponents of time and of memory it is held to.
STEPS = {
    "audit": (("audit", "photographs"), 1.2, 1.1),
    "embed": (("embed", "photographs", "--model", "none", "--output", "embedded"), 1.2, 1.1),
    "score": (("score", "x.npy", "labels.csv"), 2.2, 1.1),
    "score with an interval": (("score", "x.npy", "labels.csv", "--interval"), 2.2, 1.1),
    "match of 20 new ones": (("match", "inbox", "photographs", "--output", "matches"), 2.2, 1.1),
    "report": (("report", "photographs", "--output", "page"), 2.2, 1.1),
}


def slope(curve, at):
    """The exponent of time (0) or memory (1) between the two largest sizes of a curve."""
    (small, low), (large, high) = sorted(curve.items())[-2:]
    return math.log(max(high[at], 1e-3) / max(low[at], 1e-3)) / math.log(large / small)


def expected(curve, size):
    """The seconds that a larger size is expected to take; none of them before two were measured."""
    if len(curve) < 2:
        return 0.0
    last = max(curve)
    return curve[last][0] * (size / last) ** max(1.0, slope(curve, 0))


@pytest.mark.parametrize("step", STEPS)
def test_cost_grows_as_it_should(held, herds, step, monkeypatch, tmp_path):
    """Time and memory of a command over the sizes, the exponents between the two largest as targets."""
    arguments, *targets = STEPS[step]
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    curve = {}
    for size, folder in herds.items():
        if expected(curve, size) > LONGEST:
            break
        monkeypatch.chdir(folder)
        curve[size] = json.loads(measured(PROGRAM, *arguments, timeout=1800))
    print(f"\n{step}: " + "; ".join(f"{n:,} images {s:.2f} s, {mb:.0f} MB" for n, (s, mb) in curve.items()))
    if len(curve) < 2:
        pytest.skip("an exponent needs two sizes")
    for at, (what, target) in enumerate(zip(("time", "memory"), targets, strict=True)):
        held(f"{step}, exponent of {what}", slope(curve, at), at_most=target, note=f"to {max(curve):,} images")
