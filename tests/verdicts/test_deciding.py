"""The rows that would decide: read, asked for, and what they leave of each explanation."""

from pathlib import Path

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.explanations import deciding
from reproduce.verdicts.judging.sample import Sample

ROWS = """
[explanation.remembered]
says = "it was"
settles = "its weights"
[explanation.lost]
says = "it was not"
settles = "a loss"
[explanation.silent]
says = "nobody knows"
settles = "the code"

[[row]]
id = "frozen"
what = "frozen, the 75"
experiment = "dcnn.embed"
score = "map_at_r@train"
says = { remembered = [40, 95], lost = [0.4, 1.5] }

[[row]]
id = "loss"
what = "its cost"
experiment = "dcnn.embed"
score = "last_loss"
unit = 1
says = { remembered = [0.5, 0.64] }
"""


class Kept:
    """Answers for a record by score."""

    def __init__(self, **values):
        self.values = {name.replace("_at_", "@"): value for name, value in values.items()}

    def sample(self, request, score):
        """The values of a score; a missing sample where there are none."""
        values = self.values.get(score.replace("map_at_r@train", "train"), ())
        return Sample(tuple(values), tuple(range(len(values))), missing="" if values else "not run")


@pytest.fixture
def read(tmp_path):
    """The rows of the file above."""
    (tmp_path / "decides.toml").write_text(ROWS)
    return deciding.read(tmp_path / "decides.toml")


def test_an_explanation_is_out_where_one_row_speaks_against_it(read):
    """By the 90 % interval of the seeds; one that no row speaks of stays open."""
    kept = Kept(train=(0.55, 0.56, 0.57), last_loss=(0.68, 0.681, 0.682))
    assert read.left(kept) == {"remembered": False, "lost": False, "silent": None}
    assert read.left(Kept(train=(0.55, 0.56, 0.57))) == {"remembered": True, "lost": False, "silent": None}
    assert read.left(Kept(train=(0.009, 0.010, 0.011))) == {"remembered": False, "lost": True, "silent": None}
    assert set(read.left(Kept()).values()) == {None}
    assert read.left(Kept(train=(0.55,)))["lost"] is None


def test_the_table_says_what_is_left(read):
    """Rows that were not run say so; lines fit the terminal."""
    lines = deciding.table(read, Kept(train=(0.55, 0.56, 0.57)))
    assert any("remembered 40-95 ✓, lost 0.4-1.5 ✗" in line for line in lines)
    assert any(line.split()[-2:] == ["not", "run"] for line in lines)
    assert [line for line in lines if line.startswith("lost is out")]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lost = [0.4, 1.5]", "gone = [0.4, 1.5]", "'gone', which is no explanation"),
        ('"dcnn.embed"', '"dcnn.enbed"', "no experiment 'dcnn.enbed'"),
        ('what = "its cost"', 'wat = "its cost"', "missing required field `what`"),
    ],
)
def test_a_slip_in_the_file_is_one_line(tmp_path, old, new, said):
    """What is wrong."""
    path = tmp_path / "decides.toml"
    path.write_text(ROWS.replace(old, new))
    with pytest.raises(InvalidInputError, match=said):
        deciding.read(path)


def test_the_papers_own_rows_can_be_asked_for():
    """Every row of the claims' file names an experiment, its factors and explanations."""
    found = deciding.read(Path(__file__).parents[2] / "claims" / deciding.FILE)
    assert {row.request.data for row in found.rows} == {"LionData"}
    assert all(row.says for row in found.rows)
