"""A fresh sample of small changes over many modules, each tried in a fork of one process that has imported everything.

``python tests/mutants/quick.py --sample 150 --seed 7 --json FILE [NAME ...]`` draws from all modules of
``modules.toml`` whose path holds a name, and asks the tests that mirror them. Bodies of functions alone are changed:
a comparison, an operator, a number, a truth value, ``and`` for ``or``, a condition turned round. ``mutants.py`` makes
more kinds of changes, and each takes a process. Survivors are printed as they are found, to be read one by one.
"""

import argparse
import ast
import copy
import gc
import importlib
import json
import os
import random
import signal
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
#: Seconds after which a mutant that hangs is killed.
LIMIT = 300
OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def bodies(tree: ast.AST) -> Iterator[ast.stmt]:
    """The statements of every function, without docstrings, decorators, defaults and annotations."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from node.body[1:] if ast.get_docstring(node) is not None else node.body


def changes(tree: ast.AST) -> list[tuple[ast.AST, str]]:
    """Each node that can be changed, once for each way; in one order."""
    found: dict[tuple[int, str], tuple[ast.AST, str]] = {}
    for statement in bodies(tree):
        for node in ast.walk(statement):
            ways = []
            if isinstance(node, ast.Compare):
                ways = [f"op {at}" for at, op in enumerate(node.ops) if type(op) in OTHER]
            elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in OTHER:
                ways = ["op"]
            elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
                ways = ["value"]
            elif isinstance(node, ast.If | ast.IfExp):
                ways = ["test"]
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
                ways = ["operand"]
            found |= {(id(node), way): (node, way) for way in ways}
    return sorted(found.values(), key=lambda one: (one[0].lineno, one[0].col_offset, one[0].end_col_offset, one[1]))


def change(node: ast.AST, way: str) -> None:
    """Make it, in place."""
    if way.startswith("op ") and isinstance(node, ast.Compare):
        node.ops[int(way[3:])] = OTHER[type(node.ops[int(way[3:])])]()
    elif way == "op":
        node.op = OTHER[type(node.op)]()
    elif way == "value":
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    elif way == "test":
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
    else:
        kept = copy.copy(node.operand)
        node.__class__ = ast.UnaryOp
        node.op, node.operand = ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not(), kept
        if isinstance(node.op, ast.Not):
            node.operand = ast.copy_location(ast.UnaryOp(ast.Not(), kept), kept)


def codes(code: CodeType) -> Iterator[CodeType]:
    """It and all within it."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from codes(one)


def put(path: Path, tree: ast.AST) -> None:
    """Give every function of the module that was imported its changed code, whoever holds it."""
    new = {(one.co_qualname, one.co_firstlineno): one for one in codes(compile(tree, str(path), "exec"))}
    for held in gc.get_objects():
        if isinstance(held, FunctionType) and held.__code__.co_filename == str(path):
            held.__code__ = new.get((held.__code__.co_qualname, held.__code__.co_firstlineno), held.__code__)


def survives(path: Path, tree: ast.AST, tests: str) -> bool:
    """Whether the tests are green in a fork with the change."""
    import pytest

    child = os.fork()
    if not child:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.alarm(LIMIT)
        put(path, tree)
        os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests.split()])))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    listed = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    every = []
    for module, tests in listed["tests"].items():
        if asked.names and not any(name in module for name in asked.names):
            continue
        importlib.import_module(module.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        lines = (ROOT / module).read_text(encoding="utf-8").splitlines()
        unseen = listed["unseen"].get(module, [])
        tree = ast.parse("\n".join(lines))
        places = [(one.lineno, number) for number, (one, _) in enumerate(changes(tree))]
        every += [(module, tests, number) for line, number in places if lines[line - 1].strip() not in unseen]
    chosen = random.Random(asked.seed).sample(every, min(asked.sample, len(every)))
    table: list[dict[str, object]] = []
    sane: dict[str, bool] = {}
    for module, tests, number in sorted(chosen):
        path = ROOT / module
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tests not in sane:
            sane[tests] = survives(path, tree, tests)
        if not sane[tests]:
            print(f"{tests}: red without any change", flush=True)
            continue
        node, way = changes(tree)[number]
        before = path.read_text(encoding="utf-8").splitlines()[node.lineno - 1].strip()
        was = ast.unparse(node)
        change(node, way)
        ast.fix_missing_locations(tree)
        alive = survives(path, tree, tests)
        row = {
            "module": module,
            "line": node.lineno,
            "was": was,
            "now": ast.unparse(node),
            "in": before,
            "alive": alive,
        }
        table.append(row)
        if alive:
            print(f"{module}:{node.lineno}: {row['was']}  ->  {row['now']}\n    {before}", flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    dead = sum(not row["alive"] for row in table)
    print(f"{dead} of {len(table)} killed, of {len(every):,}")
    return int(dead < 0.95 * len(table))


if __name__ == "__main__":
    sys.exit(main())
