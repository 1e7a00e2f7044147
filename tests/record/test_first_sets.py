"""The first images seen of a set: kept beside the record, one set beside another."""

import pytest

from reproduce.errors import InvalidInputError
from reproduce.record import first_sets


def test_several_sets_are_kept_beside_one_another(tmp_path):
    """The second leaves the first as it was; a damaged file is one line."""
    one, two = first_sets.FirstSet("ab", 2, 1), first_sets.FirstSet("cd", 3, 2)
    assert first_sets.keep(tmp_path, "B", one)
    assert first_sets.keep(tmp_path, "A", two)
    assert not first_sets.keep(tmp_path, "B", two)
    assert [first_sets.first(tmp_path, name).digest for name in "AB"] == ["cd", "ab"]
    assert first_sets.first(tmp_path, "C") is None
    assert (tmp_path / first_sets.FILE).read_text().startswith(first_sets.HEAD + "\n[A]\n")
    (tmp_path / first_sets.FILE).write_text('[A]\ndigest = 3\nimages = 2\nanimals = 1\nseen = ""\n')
    with pytest.raises(InvalidInputError, match=r"first_sets.toml: \[A\]: Expected `str`, got `int`, at `digest`"):
        first_sets.first(tmp_path, "A")


def test_a_record_s_folder_is_made(tmp_path):
    """With the folders that it lies in; the day is noted."""
    folder = tmp_path / "claims" / "record"
    assert first_sets.first(folder, "B") is None
    assert first_sets.keep(folder, "B", first_sets.FirstSet("ab", 2, 1))
    found = first_sets.first(folder, "B")
    assert (found.digest, found.images, found.animals, len(found.seen)) == ("ab", 2, 1, 10)
