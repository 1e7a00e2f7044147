"""Where results go: the record, a folder that is named, tonight's, or one that is thrown away."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from reproduce import cache
from reproduce.errors import InvalidInputError
from reproduce.record import Store
from reproduce.running import places
from reproduce.running.tiers import Tier


@pytest.fixture
def record(tmp_path, monkeypatch):
    """The record of an empty folder; a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCE_RECORD", str(tmp_path / "record"))
    monkeypatch.delenv("REPRODUCE_BY_PRODUCTS", raising=False)
    monkeypatch.setattr(places.machine, "environment", lambda library: {"cpu": "one"})
    return Store()


@pytest.fixture
def night(record):
    """Tonight's folder, in which one result has been kept."""
    folder = places._tonight(record)
    folder.mkdir(parents=True)
    (folder / "toy.json").write_text("{}")
    return folder


def test_what_no_claim_asks_for_has_a_folder_apart(record, tmp_path):
    """In the cache, or where it is said; never the record, by whichever name."""
    assert places.apart(None).folder == tmp_path / "cache" / "apart"
    assert places.apart(Path("mine")).folder == Path("mine")
    for one in (record.folder, Path("claims", "record"), Path("claims/../record")):
        with pytest.raises(InvalidInputError, match=f"--output {one}: that is the record"):
            places.apart(one)


@pytest.mark.parametrize("tier, pilot", [(Tier.REHEARSAL, False), (Tier.CHECK, True), (Tier.NIGHTLY, True)])
def test_a_pilot_and_a_rehearsal_keep_nothing(record, tier, pilot):
    """Their folder is gone afterwards; to name one is an error."""
    with places.store_of(tier, pilot, record, None) as store:
        assert store.folder.is_dir()
        assert store.folder.name.startswith("reproduce-")
    assert not store.folder.exists()
    with pytest.raises(InvalidInputError, match="a pilot and a rehearsal keep nothing"):
        places.store_of(tier, pilot, record, Path("mine")).__enter__()


@pytest.mark.parametrize("tier", [Tier.CHECK, Tier.RELEASE])
def test_a_run_keeps_its_results_in_the_record_or_where_it_is_said(record, tier):
    """A night, too, has them where it is said."""
    with places.store_of(tier, False, record, None) as store:
        assert store is record
    for one in (tier, Tier.NIGHTLY):
        with places.store_of(one, False, record, Path("mine")) as store:
            assert store.folder == Path("mine")


@pytest.mark.parametrize("over", [True, False])
@pytest.mark.parametrize("plan_only", [True, False])
def test_a_night_goes_on_until_it_is_over(record, night, over, plan_only):
    """Then the next one begins with nothing; a plan of it removes nothing and looks into an empty folder."""
    if over:
        (night / places.DONE).touch()
    with places.store_of(Tier.NIGHTLY, False, record, None, plan_only) as store:
        assert store.folder == (night / "plan" if over and plan_only else night)
        assert (night / "toy.json").exists() == (plan_only or not over)
        made = cache.by_products("images")
    assert night / places.MADE in made.parents


def test_a_night_that_goes_on_has_its_by_products(record, night):
    """A new one begins without; no two have a folder of one name."""
    seen = []
    for _ in range(2):
        with places.store_of(Tier.NIGHTLY, False, record, None):
            seen.append(cache.by_products("images"))
    (night / places.DONE).touch()
    with places.store_of(Tier.NIGHTLY, False, record, None):
        seen.append(cache.by_products("images"))
    assert seen[0] == seen[1] != seen[2]
    assert seen[0].parent.name != seen[2].parent.name


def test_a_complete_night_says_so_and_leaves_no_by_products(record, night):
    """Only tonight's folder does, and only if something was measured."""
    (night / places.MADE / "one").mkdir(parents=True)
    places.finish(Store("mine"), record)
    assert not (night / places.DONE).exists()
    places.finish(Store(night), record)
    assert sorted(path.name for path in night.iterdir()) == [places.DONE, "toy.json"]
    places.finish(Store(night), record)  # without by-products too
    (night / "toy.json").unlink()
    (night / places.DONE).unlink()
    night.rmdir()
    places.finish(Store(night), record)
    assert not night.exists()
    (Path("mine")).mkdir()
    places.finish(Store("mine"), record)
    assert list(Path("mine").iterdir()) == []


@pytest.mark.parametrize("later, over", [(0, False), (1, True)])
def test_a_night_is_not_gone_on_with_a_day_and_a_half_later(night, monkeypatch, later, over):
    """Counted from its first result."""
    (night / "other.json").touch()
    os.utime(night / "other.json", (5000, 5000))
    os.utime(night / "toy.json", (9000, 9000))
    monkeypatch.setattr(places, "time", SimpleNamespace(time=lambda: 5000 + 36 * 3600 + later))
    assert places._over(night) == over


def test_a_night_of_nothing_is_not_over(tmp_path):
    """Nor one that has not begun."""
    assert not places._over(tmp_path)
    assert not places._over(tmp_path / "nowhere")


def test_a_night_is_of_its_code_its_environment_and_its_record(record, monkeypatch):
    """Another of any of them is another night."""
    seen = {places._tonight(record), places._tonight(Store("mine"))}
    for name, value in (("commit", lambda: "other"), ("environment", lambda library: {"cpu": "other"})):
        monkeypatch.setattr(places.machine, name, value)
        seen.add(places._tonight(record))
    monkeypatch.setattr(places, "source_digest", lambda: "other")
    seen.add(places._tonight(record))
    assert len(seen) == 5
