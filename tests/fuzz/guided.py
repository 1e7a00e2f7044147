"""One reader under Atheris, whose coverage guides the damage: ``python tests/fuzz/guided.py READER CORPUS [OPTIONS]``.

The options are libFuzzer's. It ends when its time is up, or at the first input that is neither read nor refused.
"""

import sys

import atheris

with atheris.instrument_imports(include=["reproduce", "tomllib"]):
    import readers

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, lambda content: readers.check(name, content) and None)
    atheris.Fuzz()
