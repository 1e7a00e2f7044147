"""What a result is found by: the record's own factors, as the experiments are registered now."""

import re
from pathlib import Path

import msgspec
import pytest

from reproduce.errors import InvalidInputError
from reproduce.record.schema import canonical
from reproduce.running.loading import load_all

RECORD = Path(__file__).parents[2] / "claims/record"


class Row(msgspec.Struct):
    """What a kept result says of its experiment."""

    version: int
    factors: dict


class Kept(msgspec.Struct):
    """A record file."""

    results: list[Row]


@pytest.mark.parametrize("path", sorted(RECORD.glob("*.json")), ids=lambda path: path.stem)
def test_every_kept_result_is_found(path):
    """A factor renamed, dropped or added would orphan it; so would a value that is no longer taken."""
    experiment = load_all()[path.stem]
    results = msgspec.json.decode(path.read_bytes(), type=Kept).results
    kept = [row for row in results if row.version == experiment.version]
    assert kept
    for factors in {canonical(row.factors): row.factors for row in kept}.values():
        assert canonical(experiment.factors(**factors)) == canonical(factors)


#: A slip of each kind -> what is said of it.
SLIPS = [
    ("dcnn.embed", {"mining": "semi-hrad"}, "mining is one of tfsim-semi-hard, facenet-semi-hard, batch-hard, not"),
    ("dcnn.embed", {"resize": "lanczos"}, "resize is one of bilinear, area, nearest, cubic, not 'lanczos'"),
    ("dcnn.embed", {"pooling": "max"}, "pooling is one of average, gem, not 'max'"),
    ("dcnn.embed", {"backbone": "ResNet50"}, "no backbone 'ResNet50' whose input range is known; did you mean"),
    ("dcnn.embed", {"margin": "sotf"}, "margin is soft or a number, not 'sotf'"),
    ("dcnn.embed", {"flip": "upside-down"}, "flip is true or false or both, not 'upside-down'"),
    ("dcnn.embed", {"fill": "mirror"}, "fill is one of reflect, constant, wrap, nearest, not 'mirror'"),
    ("dcnn.embed", {"dtype": "float16"}, "dtype is one of float32, bfloat16, not 'float16'"),
    ("dcnn.embed", {"trained_on": "test"}, "trained_on is one of train, all, not 'test'"),
    ("dcnn.embed", {"animals": "16"}, "animals is a whole number, not '16'"),
    ("dcnn.embed", {"steps": 1.5}, "steps is a whole number, not 1.5"),
    ("dcnn.embed", {"augment": 1}, "augment is true or false, not 1"),
    ("dcnn.embed", {"embedded": "view", "bank": 1}, "a view is embedded from a bank of two or more"),
    ("dcnn.one_example", {"backbone": "ResNet50"}, "no backbone 'ResNet50'"),
    ("dcnn.mining", {"rule": "batch"}, "rule is one of tfsim-semi-hard, facenet-semi-hard, batch-hard, not 'batch'"),
    ("dcnn.order", {"where": "testing"}, "where is one of training, scoring, both, not 'testing'"),
    ("dcnn.range", {"seen": "[0, 2]"}, r"seen is one of \[-1, 1\], \[0, 255\], \[0, 1\], scaled twice, not"),
    ("dcnn.steps", {"at": 300}, "at is a list, each a whole number, not 300"),
    ("dcnn.parts", {"shown": "coat"}, "shown is one of part, animal, not 'coat'"),
    ("cues.layer", {"backbone": "DenseNet"}, "no backbone 'DenseNet'"),
    ("fusion.fused", {"kinds": ["colour", "deeep"]}, "kinds is a list, each one of colour, deep, local, not"),
    ("mlp.train", {"labels": "shufled"}, "labels is one of true, shuffled, not 'shufled'"),
    ("mlp.train", {"objective": "triplets"}, "objective is one of cross-entropy, triplet, not 'triplets'"),
    ("mlp.embed", {"scaling": "centred"}, "scaling is one of unit, standardised, not 'centred'"),
    ("mlp.embed", {"hidden": 64}, "hidden is a list, each a whole number, not 64"),
    ("wide.pairs", {"encoder": "vald"}, "encoder is one of vlad, fisher, bag-of-words, mean, not 'vald'"),
    ("wide.pairs", {"words": "many"}, "words is a whole number or null, not 'many'"),
    ("baselines.histogram", {"channels": "rgb"}, "channels is one of colour, grey, not 'rgb'"),
    ("cues.parts", {"embedding": "pixel"}, "embedding is one of pixels, edges, untrained, not 'pixel'"),
]


@pytest.mark.parametrize("name, factors, said", SLIPS)
def test_a_slip_is_one_line_where_factors_are_named(name, factors, said):
    """Before data, weights and hours: with nothing at hand, what a factor takes is said at once, and of which row."""
    with pytest.raises(InvalidInputError, match=said) as caught:
        load_all()[name].factors(**factors)
    assert re.fullmatch(rf"{re.escape(name)}: (?!\w+: ).*", str(caught.value))


def test_factors_that_experiments_share_have_one_default():
    """What stands twice would part some day; a default of its own is said beside the experiment."""
    everything = load_all()
    shared = {name: one for name, one in everything.items() if one.shared is not None}
    deep = {"backbone": "DenseNet169", "weights": "densenet169"}
    own = {"dcnn.mining": {"steps": 30}, "cues.layer": deep, "fusion.fused": deep}
    assert len(shared) >= 9
    for name, one in shared.items():
        usual = {factor: everything["dcnn.embed"].defaults[factor] for factor in one.of or one.defaults}
        assert {factor: one.defaults[factor] for factor in usual} == usual | own.get(name, {})
