"""The plugin's hooks called by hand: what they keep for each other, what xdist's workers tell, and the options."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.verdicts import plugin
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin import marks, ours, rules, sensitivity, stash
from reproduce.verdicts.plugin import session as ends
from reproduce.verdicts.plugin.options import INI, add_options, settle
from reproduce.verdicts.plugin.stash import (
    CLAIM,
    MEASURES,
    MOVED,
    MOVES,
    NARROWED,
    ORDER,
    PROPERTY,
    SESSION,
    TOLD,
    gathered,
    moves,
    narrowed,
    outcome_of,
)


def config(*args, **more):
    """A session's configuration."""
    return SimpleNamespace(args=args, stash=pytest.Stash(), option=SimpleNamespace(), **more)


def outcome(name="X.1", verdict="reproduced"):
    """The end of a toy claim."""
    return Outcome(Spec(name, "A toy.", "I"), verdict)


def report(*outcomes, order=0, node="a", when="call", passed=True):
    """A test's report that carries these outcomes."""
    told = [(PROPERTY, json.dumps(one.to_json())) for one in outcomes]
    order = [] if order is None else [(ORDER, str(order))]
    return SimpleNamespace(user_properties=[*order, *told, ("other", "x")], nodeid=node, when=when, passed=passed)


def test_single_claims_are_asked_for_by_name_or_by_what_was_left_out():
    """A test's own name, a word of pytest's that deselects, or only those that failed last."""
    assert not narrowed(config("claims", "claims/test_a.py"))
    assert narrowed(config("claims", "claims/test_a.py::test_b"))
    left_out, failed = config("claims"), config("claims")
    left_out.stash[NARROWED] = True
    failed.option.lf = True
    assert narrowed(left_out)
    assert narrowed(failed)
    failed.option.lf = False
    assert not narrowed(failed)


def test_what_was_measured_again_is_told_of_here_and_of_workers():
    """Of one row that both measured, here."""
    one = config()
    assert moves(one) == {}
    one.stash[MOVES] = {"a": [1.0], "b": [2.0]}
    assert moves(one) == {"a": [1.0], "b": [2.0]}
    one.stash[MEASURES] = SimpleNamespace(moves={"b": [3.0], "c": [4.0]})
    assert moves(one) == {"a": [1.0], "b": [3.0], "c": [4.0]}


def test_a_report_carries_the_last_outcome():
    """Of a test that was run again; one of no claim carries none."""
    assert outcome_of(report(outcome("X.1"), outcome("X.2"))) == outcome("X.2")
    assert outcome_of(report()) is None


def test_outcomes_are_gathered_in_the_order_of_their_places():
    """Of calls alone, once each, whatever became of them; a run that was repeated is not."""
    stats = {
        "": [report(outcome("X.0"), node="setup", when="setup")],
        "passed": [report(outcome("X.3"), order=12, node="c"), report(outcome("X.1"), order=1, node="a")],
        "failed": [report(outcome("X.2"), order=10, node="b"), report(node="no claim"), object()],
        "rerun": [report(outcome("X.9"), order=0, node="a")],
        "skipped": [report(outcome("X.0"), order=None, node="first")],
    }
    found = gathered(SimpleNamespace(stats=stats))
    assert [one.spec.id for one in found] == ["X.0", "X.1", "X.2", "X.3"]


@pytest.mark.parametrize(
    "verdict, told",
    [("inconclusive", ("inconclusive", "?", "INCONCLUSIVE")), ("compatible", ("compatible", "~", "COMPATIBLE")),
     ("reproduced", None)],
)  # fmt: skip
def test_two_verdicts_have_a_status_of_their_own(verdict, told):
    """Of a call that passed, and of no other test."""
    made = outcome(verdict=verdict)
    assert plugin.pytest_report_teststatus(report(made)) == told
    for other in (report(made, when="setup"), report(made, passed=False), report()):
        assert plugin.pytest_report_teststatus(other) is None
    bare = report(made)
    bare.user_properties = []
    assert plugin.pytest_report_teststatus(bare) is None


def test_what_is_left_out_narrows_and_a_worker_tells_it(monkeypatch):
    """Where a claim is among it."""
    monkeypatch.setattr(ours, "is_claim", lambda item: item.claim)
    for claims, told in (((False, True), True), ((True,), True), ((False, False), False)):
        one, worker = config(), config(workeroutput={})
        for each in (one, worker):
            plugin.pytest_deselected([SimpleNamespace(claim=claim, config=each) for claim in claims])
            assert each.stash.get(NARROWED, False) is told
        assert worker.workeroutput == ({TOLD: True} if told else {})


def test_a_worker_tells_what_it_measured_and_its_controller_hears():
    """In numbers that xdist can send."""
    worker = config(workeroutput={})
    plugin.pytest_sessionfinish(SimpleNamespace(config=worker))
    assert worker.workeroutput == {}
    worker.stash[MOVES] = {"a": [np.float64(0.5)]}
    plugin.pytest_sessionfinish(SimpleNamespace(config=worker))
    assert worker.workeroutput == {MOVED: {"a": [0.5]}}
    assert type(worker.workeroutput[MOVED]["a"][0]) is float
    alone = config()
    alone.stash[MOVES] = {"a": [0.5]}
    plugin.pytest_sessionfinish(SimpleNamespace(config=alone))
    node = SimpleNamespace(workeroutput={**worker.workeroutput, TOLD: True}, config=config())
    plugin.pytest_testnodedown(node)
    plugin.pytest_testnodedown(SimpleNamespace(config=node.config))
    assert (node.config.stash[NARROWED], node.config.stash[MOVES]) == (True, {"a": [0.5]})
    quiet = SimpleNamespace(workeroutput={}, config=config())
    plugin.pytest_testnodedown(quiet)
    assert NARROWED not in quiet.config.stash


def test_a_refusal_is_an_error_and_a_workers_failure():
    """A worker of xdist tells its controller by what it should fail with."""
    session = SimpleNamespace(config=config(), shouldfail=False)
    assert str(plugin._refusal(session, ValueError("odd"))) == "odd"
    assert session.shouldfail is False
    session.config.workeroutput = {}
    assert isinstance(plugin._refusal(session, ValueError("odd")), pytest.UsageError)
    assert session.shouldfail == "odd"


@pytest.mark.parametrize(
    "gone, saved, before, after",
    [(False, True, 0, 0), (True, True, 0, 1), (False, False, 0, 1), (True, False, 0, 1), (True, True, 2, 2),
     (False, False, 5, 5)],
)  # fmt: skip
def test_a_claim_that_is_gone_or_a_run_that_is_not_saved_fails_the_session(monkeypatch, gone, saved, before, after):
    """Where nothing else has; what changed is printed before what was written."""
    one, whole = config("claims"), []
    one.stash[SESSION] = SimpleNamespace(exitstatus=pytest.ExitCode(before))
    monkeypatch.setattr(
        plugin.options, "changed", lambda config, outcomes, whole: (whole_noted(whole) and ["changed"], gone)
    )
    monkeypatch.setattr(plugin.options, "write", lambda config, outcomes: (["written"], saved))

    def whole_noted(given):
        whole.append(given)
        return True

    assert plugin._kept(one, []) == ["changed", "written"]
    assert one.stash[SESSION].exitstatus == after
    one.stash[NARROWED] = True
    plugin._kept(one, [])
    assert whole == [True, False]


def shortened(item, error):
    """How many frames of its traceback a report is made of."""
    call = pytest.CallInfo.from_call(error, "call")
    frames = []
    hook = plugin.pytest_runtest_makereport(item, call)
    next(hook)
    with pytest.raises(StopIteration):
        hook.send(None)
    if call.excinfo is not None:
        trace = call.excinfo.tb
        while trace is not None:
            frames.append(trace)
            trace = trace.tb_next
    return len(frames)


def test_a_recorded_deviation_keeps_its_last_frame_alone():
    """Of a claim; other failures, and other tests, keep all."""

    def deep(error):
        def inner():
            raise error

        return inner

    claim, other = SimpleNamespace(stash=pytest.Stash()), SimpleNamespace(stash=pytest.Stash())
    claim.stash[CLAIM] = None
    assert shortened(claim, deep(pytest.xfail.Exception("known"))) == 1
    assert shortened(claim, deep(ValueError("odd"))) > 1
    assert shortened(other, deep(pytest.xfail.Exception("known"))) > 1
    assert shortened(claim, lambda: None) == 0


def settled(ini=None, inipath=None, **given):
    """The options of a session after the command line gave these, and its ini file those."""
    one = config(inipath=inipath)
    one.option = SimpleNamespace(**{f"claims_{name}": given.get(name) for name in INI})
    values = {f"claims_{name}": value for name, value in (INI | (ini or {})).items()}
    one.getini = values.get
    settle(one)
    return {name: getattr(one.option, f"claims_{name}") for name in INI}


DEFAULTS = {
    "tier": "check", "budget": 360.0, "strict": None, "record": None, "storage": None, "columns": None, "sort": None,
    "group_by": None,
}  # fmt: skip


def test_an_option_comes_from_the_command_line_or_the_ini_file_or_is_as_ever(tmp_path, monkeypatch):
    """A folder is beside the file; the record that the environment names goes before the file's."""
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    assert settled() == DEFAULTS
    ini = {"budget": "60", "record": "kept", "storage": "runs", "columns": "claim", "strict": True}
    found = settled(ini=ini, inipath=tmp_path / "pytest.ini", storage="mine", budget="0")
    assert found == DEFAULTS | {
        "budget": 0.0, "record": str(tmp_path / "kept"), "storage": "mine", "columns": "claim", "strict": True,
    }  # fmt: skip
    assert settled(ini=ini)["record"] == "kept"
    monkeypatch.setenv("REPRODUCE_RECORD", "theirs")
    assert (settled(ini=ini)["record"], settled(ini=ini)["storage"]) == (None, "runs")
    assert settled(record="given")["record"] == "given"


@pytest.mark.parametrize(
    "given, says",
    [({"tier": "gold"}, "claims_tier: 'gold' is not one of check, rehearsal"),
     ({"budget": "much"}, "claims_budget: 'much' is no number of seconds")],
)  # fmt: skip
def test_what_no_option_takes_is_one_line(given, says):
    """From the command line as from the file."""
    for asked in (settled, lambda **ini: settled(ini=ini)):
        with pytest.raises(pytest.UsageError) as caught:
            asked(**given)
        assert str(caught.value) == says


def test_a_session_without_claims_prints_and_checks_nothing(monkeypatch):
    """Nor does a worker of xdist, whose controller has the whole table."""
    written = []
    monkeypatch.setattr(plugin, "_kept", lambda config, outcomes: written.append(outcomes) or [])
    terminal = SimpleNamespace(stats={}, write_line=written.append)
    plugin.pytest_terminal_summary(terminal, config(workerinput={}))
    assert written == []
    plugin.pytest_terminal_summary(terminal, config())
    assert written == [[]]
    listing = config()
    listing.option = SimpleNamespace(collectonly=False, claims_list=False)
    assert plugin.pytest_collection_finish(SimpleNamespace(config=listing, items=[])) is None
    assert MEASURES not in listing.stash
    assert plugin.pytest_runtestloop(SimpleNamespace(config=listing)) is None
    assert stash.TOLD == "reproduce.narrowed"


def test_an_ini_file_may_set_each_option():
    """By the option's name; whether to be strict is yes or no."""
    known, group = {}, SimpleNamespace(addoption=lambda *words, **said: None)
    parser = SimpleNamespace(
        getgroup=lambda *words: group, addini=lambda name, said, **more: known.update({name: more})
    )  # fmt: skip
    add_options(parser)
    assert set(known) == {f"claims_{name}" for name in INI}
    assert known["claims_strict"] == {"type": "bool", "default": False}
    assert known["claims_budget"] == {"default": "360"}


@pytest.mark.parametrize("marked, claim, asked", [(True, False, True), (False, True, True), (False, False, False)])
def test_rows_are_made_of_our_tests_alone(monkeypatch, marked, claim, asked):
    """Of a claim, and of what names settings by our mark."""
    rows = []
    monkeypatch.setattr(ours, "marked", lambda node, name: marked and name == "judged_in")
    monkeypatch.setattr(ours, "is_claim", lambda node: claim)
    monkeypatch.setattr(marks, "parametrize", rows.append)
    function = SimpleNamespace(definition="a test")
    plugin.pytest_generate_tests(function)
    assert rows == ([function] if asked else [])


@pytest.mark.parametrize("claim, mark, known", [(True, True, {"X.1"}), (True, False, set()), (False, True, set())])
def test_a_claim_is_found_by_its_id(monkeypatch, claim, mark, known):
    """As the table prints it; a mark that is not well formed is told later."""
    monkeypatch.setattr(ours, "is_claim", lambda node: claim)
    monkeypatch.setattr(marks, "spec", lambda item: outcome().spec)
    item = SimpleNamespace(extra_keyword_matches=set(), get_closest_marker=lambda name: mark and name == "claim")
    plugin.pytest_itemcollected(item)
    assert item.extra_keyword_matches == known
    monkeypatch.setattr(marks, "spec", refused)
    plugin.pytest_itemcollected(item)
    assert item.extra_keyword_matches == known


def refused(*_):
    """Refuse, as what is not well formed is."""
    raise pytest.UsageError("odd")


def test_a_suite_is_checked_where_it_has_claims(monkeypatch):
    """Of the claims alone."""
    checked = []
    monkeypatch.setattr(ours, "claims", lambda items: [one for one in items if one == "claim"])
    monkeypatch.setattr(marks, "check", checked.append)
    session = SimpleNamespace(config=config())
    plugin.pytest_collection_modifyitems(session, ["test"])
    assert checked == []
    plugin.pytest_collection_modifyitems(session, ["test", "claim"])
    assert checked == [["claim"]]
    monkeypatch.setattr(marks, "check", refused)
    with pytest.raises(pytest.UsageError, match="odd"):
        plugin.pytest_collection_modifyitems(session, ["claim"])


def test_the_fixture_gives_a_claim_to_a_test_with_a_mark(monkeypatch):
    """It is kept with the test, and asks whoever answers the session."""
    monkeypatch.setattr(marks, "spec", lambda item: outcome().spec)
    monkeypatch.setattr(marks, "figures", lambda item: {"III.64": "0.93"})
    for mark in (True, False):
        node = SimpleNamespace(
            stash=pytest.Stash(), nodeid="a", get_closest_marker=lambda name, mark=mark: mark or None
        )
        request = SimpleNamespace(node=node, config=config())
        request.config.stash[MEASURES] = "answers"
        if mark:
            made = plugin.claim.__wrapped__(request)
            assert node.stash[CLAIM] is made
            assert (made.spec, made.figure("III.64"), made._measures) == (outcome().spec, "0.93", "answers")
        else:
            with pytest.raises(pytest.UsageError, match="a: the claim fixture needs"):
                plugin.claim.__wrapped__(request)


@pytest.mark.parametrize("left_out", [False, True])
@pytest.mark.parametrize(
    "asked, done",
    [
        ({}, ["check"]),
        ({"claims_rules": True}, ["rules", "check"]),
        ({"claims_sensitivity": True}, ["check", "sensitivity"]),
        ({"claims_findings": True}, ["check"]),
        ({"collectonly": True}, []),
        ({"claims_list": True}, []),
    ],
)
def test_what_is_done_once_all_claims_are_known(monkeypatch, asked, done, left_out):
    """Rules and sensitivity are written of all claims alone; entries that no claim uses are looked for there too."""
    told, whole = [], []
    items = [SimpleNamespace(user_properties=[]) for _ in range(2)]
    words = "collectonly", "claims_list", "claims_rules", "claims_findings", "claims_sensitivity"
    one = config("claims::a" if left_out else "claims")
    one.option = SimpleNamespace(**{**dict.fromkeys(words, False), **asked})
    monkeypatch.setattr(ours, "claims", lambda items: items)
    monkeypatch.setattr(rules, "write", lambda items: told.append("rules"))
    monkeypatch.setattr(sensitivity, "write", lambda items, measures: told.append("sensitivity"))
    monkeypatch.setattr(ends, "check_findings", lambda items, whole: told.append("check") or note(whole))
    monkeypatch.setattr(ends, "measures", lambda config, items: "answers")

    def note(given):
        whole.append(given)

    plugin.pytest_collection_finish(SimpleNamespace(config=one, items=items))
    assert told == [name for name in done if name == "check" or not left_out]
    if done:
        assert whole == [not left_out and "claims_findings" not in asked]
        assert one.stash[MEASURES] == "answers"
        assert [item.user_properties for item in items] == [[(ORDER, "0")], [(ORDER, "1")]]
        monkeypatch.setattr(ends, "check_findings", lambda items, whole: refused())
        with pytest.raises(pytest.UsageError, match="odd"):
            plugin.pytest_collection_finish(SimpleNamespace(config=one, items=items))


def test_a_list_is_printed_in_place_of_a_run(monkeypatch):
    """To the terminal, where there is one."""
    written = []
    terminal = SimpleNamespace(ensure_newline=lambda: None, write_line=written.append)
    monkeypatch.setattr(marks, "listing", lambda items: [f"{one}!" for one in items])
    for reporter in (terminal, None):
        one = config(pluginmanager=SimpleNamespace(get_plugin=lambda name, reporter=reporter: reporter))
        one.option = SimpleNamespace(claims_list=True)
        assert plugin.pytest_runtestloop(SimpleNamespace(config=one, items=["a", "b"])) is True
    assert written == ["a!", "b!"]
