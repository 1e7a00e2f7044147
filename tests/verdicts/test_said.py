"""What is printed at the end of a session: which table, whether the paper's screen, and what is proposed."""

from types import SimpleNamespace

import pytest

from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin import summary
from reproduce.verdicts.plugin.stash import NARROWED, SESSION
from reproduce.verdicts.views.arranged import Arrangement

PAPER = '["X.a"]\nat = "X"\n["X.b"]\nat = "X"\n["X.c"]\nat = "X"\n["X.d"]\nat = "X"\n'


def outcome(name, **fields):
    """The end of a toy claim."""
    return Outcome(Spec(name, "A toy.", "X"), "reproduced", ours=1500.0, values=(1500.0,), **fields)


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A session's configuration, of a folder of claims with the paper's lines."""
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "paper.toml").write_text(PAPER)
    options = {"claims_findings": False, "claims_record": "record"}
    made = SimpleNamespace(
        rootpath=tmp_path, args=["claims"], stash=pytest.Stash(), getoption=options.get, options=options,
        option=SimpleNamespace(verbose=0, lf=False),
    )  # fmt: skip
    made.stash[SESSION] = SimpleNamespace(items=[])
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    return made


def test_the_folder_of_the_claims_is_the_one_that_was_asked_for(config):
    """Or the one that the file is in."""
    folder = config.rootpath / "claims"
    for asked in ("claims", "claims/test_a.py", "claims/test_a.py::test_b"):
        config.args = [asked]
        assert summary._folder(config) == folder


@pytest.mark.parametrize(
    "names, shown", [(["X.a"], True), (["X.b", "X.c"], True), (["X.c", "X.d"], False), (["Y.a"], False), ([], False)]
)
def test_the_papers_screen_is_shown_where_its_first_lines_were_asked_for(config, names, shown):
    """Of all claims: those of a part say nothing of the paper."""
    made = [outcome(name) for name in names]
    told = summary._paper(config, made, 60)
    assert bool(told) == shown
    if shown:
        assert told[0] == " the paper ".center(60, "=")
        assert told[1].startswith(f"Own data: {len(names)} of 4 statements tested")
        assert told[-1] == ""
    config.stash[NARROWED] = True
    assert summary._paper(config, made, 60) == []


def test_without_lines_there_is_no_screen(config):
    """As of another folder's claims."""
    (config.rootpath / "claims" / "paper.toml").unlink()
    assert summary._paper(config, [outcome("X.a")], 60) == []


@pytest.mark.parametrize(
    "verbose, arranged, count, table",
    [(0, None, 60, "render False"), (0, None, 61, "brief"), (1, None, 61, "render True"),
     (0, Arrangement(sort="claim"), 61, "render False claim")],
)  # fmt: skip
def test_a_suite_is_shown_in_brief_unless_asked_otherwise(config, monkeypatch, verbose, arranged, count, table):
    """With -v, or with columns, a sort or groups that were asked for, every claim; then counts, record and cache."""

    def render(outcomes, width, before, verbose, arranged):  # fmt: skip
        return [f"render {verbose} {arranged.sort}".strip()]

    monkeypatch.setattr(summary, "render", render)
    monkeypatch.setattr(summary, "brief", lambda outcomes, width: ["brief"])
    monkeypatch.setattr(summary, "summary", lambda outcomes: f"{len(outcomes)} in all")
    monkeypatch.setattr(summary.options, "arrangement", lambda config: arranged)
    config.option.verbose = verbose
    told = summary._shown(config, [outcome(f"Y.{at}") for at in range(count)], 200)
    assert told == [table, f"{count} in all", f"record: record; by-products: {config.rootpath / 'cache'}"]


def test_a_proposal_is_of_all_claims_or_of_some(config, monkeypatch):
    """Of some where a file or a claim was named, or some were left out; where nothing would change it says so."""
    asked = []
    monkeypatch.setattr(
        summary.findings,
        "proposed",
        lambda outcomes, path, whole: asked.append((path, whole)) or ["diff"] * len(outcomes),
    )
    assert summary._proposed(config, []) == []
    config.options["claims_findings"] = True
    assert summary._proposed(config, [outcome("X.a")]) == ["diff"]
    assert summary._proposed(config, []) == ["findings.toml: nothing would change"]
    for args in (["claims/test_a.py"], ["claims/test_a.py::test_b"], ["claims", "claims/test_a.py"]):
        config.args = args
        summary._proposed(config, [])
    config.args = ["claims"]
    config.stash[NARROWED] = True
    summary._proposed(config, [])
    path = config.rootpath / "claims" / "findings.toml"
    assert asked == [(path, True), (path, True), *[(path, False)] * 4]


def test_long_lines_are_folded():
    """With an indent; short ones are left."""
    assert summary._wrapped("a b\nlong line of words", 9) == ["a b", "long line", "  of", "  words"]
