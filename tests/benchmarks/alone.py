"""A measurement in a process of its own: its peak is Linux's high-water mark, reset where the counting begins.

Never ``ru_maxrss``: a child inherits that of the process it was forked from.
"""

import os
import subprocess
import sys

import pytest

#: Before each program: ``reset()`` gives the resident MB and starts the mark anew, ``peak()`` reads it.
HEAD = """
def _status(name):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))

def reset():
    with open("/proc/self/clear_refs", "w") as marks:
        marks.write("5")
    return _status("VmRSS")

def peak():
    return _status("VmHWM")
"""


def measured(program, *arguments, timeout=600):
    """The last line that the program prints; ``reset`` and ``peak`` are defined for it."""
    if not os.path.exists("/proc/self/clear_refs"):
        pytest.skip("peak memory is read from Linux's /proc")
    done = subprocess.run(
        [sys.executable, "-c", HEAD + program, *map(str, arguments)],
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]
