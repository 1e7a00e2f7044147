"""Forge what the verdicts rest on, in a copy of the tree, and judge the whole paper by it: who turns red, and who not?

``python tests/sabotage/forgeries.py [WORD ...]`` tries those whose words occur in what is forged, all without words;
``--json FILE`` keeps the table. Each is one session of ``pytest claims`` without a replay, so the record alone must
give itself away. A claim is silent where it had or has a verdict, another one or none, and did not fail by its own
name; what was inconclusive and is not run is skipped. Ends 1 where a session ends 0 or a claim is silent, but for what
is listed as beyond reach.
"""

import argparse
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path

from reproduce.record import Entry, Store

ROOT = Path(__file__).resolve().parents[2]
#: What is forged -> how, in the folder of the copy; it returns the environment of the session.
FORGERIES: dict[str, Callable[[Path], dict[str, str] | None]] = {}
#: What the record alone cannot show -> why, and what can.
BEYOND = {
    "2.5 points added to all seeds of the barn's row of 128": (
        "no verdict changes and no mean leaves its range; a night that measures seeds again says that all moved one way"
    )
}
CONCLUSIVE = {"reproduced", "not reproduced", "compatible"}


def forgery(what: str) -> Callable:
    def listed(how: Callable[[Path], dict[str, str] | None]) -> Callable:
        FORGERIES[what] = how
        return how

    return listed


def edited(path: Path, old: str, new: str) -> None:
    """Change a file's text wherever it matches; SystemExit where it does not."""
    text, count = re.subn(old, new, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if not count:
        raise SystemExit(f"{path}: nothing matches {old!r}; say the forgery anew")
    path.write_text(text, encoding="utf-8")


def rewritten(folder: Path, experiment: str, change: Callable[[Entry], Entry]) -> None:
    """Every result of an experiment changed, all digests made anew."""
    store = Store(folder / "claims/record")
    entries = store.entries(experiment)
    store.path(experiment).unlink()
    store.add_all(change(entry) for entry in entries)


def times(factor: float, name: str = "") -> Callable[[Entry], Entry]:
    """An entry with every MAP@R and its like multiplied, the scores without each animal too."""

    def change(entry: Entry) -> Entry:
        return dataclasses.replace(
            entry,
            scores={k: min(1.0, v * factor) if k.startswith(name) else v for k, v in entry.scores.items()},
            leave_one_out={
                k: [min(1.0, v * factor) for v in row] if k.startswith(name) else row
                for k, row in entry.leave_one_out.items()
            },
        )

    return change


@forgery("claims/record/dcnn.embed.json deleted")
def deleted(folder: Path) -> None:
    (folder / "claims/record/dcnn.embed.json").unlink()


@forgery("four folds instead of five in Table I's search")
def folds(folder: Path) -> None:
    edited(folder / "reproduce/experiments/mlp/__init__.py", r"folds: int = 5,$", "folds: int = 4,")


@forgery("the version of every result of mlp.train raised")
def version(folder: Path) -> None:
    rewritten(folder, "mlp.train", lambda one: dataclasses.replace(one, cell=dataclasses.replace(one.cell, version=2)))


@forgery("the data's hash in every result of baselines.pixels another")
def hashed(folder: Path) -> None:
    rewritten(
        folder,
        "baselines.pixels",
        lambda one: dataclasses.replace(one, cell=dataclasses.replace(one.cell, data_hash="0" * 64)),
    )


@forgery("the lions' settings forgotten in claims/test_table_3.py")
def forgotten(folder: Path) -> None:
    edited(folder / "claims/test_table_3.py", r"setting\.lions", '"LionData"')


@forgery("all findings that hold deleted")
def unfound(folder: Path) -> None:
    edited(folder / "claims/findings.toml", r'^"[^\n]*says = "(?:holds|reproduced|compatible)"[^\n]*\n', "")


@forgery("leave-one-out scores of fusion.fused a tenth as far from their mean")
def shrunk(folder: Path) -> None:
    def change(entry: Entry) -> Entry:
        near = {
            name: [sum(row) / len(row) + (value - sum(row) / len(row)) / 10 for value in row]
            for name, row in entry.leave_one_out.items()
        }
        return dataclasses.replace(entry, leave_one_out=near)

    rewritten(folder, "fusion.fused", change)


@forgery("the animals renamed in each seed of baselines.pixels and dcnn.embed, so that draws look disjoint")
def renamed(folder: Path) -> None:
    def change(entry: Entry) -> Entry:
        names = {suffix: [f"{name} of {entry.seed}" for name in animals] for suffix, animals in entry.animals.items()}
        return dataclasses.replace(entry, animals=names)

    for experiment in ("baselines.pixels", "dcnn.embed"):
        rewritten(folder, experiment, change)


@forgery("2.5 points added to all seeds of the barn's row of 128")
def added(folder: Path) -> None:
    def change(entry: Entry) -> Entry:
        if entry.cell.data != "OpenCows2020-barn" or entry.cell.factors["dim"] != 128:
            return entry
        scores = {**entry.scores, "map_at_r": entry.scores["map_at_r"] + 0.025}
        left = {**entry.leave_one_out}
        left["map_at_r"] = [value + 0.025 for value in left.get("map_at_r", [])]
        return dataclasses.replace(entry, scores=scores, leave_one_out={k: v for k, v in left.items() if v})

    rewritten(folder, "dcnn.embed", change)


@forgery("a second pool of fusion.fused from another machine, one seed more, all scores a quarter higher")
def pooled(folder: Path) -> None:
    store = Store(folder / "claims/record")
    higher = times(1.25)
    pool = [dataclasses.replace(higher(entry), machine="x86_64-h200") for entry in store.entries("fusion.fused")]
    last = max(pool, key=lambda entry: entry.seed)
    more = dataclasses.replace(last, cell=dataclasses.replace(last.cell, seed=last.seed + 1))
    store.add_all([*pool, more])


@forgery("every score of dcnn.embed up by 30 %, and every range of findings.toml boundless")
def boundless(folder: Path) -> None:
    rewritten(folder, "dcnn.embed", times(1.3, "map_at_r"))
    edited(folder / "claims/findings.toml", r"ours = \[[^]]*\]", "ours = [-1e9, 1e9]")


@forgery("each lion's images its first, and the record of cues.edges made from them")
def first_images(folder: Path) -> None:
    rewritten(folder, "cues.edges", times(99.0, "map_at_r"))


@forgery("REPRODUCE_RECORD names a record in which leave-one-out scores are shrunk")
def elsewhere(folder: Path) -> dict[str, str]:
    shrunk(folder)
    shutil.move(folder / "claims/record", folder / "other")
    shutil.copytree(ROOT / "claims/record", folder / "claims/record")
    return {"REPRODUCE_RECORD": str(folder / "other")}


@forgery("223 pixels in the setting MobileNetV2")
def resized(folder: Path) -> None:
    edited(
        folder / "claims/settings.toml",
        r"^(\[MobileNetV2\]\n(?:[^\[].*\n)*?on_lions = \{ )",
        r"\1size = 223, ",
    )


def judged(change: Callable[[Path], dict[str, str] | None] | None) -> tuple[int, dict[str, str], dict[str, str], str]:
    """Pytest's status over a forged copy, each claim's verdict, what was said of each that failed, and the summary."""
    with tempfile.TemporaryDirectory(prefix="forgery-") as place:
        folder = Path(place)
        for name in ("reproduce", "claims"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        own = (change(folder) if change else None) or {}
        command = [sys.executable, "-P", "-m", "pytest", "claims", "-q", "-p", "no:cacheprovider"]
        command += ["--claims-budget=0", "--claims-json=run.json", "--junitxml=run.xml"]
        environment = {**os.environ, "PYTHONPATH": str(folder), **own}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if not (folder / "run.json").exists():
            return done.returncode, {}, {}, (done.stdout + done.stderr).strip()[-500:]
        content = json.loads((folder / "run.json").read_text(encoding="utf-8"))["claims"]
        verdicts = {one["spec"]["id"]: one["verdict"] for one in content}
        said = {}
        for failure in xml.etree.ElementTree.parse(folder / "run.xml").iter("failure"):
            message = failure.get("message", "").removeprefix("Failed: ")
            said[message.split()[0].rstrip(":")] = message
        return done.returncode, verdicts, said, re.sub(r"\s+", " ", done.stdout.strip().splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    status, before, red, said = judged(None)
    print(f"as it is: status {status}, {len(before)} claims; {said}", flush=True)
    if status:
        print("red without any forgery:", *red.values(), sep="\n  ")
        return 1
    table, missed = [], False
    for what, how in FORGERIES.items():
        if asked.words and not any(word in what for word in asked.words):
            continue
        status, after, red, said = judged(how)
        changed = {name for name in before if after.get(name) != before[name]}
        decided = {name for name in changed if {before[name], after.get(name)} & CONCLUSIVE}
        silent = sorted(decided - set(red)) if after else []
        first = next(iter(red.values()), said)
        row = {"what": what, "status": status, "changed": len(changed), "red": len(red), "silent": silent}
        table.append({**row, "first": first, "beyond": BEYOND.get(what, "")})
        missed |= (not status or bool(silent)) and what not in BEYOND
        print(f"{status} {what}: {len(changed)} verdicts change, {len(red)} fail by name, silent: {silent[:6]}")
        print(f"  {first[:230]}", flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
