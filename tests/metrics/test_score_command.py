"""``reproduce score``: anyone's embeddings and labels from files, every figure beside its chance level."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from reproduce.cli import app
from reproduce.errors import InvalidInputError
from reproduce.metrics import retrieval_scores


@pytest.fixture
def herd(tmp_path):
    """A .npy file of 60 embeddings of 12 classes and one lone one, and their labels."""
    rng = np.random.default_rng(0)
    labels = [f"cow {n}" for n in (np.arange(59) % 12).tolist()] + ["stray"]
    x = rng.normal(size=(13, 5))[[int(t.split()[1]) if " " in t else 12 for t in labels]] + rng.normal(size=(60, 5))
    np.save(tmp_path / "e.npy", x)
    return tmp_path, x, labels


def written(folder, name, lines):
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(folder / name)


def score(folder, *arguments):
    done = CliRunner().invoke(app, ["score", str(folder / "e.npy"), *arguments])
    if isinstance(done.exception, InvalidInputError):
        raise done.exception  # main() prints it as one line
    assert done.exit_code == 0, done.output
    return done.output


def test_the_table_shows_every_figure_beside_chance(herd):
    """Per class and per query, each with its chance level; lone classes are counted."""
    folder, x, labels = herd
    output = score(folder, written(folder, "l.csv", labels))
    scores = retrieval_scores(x, labels)
    row = next(line for line in output.splitlines() if "MAP@R" in line)
    for value in (scores.map_at_r, scores.chance, scores.query.map_at_r, scores.query_chance):
        assert f"{100 * value:.2f}" in row
    for name in ("R-precision", "precision at 1", "mean average precision", "CMC at 10"):
        assert name in output
    assert "59 queries of 12 classes" in output
    assert "1 class of one image" in output
    assert "cow 7" in score(folder, str(folder / "l.csv"), "--classes")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_json_holds_the_same_numbers(herd, dtype):
    """--json prints fractions that equal retrieval_scores."""
    folder, x, labels = herd
    found = json.loads(score(folder, written(folder, "l.csv", labels), "--json", "--dtype", dtype))
    scores = retrieval_scores(x, labels, dtype=dtype)
    assert found["per class"]["MAP@R"] == scores.map_at_r
    assert found["per query, chance"]["MAP@R"] == scores.query_chance
    assert found["per class"]["CMC at 20"] == scores.cmc[19]
    assert (found["lone classes"], found["queries"]) == (1, 59)
    assert found["classes"] == scores.per_class


@pytest.mark.parametrize(
    ("name", "head", "row", "options"),
    [
        ("plain.csv", [], "{}", ()),
        ("headed.csv", ["animal"], "{}", ()),
        ("plain.txt", [], "{}", ()),
        ("table.csv", ["path,identity"], "a.png,{}", ()),
        ("named.csv", ["path,who"], 'a.png,"{}"', ("--column", "who")),
        ("table.tsv", ["path\tlabel"], "a, b.png\t{}", ()),
        ("bom.csv", ["\ufeffidentity,x"], "{},1", ()),
    ],
)
def test_labels_come_in_many_files(herd, name, head, row, options):
    """With a header or without, one column or several, comma or tab: the labels are found."""
    folder, x, labels = herd
    path = written(folder, name, [*head, *(row.format(label) for label in labels)])
    assert (
        json.loads(score(folder, path, "--json", *options))["per class"]["MAP@R"]
        == retrieval_scores(x, labels).map_at_r
    )


@pytest.mark.parametrize(
    ("lines", "options", "says"),
    [
        (["a"] * 10, (), "has 10 labels for 60 embeddings"),
        ([""], (), "is empty"),
        (["a", "", *["a"] * 58], (), "line 2: no label"),
        (["x,y", *["a,b"] * 60], (), "2 columns; say which with --column"),
        (["x,y", *["a,b"] * 60], ("--column", "z"), "no column 'z'; it has x, y"),
        (["a"] * 60, ("--dtype", "float16"), "dtype is 'float16'"),
        ([str(n) for n in range(60)], (), "no class has two rows"),
    ],
)
def test_bad_labels_are_one_line(herd, lines, options, says):
    """The error names the file, the line and the cure."""
    folder, _, _ = herd
    with pytest.raises(InvalidInputError, match=says):
        score(folder, written(folder, "l.csv", lines), *options)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda p: p.unlink(), "does not exist"),
        (lambda p: (p.unlink(), p.mkdir()), "is a folder"),
        (lambda p: p.write_bytes(b"PK not an array"), "not a .npy file"),
        (lambda p: p.write_bytes(p.read_bytes()[:300]), "damaged|cannot be read"),
        (lambda p: np.save(p, np.array([{}, {}]), allow_pickle=True), "pickled objects"),
        (lambda p: np.save(p, np.zeros(60)), r"shape \(60,\)"),
        (lambda p: np.save(p, np.full((60, 2), np.nan)), "row 0: NaN or infinity"),
    ],
)
def test_bad_embeddings_are_one_line(herd, spoil, says):
    """The error names the file; pickled objects are never loaded."""
    folder, _, labels = herd
    spoil(folder / "e.npy")
    with pytest.raises(InvalidInputError, match=says) as caught:
        score(folder, written(folder, "l.csv", labels))
    assert "\n" not in str(caught.value)
