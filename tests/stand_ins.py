"""Stand-ins of full size for what the paper's own rows need, so that all of ``reproduce paper`` can be timed.

``python tests/stand_ins.py FOLDER`` makes, in FOLDER/data and FOLDER/weights, 940 images of 89 animals in
FriesianCattle2017's layout and class sizes, taken from a herd at hand (``--herd``), the lions beside them, and random
weights of ResNet50V2's shape. The images say of themselves what they are, so nothing measured on them enters a record.

``--run ARGUMENTS`` then calls ``reproduce paper`` on them, with a cache and a copy of the record of its own, and writes
each line with the minutes since it began, of the clock and of the processor, in all its processes:
``python tests/stand_ins.py FOLDER --run --yes --workers 2``.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from reproduce.datasets import friesian, load, places
from reproduce.datasets.kinds import CATTLE, LIONS

PUBLISHER = places.PUBLISHED[CATTLE][0]
WEIGHTS = "resnet50v2_imagenet_notop.weights.h5"


def cattle(herd: str, folder: Path) -> int:
    """Copy the herd's images into the layout of FriesianCattle2017; no image twice. Returns how many."""
    source = load(herd)
    animals, counts = np.unique(source.identities, return_counts=True)
    left = {animal: list(source.paths[source.identities == animal]) for animal in animals}
    wanted = sorted(friesian.class_sizes().items(), key=lambda one: -one[1])
    if counts.sum() < sum(size for _, size in wanted):
        sys.exit(f"{herd} holds {counts.sum()} images, the stand-ins are {sum(size for _, size in wanted)}")
    target = folder / PUBLISHER
    for animal, size in wanted:
        # Of the animal with most images left: two of the 89 may so be one of a smaller herd.
        images = max(left.values(), key=len)
        taken, images[:size] = images[:size], []
        for number, image in enumerate(taken, 1):
            name = f"{int(animal):03d}"
            path = target / name / f"{name}_{number:02d}{Path(image).suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(image, path)
    (folder / friesian.STAND_INS).write_text(f"Images of {herd} in the layout of {CATTLE}.\n", encoding="utf-8")
    return sum(size for _, size in wanted)


def weights(path: Path) -> None:
    """Random weights of ResNet50V2 without its classifier, always the same."""
    import keras

    keras.utils.set_random_seed(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    keras.applications.ResNet50V2(include_top=False, weights=None).save_weights(path)


def make(folder: Path, herd: str) -> None:
    """Everything that is not there yet."""
    if not (folder / "data" / CATTLE).is_dir():
        print(f"{cattle(herd, folder / 'data' / CATTLE)} images of {herd}")
        lions = places.find(LIONS)
        if lions:
            (folder / "data" / LIONS).symlink_to(lions)
    if not (folder / "weights" / WEIGHTS).is_file():
        weights(folder / "weights" / WEIGHTS)


def processor(process: int) -> float:
    """Seconds of the processor that a process and those that it began have used, the ended ones too; Linux's /proc."""
    parents, used = dict[int, int](), dict[int, int]()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            fields = path.read_text().rpartition(")")[2].split()
            one = int(path.parent.name)
            parents[one], used[one] = int(fields[1]), sum(map(int, fields[11:15]))
    ours = {process}
    while more := {one for one, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(used.get(one, 0) for one in ours) / os.sysconf("SC_CLK_TCK")


def run(folder: Path, arguments: list[str]) -> int:
    """``reproduce paper`` on the stand-ins; its lines with the minutes they came at go to the screen and to a log."""
    record = folder / "record"
    if not record.is_dir():
        shutil.copytree(Path("claims", "record"), record)
    own = {"DATA": "data", "WEIGHTS": "weights", "CACHE": "cache", "RECORD": "record"}
    environment = os.environ | {f"REPRODUCE_{name}": str(folder / place) for name, place in own.items()}
    command = [sys.executable, "-c", "from reproduce.cli import main; main()", "paper", *arguments]
    began = time.monotonic()
    with (
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
        (folder / "log.txt").open("a", encoding="utf-8") as log,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            cpu = processor(process.pid)
            said = f"{(time.monotonic() - began) / 60:6.1f} min {cpu / 60:6.1f} CPU  {line.rstrip()}"
            print(said, flush=True)
            print(said, file=log, flush=True)
    return process.returncode


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--herd", default="OpenCows2020", help="a data set at hand")
    parser.add_argument("--run", nargs=argparse.REMAINDER, help="arguments of reproduce paper")
    chosen = parser.parse_args()
    make(chosen.folder.resolve(), chosen.herd)
    sys.exit(0 if chosen.run is None else run(chosen.folder.resolve(), chosen.run))
