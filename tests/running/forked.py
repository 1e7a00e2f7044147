"""The ``reproduce`` command as forks of one process that has imported it: what is started fifty times imports nothing.

A line on standard input is JSON: ``[words, environment, file for what is said]`` begins a command in the folder above
its cache, and its process is the answer; a process alone waits for its end, and its status is the answer. Worker
processes are forks too.
"""

import json
import multiprocessing
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from reproduce.cli import main


def begin(words, environment, said):
    """Run the command in this process, which is its own, to its end."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(environment)
        os.chdir(Path(os.environ["REPRODUCE_CACHE"]).parent)
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.argv = ["reproduce", *words]
        main()
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def serve():
    """Answer each line, and end with the last one."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    fork = multiprocessing.get_context("fork")
    multiprocessing.get_context = lambda _: fork
    sys.argv = ["reproduce", "run", "toy.fixed", "--data", sys.argv[1], "--plan"]
    with suppress(SystemExit):
        main()  # imports what is imported on the way
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, int):
            found = os.waitstatus_to_exitcode(os.waitpid(asked, 0)[1])
        elif (found := os.fork()) == 0:
            answers.close()
            begin(*asked)
        print(found, file=answers, flush=True)


if __name__ == "__main__":
    serve()
