"""Whatever a file holds, its reader reads it or says in one line why not."""

import json

import pytest
import readers
from hypothesis import HealthCheck, given, settings
from inputs import inputs

from reproduce.errors import RecordError


@pytest.mark.parametrize("name", readers.READERS)
def test_a_sound_file_is_read(name):
    """Mutation starts from files that are read: all but pickled objects, a header of 50,000 x 50,000 and half a GIF."""
    said = [readers.check(name, seed) for seed in readers.SEEDS[name]]
    assert said.count("refused") == {"embeddings": 1, "image": 2}.get(name, 0)


WRONG = {
    "data": 3, "seed": "0", "version": True, "factors": [], "data_hash": None, "weights_hash": 5, "machine": [],
    "scores": {"map_at_r": "high"}, "leave_one_out": {"map_at_r": ["high"]}, "details": [], "commit": 1,
}  # fmt: skip


@pytest.mark.parametrize("field", WRONG)
def test_a_forged_record_holds_only_what_a_field_may_be(field, tmp_path):
    """Digests that fit do not make a word a score: the field is named."""
    plain = json.loads(readers.SEEDS["record"][0])
    plain["results"][0][field] = WRONG[field]
    with pytest.raises(RecordError, match=rf"at `\$\.results\[0\]\.{field}"):
        readers.record(readers.forged(json.dumps(plain).encode()), tmp_path)


@pytest.mark.parametrize("names", [2, ["Kio"], ["Kio", 5], ["Kio", "Kio"], {"Kio": "Leo"}])
def test_a_forged_record_names_each_animal_left_out(names, tmp_path):
    """Two scores without an animal stand in the file: a count, a name too few, or what is no name is refused."""
    plain = json.loads(readers.SEEDS["record"][0])
    plain["results"][0]["details"]["animals"] = names
    with pytest.raises(RecordError, match=r"toy\.draw on LionData, seed 1: .*animals"):
        readers.record(readers.forged(json.dumps(plain).encode()), tmp_path)


@pytest.mark.parametrize("name", readers.READERS)
def test_anything_is_read_or_refused_in_one_line(name):
    """Damaged, cut, doubled, exchanged, of another kind: more of them with --hypothesis-profile=fuzz."""
    examples = settings.default.max_examples
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=examples if examples > 100 else 40, deadline=None, suppress_health_check=slow)
    @given(content=inputs(readers.SEEDS[name]))
    def anything(content):
        readers.check(name, content)

    anything()
