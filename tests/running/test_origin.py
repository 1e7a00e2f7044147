"""The first images of a set that no publisher's digest vouches for are kept, and said to be the first."""

from reproduce.record import first_sets
from reproduce.record.first_sets import FirstSet
from reproduce.running.inputs import Data, Inputs, Weights
from reproduce.running.origin import keep_first


def test_a_set_is_kept_once_and_said_when_it_is(tmp_path, monkeypatch):
    """Whichever rows ask for it; what a publisher vouches for is not kept, nor what needs no data."""
    sets = {"cattle": FirstSet("0123456789abcdef", 940, 89), "lions": None}
    monkeypatch.setattr(Data, "first_set", lambda one: sets[one.name])
    many = [Inputs(Data("cattle")), Inputs(Data("lions")), Inputs(None, Weights("a")), Inputs(Data("cattle"))]
    assert keep_first(tmp_path, many) == [
        "cattle: the first images seen; their publisher gives no digest, so theirs (0123456789ab) "
        f"is kept in {tmp_path / 'first_sets.toml'}, and later ones are held against it"
    ]
    assert first_sets.first(tmp_path, "cattle").images == 940
    assert first_sets.first(tmp_path, "lions") is None
    assert keep_first(tmp_path, many) == []
