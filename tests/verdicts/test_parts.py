"""The plugin's parts: samples, the budget, the table and an outcome's way through JSON."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.errors import InvalidInputError
from reproduce.verdicts import KINDS
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.judging.scatter import Herd
from reproduce.verdicts.outcome import EVIDENCE, FIDELITIES, Outcome, Spec, words
from reproduce.verdicts.plugin.budget import allot
from reproduce.verdicts.views.cells import bar, figure, marks, ours, required, spread
from reproduce.verdicts.views.table import Layout, groups, markdown, render
from reproduce.verdicts.views.tally import corrected, summary


def herd(*rows, data="D", names="abc"):
    """A herd whose animals are the letters of ``names``."""
    return Herd(data, (tuple(names),) * len(rows), rows)


def test_a_difference_is_paired_by_seed():
    """The difference is taken seed by seed, so what seeds share cancels."""
    ours, other = Sample((1.0, 2.0, 4.0), (0, 1, 2)), Sample((0.0, 1.0, 3.0), (0, 1, 2))
    assert (ours - other).values == (1.0, 1.0, 1.0)


def test_what_nothing_varies_pairs_with_every_seed():
    """Raw pixels score the same under each seed of a trained model."""
    fixed = Sample((1.0,), (0,), random=False)
    assert (Sample((3.0, 5.0), (0, 1)) - fixed).values == (2.0, 4.0)
    assert (fixed - Sample((3.0, 5.0), (0, 1))).values == (-2.0, -4.0)


def test_a_share_gained_is_of_what_was_left():
    """From 29 to 47.78 of 100 is 26 % of what was left, seed by seed and with each animal left out."""
    before, after = (
        Sample((0.29, 0.5), (0, 1), (herd((0.2, 0.3), (0.5, 0.5), names="ab"),)),
        Sample((0.4778, 1.0), (0, 1), (herd((0.6, 0.3), (1.0, 0.0), names="ab"),)),
    )
    gained = after.share_gained(before)
    assert gained.values == pytest.approx((0.1878 / 0.71, 1.0))
    assert gained.herds[0].without == (pytest.approx((0.5, 0.0)), pytest.approx((1.0, -1.0)))
    assert Sample((), (), missing="no data").share_gained(before).missing == "no data"


def test_other_seeds_do_not_pair():
    """Seeds that differ are an error, not a silent zip."""
    with pytest.raises(InvalidInputError, match="cannot pair"):
        Sample((1.0, 2.0), (0, 1)) - Sample((1.0, 2.0), (1, 2))


def test_a_missing_side_is_missing():
    """The difference from something not measured waits for what that waits for."""
    assert (Sample((1.0,), (0,)) - Sample((), (), missing="lions")).missing == "lions"


def test_a_value_that_nothing_varies_keeps_its_animals_under_each_seed():
    """Paired with seeds it stands as often, its scores without each animal too: nothing is dropped."""
    fixed = Sample((5.0,), (0,), (herd((5.0, 4.0, 6.0)),), random=False)
    drawn = Sample((3.0, 4.0), (0, 1), (herd((3.0, 3.5, 2.5), (4.0, 4.0, 4.0)),))
    assert (fixed - drawn).herds == (herd((2.0, 0.5, 3.5), (1.0, 0.0, 2.0)),)
    assert set((fixed - drawn).estimates()) == {"seeds", "seeds and animals"}


def test_a_side_without_animals_leaves_seeds_only_and_says_so():
    """Half of the animals' scatter is none; an enumerated fact owes nothing to animals and takes nothing away."""
    whole, bare = Sample((3.0, 4.0), (0, 1), (herd((3, 3, 2), (4, 4, 4)),)), Sample((1.0, 2.0), (0, 1))
    bare = replace(bare, seeds_only="toy was measured before animals were kept")
    assert ((whole - bare).herds, (whole - bare).seeds_only) == ((), bare.seeds_only)
    assert len((whole - Sample((1.0,), (0,), random=False, exact=True)).herds) == 1


def test_what_is_the_same_under_every_seed_is_an_error_unless_it_is_none_or_all():
    """A seed that reaches nothing proves nothing; but 0 and 100 % are facts, whatever the seed."""
    with pytest.raises(InvalidInputError, match="a seed that reaches nothing"):
        Sample((0.5, 0.5), (0, 1)).estimates()
    for value in (0.0, 1.0):
        sample = Sample((value, value), (0, 1)).scaled(100)
        assert sample.saturated
        assert sample.estimates()["seeds"].interval() == (100 * value, 100 * value)


def test_the_summary_counts_what_survives_holm_by_kind():
    """Two-sided and by kind: of two questions 0.012 stands and 0.013 does not, whatever the statements are."""
    ends = [("statement", "reproduced", 0.024), ("question", "not reproduced", 0.012)]
    ends += [("question", "inconclusive", 0.4), ("check", "reproduced", None)]
    made = [Outcome(Spec(f"I.{at}", "A sentence.", "I", kind=kind), Verdict(end), p=p)
            for at, (kind, end, p) in enumerate(ends)]  # fmt: skip
    line = "5 %, two-sided, by kind: 1 of 1 statement (tests: 1), 1 of 1 question (tests: 2)"
    assert line in summary(made)
    assert [marks(one) for one in corrected(made)] == ["‡", "‡", "", ""]
    made[1] = replace(made[1], p=0.013)
    assert "1 of 1 statement (tests: 1), 0 of 1 question (tests: 2)" in summary(made)
    assert "Holm" not in summary(made[3:])


def test_a_verdict_by_seeds_alone_is_marked_and_stays_out_of_the_count():
    """Where animals are due and were not left out, a small p is about these animals: it is no test of the claim."""
    alone = Outcome(
        Spec("I.a", "A sentence.", "I"), Verdict.REPRODUCED, p=1e-9, note="seeds only: x's y", scatter="seeds"
    )
    late = Outcome(Spec("I.b", "A sentence.", "I"), Verdict.NOT_REPRODUCED, p=1e-9, post_hoc="rule of 2026")
    assert [marks(one) for one in corrected([alone, late])] == ["°", "†‡"]
    text = summary([alone, late])
    assert "1 of 1 statement (tests: 1)" in text
    assert "† 1 post hoc" in text
    assert "° 1 by seeds alone" in text
    assert "no †‡" in markdown([replace(late, spec=Spec("I.b", "A sentence.", "I", kind="control"))])


def test_both_intervals_are_shown_by_name():
    """In the long form, in Markdown and as JSON; the one that carries the verdict is marked."""
    spec = Spec("toy", "A sentence.", "I", unit="%")
    both = {"seeds": (41.0, 43.0), "seeds and animals": (38.0, 46.0)}
    shown = Outcome(spec, Verdict.REPRODUCED, "at_least", ours=42.0, interval=(38.0, 46.0), intervals=both, note="odd",
                    scatter="seeds and animals", values=(41.0, 43.0))  # fmt: skip
    said = "\n".join(render([shown], 120, verbose=True))
    assert "90 %: seeds 41.0..43.0; seeds and animals 38.0..46.0 (seeds and animals carry the verdict)" in said
    assert "odd: toy" in said
    assert "| 41.0..43.0 | **38.0..46.0** |" in markdown([shown])
    assert Outcome.from_json(json.loads(json.dumps(shown.to_json()))) == shown


costs = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.floats(0.01, 100), max_size=20)


@given(costs, st.floats(0, 300), st.integers(0, 10_000))
def test_the_budget_is_kept_and_its_urgent_half_served_first(costs, budget, day):
    """What is measured never costs more than the budget; a claim without a record is served before the rest."""
    urgent = sorted(costs)[::2]
    chosen = allot(costs, budget, day, urgent)
    assert sum(costs[key] for key in chosen) <= budget * (1 + 1e-9)
    if chosen - set(urgent):
        left = budget - sum(costs[key] for key in chosen & set(urgent))
        assert all(key in chosen or costs[key] > left for key in urgent[:1] if costs[key] <= budget)


@given(st.integers(2, 12))
def test_the_rotation_reaches_every_cell_that_fits(count):
    """Over as many days as there are dear cells, each is measured."""
    costs = {f"{i:02d}": 10.0 for i in range(count)}
    reached = set().union(*(allot(costs, 20.0, day) for day in range(count)))
    assert reached == set(costs)


def outcome(**changes):
    """A reproduced toy outcome."""
    spec = Spec("II.128", "A sentence.", "Table II", "MAP@R %", "assumed", "", "Table II")
    plain = {
        "verb": "equals",
        "paper": "49.90",
        "margin": "±4.5",
        "because": "why",
        "ours": 49.1,
        "values": (48.0, 50.2),
        "interval": (47.9, 50.3),
        "lower": 45.4,
        "upper": 54.4,
        "chance": 3.9,
        "backends": ("tensorflow",),
        "machines": ("x86_64-cpu",),
    }
    return Outcome(changes.pop("spec", spec), changes.pop("verdict", "reproduced"), **(plain | changes))


def test_an_outcome_survives_json():
    """What xdist and saved runs carry is what the table printed."""
    original = outcome(finding={"says": "not reproduced", "ours": [1.0, 2.0], "because": "x"})
    assert Outcome.from_json(json.loads(json.dumps(original.to_json()))) == original


def test_the_fingerprint_is_the_claims_not_the_results():
    """Another result leaves the fingerprint; another figure, margin or verb changes it."""
    assert outcome().fingerprint == outcome(ours=12.0, values=(12.0,)).fingerprint
    changed = [outcome(paper="49.91"), outcome(margin="±5"), outcome(verb="at_least")]
    assert len({one.fingerprint for one in [*changed, outcome()]}) == 4


LONG = "II.over-mlp.on-each-row-of-the-table@OpenCows2020-thinned"
SENTENCE = "The sentence of a claim, which is longer than all that the other columns leave of a terminal."


def spec(name, group="Table II", **fields):
    """A toy claim's."""
    return Spec(
        name, **{"sentence": SENTENCE, "at": "II", "unit": "MAP@R %", "fidelity": "proxy", **fields}, group=group
    )


def toys():
    """Two groups: a printed figure, a comparison in a setting of long name, and one that was not run."""
    compared = {"verb": "at_least", "paper": ">= 0", "margin": "", "lower": 0.0, "upper": None, "difference": True}
    return [
        outcome(
            spec=spec(LONG, "Section III-C", setting="OpenCows2020-thinned"), **compared,
            ours=4.03, sides=(7.44, 3.41), interval=(3.5, 4.6), precision_at_1=20.5, checked="seed 0 ✓",
        ),
        outcome(spec=spec("II.64", printed="47.78"), paper="47.78", verdict="not reproduced", finding={"because": "x"}),
        outcome(spec=spec("II.16"), verdict="not run", ours=None, values=(), interval=None, reason="no lions"),
    ]  # fmt: skip


def heads(lines):
    """The lines of headings, one for each group."""
    return [line for line in lines if line.startswith("Claim ")]


@pytest.mark.parametrize(
    ("width", "there", "gone"),
    [
        (80, [], ["● mean", "P@1", "Checked", "Sentence"]),
        (100, [], ["● mean", "P@1", "Sentence"]),
        (160, ["Required", "P@1", "Checked now"], ["Sentence"]),
        (280, ["Required", "P@1", "Checked now", "● mean", "Before", "Sentence"], []),
    ],
)
def test_the_table_fits_the_terminal(width, there, gone):
    """No line is longer than the terminal, every group has the same columns, and what must stay stays."""
    lines = render(toys(), width, before=lambda one: "holds")
    assert max(map(len, lines)) <= width
    first, second = heads(lines)
    assert first == second
    for head in ("Paper", "Ours", "90 %", "n", "Chance", "Evidence", "Verdict", *there):
        assert head in first, head
    assert not [head for head in gone if head in first]


@pytest.mark.parametrize("width", [80, 100])
def test_a_long_id_has_a_line_of_its_own(width):
    """An id longer than its column is whole, on a line above its figures; a short one stands beside them."""
    lines = render(toys(), width)
    at = lines.index(LONG)
    assert "4.03" in lines[at + 1]
    assert lines[at + 1].startswith(" " * 12)
    (beside,) = [line for line in lines if line.startswith("II.64 ")]
    assert "contradicted *" in beside


def test_the_column_paper_holds_printed_figures_alone():
    """What a rule requires stands under Required; under Paper is what the paper prints, or nothing."""
    lines = render(toys(), 160)
    first, *_ = heads(lines)
    end = first.index("Paper") + len("Paper")
    cells = {line.split()[0]: line[end - 5 : end].strip() for line in lines if line.startswith(("II.64 ", "II.16 "))}
    assert cells == {"II.64": "47.78", "II.16": ""}
    row = next(line for line in lines if "7.44" in line)
    assert row[end - 5 : end].strip() == ""
    assert ">= 0" in row[end:]


@pytest.mark.parametrize(("width", "shown"), [(160, "7.44 - 3.41 = 4.03"), (80, " 4.03 ")])
def test_a_comparison_shows_its_sides_where_there_is_room(width, shown):
    """Both sides and the difference when wide, the difference alone when not."""
    text = "\n".join(render(toys(), width))
    assert shown in text
    assert ("7.44" in text) == (width == 160)


def test_a_negative_side_is_added():
    """Two minus signs are never written side by side."""
    assert ours(outcome(sides=(1.0, -2.0), ours=3.0)) == "1.00 + 2.00 = 3.00"
    assert ours(outcome(sides=(-1.0, 2.0), ours=-3.0)) == "-1.00 - 2.00 = -3.00"


def test_sentences_are_written_below_when_required():
    """Verbose writes each claim's sentence below it, wrapped; a narrow table has none."""
    joined = {verbose: " ".join(" ".join(render(toys(), 80, verbose=verbose)).split()) for verbose in (False, True)}
    assert [joined[verbose].count(SENTENCE) for verbose in (False, True)] == [0, 3]
    assert max(map(len, render(toys(), 80, verbose=True))) <= 80


def test_tables_come_first():
    """The paper's tables, then the other files in the order of their claims."""
    names = ["Introduction", "Table I", "Section III-C", "Table II", "Introduction"]
    found = groups([outcome(spec=spec(f"x.{at}", name)) for at, name in enumerate(names)])
    assert [name for name, _ in found] == ["Table I", "Table II", "Introduction", "Section III-C"]
    assert [one.spec.id for one in dict(found)["Introduction"]] == ["x.0", "x.4"]
    assert [line.split("'")[1] for line in render(toys(), 80) if "claims '" in line] == ["Table II", "Section III-C"]


def test_reasons_are_wrapped_and_names_stay_whole():
    """Why claims were not run is told once, within the width; no id or address is broken."""
    names = [f"II.row-{at}@OpenCows2020-thinned" for at in range(9)]
    address = "https://example.org/a-long-address/of-some-data/that-is-to-be-copied-whole"
    waits = {"verdict": "not run", "ours": None, "values": (), "interval": None, "reason": f"no lions; see {address}"}
    planned = [outcome(spec=spec(f"II.planned-{at}"), power=0.8) for at in range(9)]
    lines = render([*(outcome(spec=spec(name), **waits) for name in names), *planned], 80)
    assert max(map(len, lines)) <= 80
    said = lines[next(at for at, line in enumerate(lines) if line.startswith("  not run: no lions")) :]
    tokens = " ".join(said).replace(",", " ").replace(": ", " ").split()
    assert tokens.count(address) == 1
    assert [tokens.count(name) for name in names] == [1] * 9
    assert [tokens.count(one.spec.id) for one in planned] == [1] * 9


def test_what_waits_for_a_download_and_a_run_is_a_list_of_ids():
    """What a run cannot mend keeps its reason: stale factors, a model that there is not, a claim that broke."""
    waits = {"verdict": "not run", "ours": None, "values": (), "interval": None}
    reasons = {
        "I.64": "FriesianCattle2017 is not here; no record of mlp.embed; `reproduce run mlp.embed` makes it",
        "I.32": "no record under these factors (mlp.embed on FriesianCattle2017); `reproduce run mlp.embed` makes it",
        "I.16": "stale: the record's factors are others (mlp.embed on LionData)",
    }
    found = [outcome(spec=spec(name), reason=why, **waits) for name, why in reasons.items()]
    found.append(outcome(spec=spec("V.more"), reason="no transformer here", **{**waits, "verb": "waits"}))
    found.append(outcome(spec=spec("I.bad"), reason="no verb", **{**waits, "verdict": "error"}))
    said = markdown(found, brief=True)
    assert "not run: I.64, I.32\n" in said
    assert "not run: stale: the record's factors" in said
    assert "not run: no transformer here: V.more" in said
    assert "error: no verb: I.bad" in said
    assert "makes it" not in said
    assert "makes it" in markdown(found)


def test_what_an_interval_and_a_rule_say():
    """An interval without width is not written; a rule says its margin, its bound or a figure of ours."""
    assert [spread(outcome(interval=pair)) for pair in (None, (2.0, 2.0), (1.0, 2.0), (9.0, 12.0))] == [
        "", "", "1.00..2.00", "9.0..12.0",
    ]  # fmt: skip
    assert required(outcome()) == "±4.5"
    assert required(outcome(verb="at_least", paper=">= 20.8", margin="")) == ">= 20.8"
    computed = outcome(verb="at_least", paper=">= 13.225352112676056", margin="")
    assert (required(computed), figure(39.0541, computed)) == (">= 13.23", "39.05")
    printed = outcome(spec=spec("a", printed="75"), verb="exactly", paper="75", margin="")
    assert [required(printed), required(outcome(verb="exactly", paper="300", margin=""))] == ["", "= 300"]


percent = st.one_of(st.just(0.0), st.floats(-100, 100))
drawn = st.builds(
    lambda name, group, at, low, high, chance, sides, printed, verdict, fidelity, verb: outcome(
        spec=spec(name, group, fidelity=fidelity, printed=printed), paper=printed or ">= 0", verb=verb, ours=at,
        interval=(low, high), chance=chance, sides=sides, verdict=verdict, reason="why not", power=0.5,
        machines=(f"machine-{name}",), checked="seed 0 ✓",
    ),
    name=st.text("abz.-@6", min_size=1, max_size=78), group=st.sampled_from(["Table I", "Notes"]), at=percent,
    low=percent, high=percent, chance=st.none() | percent, sides=st.none() | st.tuples(percent, percent),
    printed=st.sampled_from(["", "75", "49.90", "0.93", "7.4e-5", "0.91723"]), verdict=st.sampled_from(list(Verdict)),
    fidelity=st.sampled_from(FIDELITIES), verb=st.sampled_from(["equals", "at_least", "exactly"]),
)  # fmt: skip


@given(st.lists(drawn, min_size=1, max_size=5), st.integers(20, 260), st.booleans())
def test_no_line_of_the_table_is_longer_than_the_terminal(outcomes, width, verbose):
    """Whatever ids and figures there are: lines fit, columns agree, and each verdict is on its claim's line."""
    lines = render(outcomes, width, verbose=verbose)
    assert max(map(len, lines)) <= max(width, 80)
    assert len(set(heads(lines))) == 1
    layout = Layout(outcomes, max(width, 80), None)
    for one in outcomes:
        *above, row = layout.row(one)
        assert above in ([], [one.spec.id])
        assert f" {EVIDENCE[one.spec.fidelity]} " in row
        assert one.told.removeprefix("rehearsal: ") in row
        assert set(layout.row(one)) <= set(lines)


def test_the_bar_shows_where_the_mean_lies():
    """Inside the edges, left of them or right of them."""
    inside, below = bar(outcome()), bar(outcome(ours=10.0, interval=(9.0, 11.0)))
    assert inside.index("│") < inside.index("●") < inside.rindex("│")
    assert below.index("●") < below.index("│")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fidelity", ["exact", "assumed", "proxy"])
def test_only_the_papers_own_statements_are_reproduced(kind, fidelity):
    """A proxy, a question, a control and a check hold or fail; what is neither has one word for all."""
    spec = Spec("x", "s", "at", fidelity=fidelity, kind=kind)
    own = kind == "statement" and fidelity != "proxy"
    assert words("reproduced", spec) == ("reproduced" if own else "holds")
    assert words("not reproduced", spec) == ("not reproduced" if own else "fails")
    assert words("inconclusive", spec) == "inconclusive"
    assert words("not run", spec) == "not run"


def test_summary_and_markdown_count_what_the_table_shows():
    """A line of counts for each kind; Markdown with every claim's id and why one was not run."""
    rows = [outcome(), outcome(verdict="not run", ours=None, values=(), interval=None, reason="no lions")]
    assert summary(rows) == "2 statements, each in each of its settings: 1 reproduced, 1 not run"
    page = markdown(rows)
    assert page.count("| II.128 |") == 2
    assert "no lions" in page


def test_kinds_are_never_counted_together():
    """Each kind has its line; a drift outranks its verdict; known failures and what was checked come last."""
    made = [
        outcome(spec=spec("a", fidelity="assumed"), verdict="not reproduced", finding={"because": "x"}, checked="1 ✓"),
        outcome(spec=spec("b", kind="control"), drift="moved"),
        outcome(spec=spec("c", kind="control")),
    ]
    assert summary(made).splitlines() == [
        "1 statement, each in each of its settings: 1 not reproduced",
        "2 controls, each in each of its settings: 1 drifted, 1 yes",
        "* 1 differs from what it claims, as recorded in findings.toml; pytest counts this as xfailed",
        "checked now: 1 1 ✓",
    ]


@pytest.mark.parametrize(
    ("kind", "fidelity", "verdict", "told"),
    [
        ("statement", "assumed", "reproduced", "reproduced"),
        ("statement", "proxy", "reproduced", "supported"),
        ("statement", "proxy", "not reproduced", "contradicted"),
        ("question", "exact", "not reproduced", "no"),
        ("control", "proxy", "not reproduced", "no"),
        ("check", "proxy", "reproduced", "passes"),
        ("check", "exact", "inconclusive", "inconclusive"),
        ("statement", "rehearsal", "reproduced", "rehearsal: supported"),
    ],
)
def test_a_reader_is_told_in_words_of_the_kind(kind, fidelity, verdict, told):
    """A statement is supported on a substitute, a question answered; a rehearsal always says that it is one."""
    assert outcome(spec=spec("a", kind=kind, fidelity=fidelity), verdict=verdict).told == told
