"""docs/speed.md from the benchmark runs that are kept in docs/bench: one column a processor, with what is missed.

``python tests/benchmarks/page.py`` writes the page; a test holds it to the runs.
"""

import json
import platform
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE, RUNS = ROOT / "docs/speed.md", ROOT / "docs/bench"
SLUG = re.compile(r"[^a-z0-9]+")

HEAD = """# Speed

After this page you know how fast each part is beside the library that others use for it.

Made from the benchmark runs in docs/bench by `python tests/benchmarks/page.py`. One thread, ours and theirs in turns,
ratios of processor time. `tox run -e bench` prints the table afresh, `tox run -e bench -- --bench-keep docs/bench`
keeps it, `--bench-strict` fails where a target is missed. A line with a figure of the plain way is shown to miss there:
the plain way keeps the whole matrix, or all images at once.

An exponent says how a command's cost grows with the number of images, between the two largest sizes: 1 where twice the
images cost twice as much. The largest size stands behind it: a size that would take longer than a minute and a half is
left out.

How MAP@R is fast reads at the top of `reproduce/metrics/kernel/__init__.py`. What sizes cost when the whole network is
trained is printed by `REPRODUCE_BENCH_SIZES=128,224 tox run -e bench -- -k costs`.
"""


def processor():
    """The processor's name, its threads, and the BLAS that NumPy calls."""
    import numpy  # noqa: F401  the BLAS is loaded with it
    from threadpoolctl import threadpool_info

    cpu = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", cpu.read_text(encoding="utf-8")) if cpu.exists() else []
    family = re.findall(r"^model\s*:\s*(\d+)", cpu.read_text(encoding="utf-8"), re.M) if cpu.exists() else []
    name = names[0].strip() if names else platform.processor() or platform.machine()
    found = [one for one in threadpool_info() if one["user_api"] == "blas"]
    blas = next((one for one in found if "numpy" in one["filepath"]), found[0] if found else {})
    return {
        "processor": f"{name}, model {family[0]}" if family else name,
        "blas": f"{blas.get('internal_api')} {blas.get('version')}, {blas.get('architecture')}",
        "system": platform.system(),
        "python": platform.python_version(),
    }


def page(folder=RUNS):
    """The page's text."""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    what = list(dict.fromkeys(row["what"] for run in runs for row in run["rows"]))
    heads = [f"{run['processor']} ({run['blas']})" for run in runs]
    lines = [f"| what | target | {' | '.join(heads)} |", "|---|---|" + "---|" * len(runs)]
    for name in what:
        found = [next((row for row in run["rows"] if row["what"] == name), None) for run in runs]
        last = next(row for row in reversed(found) if row)
        target = f"{'at least' if last['sign'] == '>=' else 'at most'} {last['target']:.4g}"
        lines.append(f"| {name} | {target} | {' | '.join(map(_cell, found))} |")
    counts = [f"{run['processor']}: {_count(run['rows'])} targets met. {run['note']}".rstrip() for run in runs]
    return "\n".join([HEAD, *lines, "", *counts, ""])


def met(row):
    """Whether a line is on the right side of its target."""
    return row["value"] >= row["target"] if row["sign"] == ">=" else row["value"] <= row["target"]


def _count(rows):
    return f"{sum(map(met, rows))} of {len(rows)}"


def _cell(row):
    if row is None:
        return "-"
    plain = "" if row["plain"] is None else f"; plain {row['plain']:.3g}"
    note = f" ({row['note']})" if row.get("note") else ""
    return f"{row['value']:.3g}{note}{plain}" + ("" if met(row) else " **missed**")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
