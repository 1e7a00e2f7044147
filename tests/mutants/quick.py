"""A fresh sample of small changes over many modules, each tried in a fork of one process that has imported everything.

``python tests/mutants/quick.py --sample 150 --seed 7 --json FILE [NAME ...]`` draws from all modules of
``modules.toml`` whose path holds a name, and asks the tests that mirror them. Bodies of functions alone are changed: a
comparison, an operator, a number, a truth value, ``and`` for ``or``, a condition turned round. ``mutants.py`` makes
more kinds of changes, and each takes a process. Tests that run the changed statement are asked first, then the others;
``--reach`` leaves the others out, which finds a little fewer in much less time. Functions listed under ``looks`` set
how a drawing or a table looks, and are left out. Mutants are tried in the order of the draw, a block at a time, so that
what a stopped run has tried is a sample too; the same command goes on from FILE. Survivors are printed as they are
found, to be read one by one; those that ``same`` lists change nothing that can be seen. ``--again`` tries those once
more, as tests for them come.
Ends 1 where fewer than 95 % of the others are killed.
"""

import argparse
import ast
import copy
import gc
import importlib
import json
import os
import random
import resource
import signal
import sys
import tomllib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
#: Seconds of processor time after which a mutant that does not end is killed, and by the clock one that waits.
LIMIT, PATIENCE = 120, 600
#: What many tests import, once for all forks; TensorFlow does not bear being forked.
IMPORTED = ("scipy.stats", "sklearn.cluster", "cv2", "matplotlib.figure", "hypothesis", "reproduce.datasets.turing")
#: Mutants tried together, those of the same tests after one collection: what a stopped run has tried is a sample.
BLOCK = 100
QUIET = ("-x", "-q", "-p", "no:cacheprovider", "--no-header", "--hypothesis-profile", "broken")
OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip

#: A module's path, its changed tree, and the lines of the statement that was changed.
Changed = tuple[Path, ast.AST, range]


def bodies(tree: ast.AST, passed: Sequence[str] = ()) -> Iterator[ast.stmt]:
    """The statements of every function but those ``passed`` over, without docstrings, decorators and defaults."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            if node.name not in passed:
                for statement in node.body[1:] if ast.get_docstring(node) is not None else node.body:
                    if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                        yield statement
                yield from bodies(node, passed)
        elif isinstance(node, ast.ClassDef):
            yield from bodies(node, passed)


def changes(tree: ast.AST, passed: Sequence[str] = ()) -> list[tuple[ast.AST, str]]:
    """Each node that can be changed, once for each way; in one order."""
    found: dict[tuple[int, str], tuple[ast.AST, str]] = {}
    for statement in bodies(tree, passed):
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


def functions(paths: Collection[str]) -> dict[str, list[FunctionType]]:
    """The functions of each of the modules that were imported, whoever holds them."""
    found: dict[str, list[FunctionType]] = {path: [] for path in paths}
    gc.unfreeze()  # what tests have frozen is not among the objects
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in found:
            found[one.__code__.co_filename].append(one)
    return found


def put(path: Path, tree: ast.AST, held: Sequence[FunctionType]) -> None:
    """Give every function of the module, ``held``, its changed code."""
    new = {(one.co_qualname, one.co_firstlineno): one for one in codes(compile(tree, str(path), "exec"))}
    for one in held:
        one.__code__ = new.get((one.__code__.co_qualname, one.__code__.co_firstlineno), one.__code__)


class Reached:
    """A pytest plugin: which tests run each line of ``paths``; what a shared fixture runs, every test does."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = [str(path) for path in paths]
        self.by_line: dict[str, dict[int, list[str]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        self.tracer = coverage.Coverage(data_file=None, include=self.paths, config_file=False)
        self.tracer.start()
        try:
            return (yield)
        finally:
            self.tracer.stop()
            data = self.tracer.get_data()
            self.by_line = {path: data.contexts_by_lineno(path) for path in self.paths}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.tracer.switch_context(item.nodeid)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: pytest.FixtureRequest) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        self.tracer.switch_context("")
        try:
            return (yield)
        finally:
            self.tracer.switch_context(request.node.nodeid if request.scope == "function" else self.named())

    def named(self) -> str:
        """The test that runs now, which a shared fixture's request does not tell."""
        return os.environ["PYTEST_CURRENT_TEST"].rpartition(" (")[0]


class Tried:
    """A pytest plugin: once the tests are collected, each mutant is put in place and tried in a fork of its own.

    ``trees`` are changes, None for none. Each outcome goes into ``told`` as a line: 1 where all tests are
    green, and the seconds of processor time. ``reached`` are the tests by path and line that are asked first, ``only``
    these where it says so.
    """

    def __init__(
        self,
        trees: Sequence[Changed | None],
        told: int,
        reached: dict[str, dict[int, list[str]]],
        only: bool,
    ) -> None:
        self.trees, self.told, self.reached, self.only = trees, told, reached, only

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        held = functions({str(changed[0]) for changed in self.trees if changed is not None})
        if not all(held.values()):  # a change that is not put in place would pass for one that no test notices
            raise pytest.UsageError("a module has no function to be changed")
        gc.collect()
        gc.freeze()  # a fork that looks through all objects copies them all, which takes longer than most tests
        for changed in self.trees:
            child = os.fork()
            if not child:
                resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
                signal.alarm(PATIENCE)
                if changed is not None:
                    path, tree, lines = changed
                    put(path, tree, held[str(path)])
                    by_line = self.reached.get(str(path), {})
                    self.order(session.items, {one for line in lines for one in by_line.get(line, [])})
                    if not session.items:
                        os._exit(0)
                return  # pytest goes on, and ends with its own status
            _, status, usage = os.wait4(child, 0)
            green = os.waitstatus_to_exitcode(status) == 0
            os.write(self.told, f"{int(green)} {usage.ru_utime + usage.ru_stime:.1f}\n".encode())
        os._exit(0)

    def order(self, items: list[pytest.Item], first: set[str]) -> None:
        """Put those that reach the line first; all reach it where a shared fixture does."""
        if "" not in first:
            asked = [one for one in items if one.nodeid in first]
            items[:] = asked if self.only else asked + [one for one in items if one.nodeid not in first]


def muted(tests: str, *plugins: object) -> int:
    """Run ``tests`` with nothing printed."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    return int(pytest.main([*QUIET, *tests.split()], plugins=list(plugins)))


def reach(paths: Sequence[Path], tests: str) -> dict[str, dict[int, list[str]]]:
    """Which of ``tests`` run each line of ``paths``, by path and line; by one run, traced, in a fork."""
    source, target = os.pipe()
    child = os.fork()
    if not child:
        seen = Reached(paths)
        muted(tests, seen)
        with os.fdopen(target, "w") as file:
            json.dump(seen.by_line, file)
        os._exit(0)
    os.close(target)
    with os.fdopen(source) as file:
        told = file.read()
    os.waitpid(child, 0)
    lines = json.loads(told or "{}")
    return {path: {int(line): by for line, by in lines[path].items()} for path in lines}


def survive(
    trees: Sequence[Changed | None],
    tests: str,
    reached: dict[str, dict[int, list[str]]],
    only: bool = False,
) -> Iterator[tuple[bool, float]]:
    """Whether the tests are green with each change in turn, and what that took; they are collected once."""
    source, target = os.pipe()
    child = os.fork()
    if not child:
        os._exit(muted(tests, Tried(trees, target, reached, only)))
    os.close(target)
    with os.fdopen(source) as lines:
        yield from ((line[0] == "1", float(line[1:])) for line in lines)
    os.waitpid(child, 0)


def told(row: dict[str, Any]) -> str:
    """A mutant as ``modules.toml`` lists it under ``same``: module, what was there, what is there now, and its line."""
    return f"{row['module']}: {row['was']} -> {row['now']} @ {row['in']}"


def drawn(listed: dict[str, Any], names: Sequence[str], sample: int, seed: int) -> tuple[list[tuple[str, int]], int]:
    """The mutants to try as (module, number), in the order of the draw; and how many there are to draw from."""
    every = []
    for module in listed["tests"]:
        if names and not any(name in module for name in names):
            continue
        source = (ROOT / module).read_text(encoding="utf-8")
        unseen = listed["unseen"].get(module, [])
        places = [one.lineno for one, _ in changes(ast.parse(source), listed["looks"].get(module, []))]
        lines = source.splitlines()
        every += [(module, at) for at, line in enumerate(places) if lines[line - 1].strip() not in unseen]
    return random.Random(seed).sample(every, min(sample, len(every))), len(every)


def mutant(module: str, number: int, passed: Sequence[str]) -> tuple[dict[str, Any], Changed]:
    """A mutant as a row of the table, and the changed tree with its path and the lines of its statement."""
    path = ROOT / module
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    node, way = changes(tree, passed)[number]
    row = {"module": module, "number": number, "line": node.lineno, "was": ast.unparse(node)}
    change(node, way)
    ast.fix_missing_locations(tree)
    row |= {"now": ast.unparse(node), "in": source.splitlines()[row["line"] - 1].strip()}
    return row, (path, tree, statement(tree, row["line"]))


def statement(tree: ast.AST, line: int) -> range:
    """The lines of the innermost statement about ``line``; of one with a body, its head."""
    about = [one for one in ast.walk(tree) if isinstance(one, ast.stmt) and one.lineno <= line <= (one.end_lineno or 0)]
    inner = max(about, key=lambda one: one.lineno)
    body = getattr(inner, "body", None)
    return range(inner.lineno, max(body[0].lineno if body else (inner.end_lineno or 0) + 1, line + 1))


def again(row: dict[str, Any], passed: Sequence[str]) -> int | None:
    """The number that a mutant has in its module as it is now; None where its line is no longer there."""
    source = (ROOT / row["module"]).read_text(encoding="utf-8")
    lines = source.splitlines()
    for number, (node, _) in enumerate(changes(ast.parse(source), passed)):
        if (ast.unparse(node), lines[node.lineno - 1].strip()) == (row["was"], row["in"]):
            made, _ = mutant(row["module"], number, passed)
            if made["now"] == row["now"]:
                return number
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--again", action="store_true", help="try the survivors of FILE once more, by the tests of now")
    parser.add_argument("--trust", action="store_true", help="that the tests are green without any change")
    parser.add_argument("--reach", action="store_true", help="ask the tests alone that reach the changed line")
    asked = parser.parse_args()
    listed = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    chosen, total = drawn(listed, asked.names, asked.sample, asked.seed)
    for name in IMPORTED:
        importlib.import_module(name)
    for module in dict.fromkeys(module for module, _ in chosen):
        importlib.import_module(module.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    table: list[dict[str, Any]] = []
    if asked.json and asked.json.exists():
        table = json.loads(asked.json.read_text(encoding="utf-8"))["tried"]
    known = {(row["module"], row["number"]) for row in table}
    left = [one for one in chosen if one not in known]
    if asked.again:
        alive = [row for row in table if row["alive"] and told(row) not in listed["same"]]
        numbers = {id(row): again(row, listed["looks"].get(row["module"], [])) for row in alive}
        left = [(row["module"], number) for row in alive if (number := numbers[id(row)]) is not None]
        table = [row | ({"gone": True} if id(row) in numbers else {}) for row in table if numbers.get(id(row)) is None]
    seen: dict[tuple[str, str], dict[str, dict[int, list[str]]]] = {}
    for start in range(0, len(left), BLOCK):
        by_tests: dict[str, list[tuple[str, int]]] = {}
        for one in left[start : start + BLOCK]:
            by_tests.setdefault(listed["tests"][one[0]], []).append(one)
        for tests, ones in by_tests.items():
            made = [mutant(module, number, listed["looks"].get(module, [])) for module, number in ones]
            paths = [change[0] for _, change in made]
            if new := [path for path in dict.fromkeys(paths) if (str(path), tests) not in seen]:
                by_line = reach(new, tests)
                seen |= {(str(path), tests): by_line.get(str(path), {}) for path in new}
            reached = {str(path): seen[str(path), tests] for path in paths}
            trees = [*([] if asked.trust else [None]), *(change for _, change in made)]
            green = survive(trees, tests, reached, asked.reach)
            if not asked.trust and not next(green, (False, 0.0))[0]:
                print(f"{tests}: red without any change", flush=True)
                continue
            outcomes = list(green)
            if len(outcomes) < len(made):
                print(f"{tests}: cannot be collected", flush=True)
            for (row, _), (alive, seconds) in zip(made, outcomes, strict=False):
                table.append({**row, "alive": alive, "seconds": seconds} | ({"again": True} if asked.again else {}))
                if alive:
                    print(f"{row['module']}:{row['line']}: {row['was']}  ->  {row['now']}\n    {row['in']}", flush=True)
                if asked.json:
                    kept = {"seed": asked.seed, "drawn": len(chosen), "of": total, "tried": table}
                    asked.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    same = sum(row["alive"] and told(row) in listed["same"] for row in table)
    dead, real = sum(not row["alive"] for row in table), len(table) - same
    print(f"{dead} of {real} killed, {same} change nothing, of {total:,}")
    return int(dead < 0.95 * real)


if __name__ == "__main__":
    sys.exit(main())
