"""Whatever a file holds, its reader reads it or says in one line why not."""

import pytest
import readers
from hypothesis import HealthCheck, given, settings
from inputs import inputs


@pytest.mark.parametrize("name", readers.READERS)
def test_a_sound_file_is_read(name):
    """Mutation starts from files that are read: all but pickled objects, a header of 50,000 x 50,000 and half a GIF."""
    said = [readers.check(name, seed) for seed in readers.SEEDS[name]]
    assert said.count("refused") == {"embeddings": 1, "image": 2}.get(name, 0)


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
