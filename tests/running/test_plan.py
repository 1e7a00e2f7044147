"""What is kept and what is run again: version, data, weights and place are asked where a run is planned, too."""

import dataclasses

import pytest

from reproduce.record import Store
from reproduce.running import inputs
from reproduce.running.order import by_product, made_by
from reproduce.running.plan import make_plan
from reproduce.running.request import Request, Turn, merged
from reproduce.running.runner import measure

DATA = "FriesianCattle2017"


@pytest.fixture
def kept(toys, tmp_path):
    """A store that holds seed 0 of a toy, and the entry."""
    store = Store(tmp_path / "record")
    entry = measure(toys["toy.draw"], DATA, 0, {})
    store.add(entry)
    return store, entry


def jobs(toys, store, seeds=(0,), **options):
    return [job.seed for job in make_plan([Request(toys["toy.draw"], DATA)], seeds, store=store, **options).jobs]


def test_what_is_kept_is_not_run(toys, kept):
    """The same version, data, weights and place: nothing to do, unless all is to be fresh."""
    assert jobs(toys, kept[0]) == []
    assert jobs(toys, kept[0], (0, 1, 2)) == [1, 2]
    assert jobs(toys, kept[0], (0, 1), fresh=True) == [0, 1]


@pytest.mark.parametrize(
    "field, value", [("data_hash", "0" * 64), ("weights_hash", "1" * 64), ("version", 9), ("version", 0)]
)
def test_a_stale_result_is_run_again(toys, kept, tmp_path, field, value):
    """A result of other data, of other weights or of another version is no result."""
    entry = kept[1]
    other = Store(tmp_path / "other")
    other.add(dataclasses.replace(entry, cell=dataclasses.replace(entry.cell, **{field: value})))
    assert jobs(toys, other) == [0]
    (row,) = make_plan([Request(toys["toy.draw"], DATA)], [0], other).rows
    assert row.kept == 0
    assert not row.has(0, other)


def test_without_the_data_what_is_kept_of_any_data_counts(toys, kept, monkeypatch):
    """A row that waits for its data says so for the seeds it lacks, and not for those it has."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    monkeypatch.setattr(inputs.Data, "missing", lambda _: "waits")
    (row,) = make_plan([Request(toys["toy.draw"], DATA)], [0], kept[0]).rows
    assert (row.waits, row.jobs, row.kept) == ("", [], 1)
    (row,) = make_plan([Request(toys["toy.draw"], DATA)], [0, 1], kept[0]).rows
    assert (row.waits, row.jobs, row.kept) == ("waits", [], 1)


def test_a_seed_is_had_from_this_place_and_late_enough(toys, kept):
    """Another machine class's result, or one from before, is not what this run waits for."""
    store, entry = kept
    (row,) = make_plan([Request(toys["toy.draw"], DATA)], [0], store).rows
    assert row.has(0, store)
    assert not row.has(1, store)
    assert not row.has(0, store, since=entry.time)
    assert not row.has(0, store, since="9999")
    pilot = dataclasses.replace(entry, cell=dataclasses.replace(entry.cell, seed=1000))
    store.add(pilot)
    assert not row.has(999, store)
    assert row.has(int("1000"), store)  # Python makes a new object of it, as of every number from 257 on
    store.add(dataclasses.replace(entry, machine="riscv-cpu"), replace=False)
    assert row.has(0, store)


@pytest.mark.parametrize("elsewhere", ["a-cpu", "z-cpu"])
def test_another_places_seeds_count_only_if_it_has_them_all(toys, kept, tmp_path, elsewhere):
    """More than all will do; what is kept here beside what is wanted is not counted."""
    _, entry = kept
    store, there = Store(tmp_path / "here"), Store(tmp_path / "there")

    def add(to, *seeds, **changes):
        for seed in seeds:
            to.add(dataclasses.replace(entry, cell=dataclasses.replace(entry.cell, seed=seed), **changes))

    add(store, 0, 7)
    add(there, 0, 1, 2, machine=elsewhere)
    (row,) = make_plan([Request(toys["toy.draw"], DATA)], (0, 1), store).rows
    assert (row.kept, [job.seed for job in row.jobs]) == (1, [1])
    (row,) = make_plan([Request(toys["toy.draw"], DATA)], (0, 1), there).rows
    assert (row.kept, row.jobs, row.has(0, there)) == (2, [], False)
    assert jobs(toys, there, (0, 1, 3)) == [0, 1, 3]


def test_a_request_counts_seeds_from_its_first(toys, kept):
    """Pilot seeds are asked for as such, and what is asked for stays."""
    asked = Request(toys["toy.draw"], DATA, seeds=range(1003, 1005))
    (row,) = make_plan([asked], range(5), kept[0]).rows
    assert (row.seeds, [job.seed for job in row.jobs]) == ((1003, 1004), [1003, 1004])
    assert asked.key != Request(toys["toy.draw"], DATA).key
    with pytest.raises(dataclasses.FrozenInstanceError):
        asked.seeds = range(2)


def test_a_plan_is_told_in_the_order_asked_and_run_in_another(toys, tmp_path, monkeypatch):
    """Twice asked is once planned; a cell of each by-product first, seed by seed, two of every row before the rest."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: True)
    monkeypatch.setattr(inputs.Data, "hash", lambda data: f"hash of {data}")
    store = Store(tmp_path / "record")
    dear = dataclasses.replace(toys["toy.fails"], seconds=50.0)
    plan = make_plan(
        [
            Request(toys["toy.draw"], DATA),
            Request(dear, DATA),
            Request(toys["toy.draw"], DATA),
            Request(dear, "TuringCattle"),
        ],
        (0, 1, 2),
        store,
    )
    assert [(row.request.experiment.name, row.request.data) for row in plan.rows] == [
        ("toy.draw", DATA), ("toy.fails", DATA), ("toy.fails", "TuringCattle"),
    ]  # fmt: skip
    told = [(job.experiment, job.data, job.seed) for job in plan.jobs]
    assert len(told) == len(set(told)) == 9
    assert told[:2] == [("toy.draw", DATA, 0), ("toy.draw", DATA, 1)]  # of seconds
    assert {(name, data) for name, data, seed in told[2:6] if not seed} == {
        ("toy.fails", DATA),
        ("toy.fails", "TuringCattle"),
    }
    assert sorted(seed for *_, seed in told[2:6]) == [0, 0, 1, 1]
    assert [seed for *_, seed in told[6:]] == [2, 2, 2]
    assert told[-1] == ("toy.draw", DATA, 2)
    assert plan.seconds == pytest.approx(sum(row.seconds * len(row.jobs) for row in plan.rows))


def test_what_is_asked_for_first_is_run_first(toys, tmp_path):
    """Two seeds of every printed row, then its others, and a control after the last of them; never longest first."""
    requests = [
        Request(toys["toy.draw"], DATA, {"size": 1}, turn=Turn.CONTROL),
        Request(toys["toy.draw"], DATA, {"size": 2}, turn=Turn.PRINTED),
        Request(dataclasses.replace(toys["toy.draw"], seconds=9.0), DATA, {"size": 3}, turn=Turn.STATEMENT),
        Request(toys["toy.draw"], DATA, {"size": 4}, turn=Turn.PRINTED),
    ]
    told = [(job.factors["size"], job.seed) for job in make_plan(requests, range(4), Store(tmp_path)).jobs]
    assert told == [
        *[(2, 0), (4, 0), (2, 1), (4, 1)],  # the first makes what the second finds
        *[(2, 2), (4, 2), (2, 3), (4, 3)],
        *[(3, seed) for seed in range(4)],
        *[(1, seed) for seed in range(4)],
    ]


def test_no_second_seed_goes_before_its_rows_first(toys, tmp_path):
    """Also where it takes seconds and the first minutes, since that searches for both; rows of seconds go first."""
    sizes = range(1, 7)
    plan = make_plan([Request(toys["toy.draw"], DATA, {"size": size}) for size in sizes], range(3), Store(tmp_path))
    for row in plan.rows:
        row.seconds, row.first = 5.0, 200.0 if row.request.chosen["size"] > 3 else 5.0
    told = [(job.factors["size"], job.seed) for job in plan.jobs]
    assert all(told.index((size, 0)) < told.index((size, 1)) for size in sizes)
    assert max(told.index((size, 1)) for size in (1, 2, 3)) < min(told.index((size, 0)) for size in (4, 5, 6))


def test_a_by_product_is_made_once_and_never_by_the_dearest(toys, tmp_path):
    """Whose weights are the same shares features; the leader is the cheapest row, and a later turn's needs none."""
    job = Request(toys["toy.draw"], DATA).job(0)
    with_weights = [dataclasses.replace(job, experiment=name, factors={"weights": "a"}) for name in ("one", "two")]
    assert len({by_product(one) for one in with_weights}) == 1
    assert by_product(dataclasses.replace(job, factors={"weights": "none"})) == by_product(job)
    assert by_product(dataclasses.replace(job, data="LionData")) != by_product(job)
    dear = dataclasses.replace(toys["toy.draw"], seconds=9000.0)
    requests = [Request(dear, DATA, {"size": 1}), Request(toys["toy.draw"], DATA, {"size": 2})]
    told = [job.factors["size"] for job in make_plan(requests, range(2), Store(tmp_path)).jobs]
    assert told == [2, 2, 1, 1]


def test_what_takes_longest_to_make_is_begun_first_and_what_it_needs_before_it(toys, tmp_path):
    """Eight views of an image are other features than one, and need that one's data."""
    dear, cheap = (dataclasses.replace(toys["toy.draw"], name=name, makes=lambda factors: factors["size"])
                   for name in ("dear", "cheap"))  # fmt: skip
    requests = [Request(one, DATA, {"size": size}) for one, size in ((cheap, 1), (dear, 8), (dear, 1))]
    plan = make_plan(requests, range(2), Store(tmp_path))
    for row, row.makes in zip(plan.rows, (56.0, 392.0, 56.0), strict=True):
        row.seconds = row.first = 3.0
    assert [(job.experiment, job.factors["size"]) for job in plan.jobs[:3]] == [("dear", 1), ("dear", 8), ("cheap", 1)]
    (job, *_), row = plan.rows[1].jobs, plan.rows[1]
    assert made_by(row, job) == {row.request.key, ("dear", DATA), ("dear", DATA, 8)}
    (alone,) = make_plan([Request(toys["toy.draw"], DATA)], range(1), Store(tmp_path)).rows
    assert made_by(alone, alone.jobs[0]) == {alone.request.key}


def test_a_second_seed_whose_first_is_kept_comes_before_other_second_seeds(toys, tmp_path):
    """It finds what that one made."""
    plan = make_plan([Request(toys["toy.draw"], DATA, {"size": size}) for size in (3, 2, 4)], range(2), Store(tmp_path))
    del plan.rows[0].jobs[0]
    told = [(job.factors["size"], job.seed) for job in plan.jobs]
    assert told == [(2, 0), (4, 0), (3, 1), (2, 1), (4, 1)]


def test_a_row_of_twenty_seconds_is_a_short_one(toys, tmp_path):
    """And has both of its first seeds before one of minutes."""
    plan = make_plan([Request(toys["toy.draw"], DATA, {"size": size}) for size in (2, 3)], range(2), Store(tmp_path))
    for row, row.seconds in zip(plan.rows, (90.0, 20.0), strict=True):
        row.first = row.seconds
    assert [(job.factors["size"], job.seed) for job in plan.jobs] == [(3, 0), (3, 1), (2, 0), (2, 1)]


def test_of_the_first_two_seeds_those_of_seconds_come_before_those_of_minutes(toys, tmp_path):
    """They delay nobody, and many rows have a verdict soon; the seeds after those wait for every row's second."""
    longer = dataclasses.replace(toys["toy.draw"], seconds=90.0)
    requests = [Request(longer if size == 1 else toys["toy.draw"], DATA, {"size": size}) for size in (1, 2, 3)]
    # A row of whose cells only the first takes long is a long one: its second seed finds what the first one made.
    told = [(job.factors["size"], job.seed) for job in make_plan(requests, range(3), Store(tmp_path)).jobs]
    assert told == [(2, 0), (2, 1), (3, 0), (3, 1), (1, 0), (1, 1), (1, 2), (2, 2), (3, 2)]


def test_a_request_has_the_earliest_turn_that_any_gives_it(toys):
    """With the most seeds that any asks for."""
    few = Request(toys["toy.draw"], DATA, seeds=range(2), turn=Turn.PRINTED)
    many = Request(toys["toy.draw"], DATA, seeds=range(9), turn=Turn.CONTROL)
    for order in ([few, many], [many, few]):
        (one,) = merged(order)
        assert (len(one.seeds), one.turn) == (9, Turn.PRINTED)


def test_a_request_at_another_turn_keeps_what_it_has_worked_out(toys):
    """Its factors and its key; at its own turn it is itself."""
    one = Request(toys["toy.draw"], DATA, {"size": 3}, turn=Turn.PRINTED)
    chosen, other = one.chosen, one.at(Turn.CONTROL)
    assert one.at(Turn.PRINTED) is one
    assert (other.turn, other.key) == (Turn.CONTROL, one.key)
    assert other.chosen is chosen


def test_what_the_claims_ask_for_bounds_the_seeds(toys, kept):
    """Fewer seeds of a claim, one where nothing varies; a row may belong to another store."""
    store, _ = kept
    fewer, fixed = Request(toys["toy.draw"], DATA, seeds=range(2)), Request(toys["toy.fixed"], "LionData")
    plan = make_plan([fewer, fixed], range(14), store, apart=True)
    assert [row.seeds for row in plan.rows] == [(0, 1), (0,)]
    assert all(row.apart is store for row in plan.rows)
    assert make_plan([fewer], range(14), store).rows[0].apart is None
    assert [row.shared for row in plan.rows] == [0, 0]
