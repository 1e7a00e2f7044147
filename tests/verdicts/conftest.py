"""An inner pytest session over a claim file that the test writes, and the paper's own claims, collected once."""

import functools
import importlib
from pathlib import Path

import inner
import pytest
import scipy.special  # noqa: F401

from reproduce.verdicts.plugin import collect, rules

# pytester forgets what its runs import, and neither NumPy nor a stash key bears being imported twice.
for name in (
    "record.leaning", "running.again", "running.clock", "running.runner",
    "verdicts.files.findings", "verdicts.files.lines", "verdicts.files.settings",
    "verdicts.plugin.answers", "verdicts.plugin.fixture", "verdicts.plugin.sensitivity", "verdicts.plugin.session",
    "verdicts.plugin.summary", "verdicts.runs.compare", "verdicts.runs.saving",
    "verdicts.views.brief", "verdicts.views.needs", "verdicts.views.table",
):  # fmt: skip
    importlib.import_module(f"reproduce.{name}")

CLAIMS = Path(__file__).parents[2] / "claims"


@pytest.fixture(scope="session", autouse=True)
def collected_once():
    """What the paper's own claims ask for takes a second to collect, and is the same each time."""
    gathered = collect._gathered

    @functools.cache
    def ours(settings):
        return gathered(CLAIMS, "--collect-only", settings=settings)

    def once(folder, *options, settings=None, **more):
        if Path(folder).resolve() == CLAIMS and options == ("--collect-only",):
            return ours(None if settings is None else frozenset(settings))
        return gathered(folder, *options, settings=settings, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect, "_gathered", once)
        yield


@pytest.fixture
def claim_session(pytester, monkeypatch, tmp_path):
    """Run a claim file: ``claim_session(source, *options)``; no data, no network, a record of its own.

    ``findings``, ``paper`` and ``settings`` are the texts of the TOML files beside it, kept for the test's later runs.
    """
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "nothing"))
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)

    def run(source, *options, **beside):
        pytester.makepyfile(test_toy=source)
        for name, text in beside.items():
            (pytester.path / f"{name}.toml").write_text(text, encoding="utf-8")
        rules.seen.cache_clear()  # a session reads the record once; these sessions share one process
        collect.forget(pytester.path)  # another room's tests may have left a file of the same name
        return inner.session(pytester, monkeypatch, *options)

    run.path = pytester.path
    return run
