"""``reproduce score``: anyone's embeddings and labels from files, every figure beside its chance level."""

import json
import os
import sys

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
    assert "1 class of one image is in the rankings of the others and not in the means: stray" in output
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
        (["cow 1"] * 60, (), r"l\.csv: one animal only \('cow 1'\).*two or more"),
        ([str(n) for n in range(60)], (), "no class has two rows"),
    ],
)
def test_bad_labels_are_one_line(herd, lines, options, says):
    """The error names the file, the line and the cure."""
    folder, _, _ = herd
    with pytest.raises(InvalidInputError, match=says):
        score(folder, written(folder, "l.csv", lines), *options)


@pytest.mark.parametrize("head", ["label", "Identity", "animal", "Individual ID"])
@pytest.mark.parametrize("name", ["l.csv", "l.txt", "l.tsv"])
@pytest.mark.parametrize("labels", [59, 61])
def test_a_known_header_is_never_a_label(herd, head, name, labels):
    """A header and a label too few, or too many: both counts are said, and no label moves up a row."""
    folder, _, _ = herd
    with pytest.raises(InvalidInputError, match=f"header '{head}' and {labels} labels for 60 embeddings"):
        score(folder, written(folder, name, [head, *["a", "b"] * 30, "a"][: labels + 1]))


def test_text_above_numbers_is_a_header(herd):
    """A name nobody knows, above whole numbers only, is a header too."""
    folder, _, _ = herd
    with pytest.raises(InvalidInputError, match="header 'no_of_cow' and 59 labels for 60"):
        score(folder, written(folder, "l.csv", ["no_of_cow", *[str(n % 9) for n in range(59)]]))


def test_a_line_too_many_is_no_header(herd):
    """61 labels for 60 embeddings: the first is not taken for a header; --column says where it is one."""
    folder, _, labels = herd
    path = written(folder, "l.csv", ["cow 3", *labels])
    with pytest.raises(InvalidInputError, match=r"61 labels for 60 embeddings.*header.*--column 'cow 3'"):
        score(folder, path)
    assert "59 queries of 12 classes" in score(folder, path, "--column", "cow 3")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a\n\ncaf\u00e9\n".encode("latin-1"), r"l\.csv, line 3: byte 0xe9 is not UTF-8.*with the encoding UTF-8"),
        ("label\na\nb\n".encode("utf-16"), r"l\.csv is UTF-16; save it again with the encoding UTF-8"),
        (b"PK\x03\x04\0\0", "is not text"),
        (b"a\nb\0\nc\n", "is not text"),
    ],
)
def test_another_encoding_is_named(herd, content, says):
    """What the file is, where that shows, and how to save it; not "save as .csv", which it is."""
    folder, _, _ = herd
    (folder / "l.csv").write_bytes(content)
    with pytest.raises(InvalidInputError, match=says) as caught:
        score(folder, str(folder / "l.csv"))
    assert "save the labels as .csv" not in str(caught.value) or b"\0" in content


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="file names are text here")
def test_a_path_that_is_not_utf_8_is_read_like_any_other(herd):
    """The bytes of a path say nothing of what the file holds."""
    folder, _, labels = herd
    path = folder / os.fsdecode(b"\xe9.csv")
    path.write_text("\n".join(labels))
    assert "59 queries" in score(folder, str(path))
    path.write_bytes("caf\u00e9\n".encode("latin-1"))
    with pytest.raises(InvalidInputError, match="line 1: byte 0xe9 is not UTF-8"):
        score(folder, str(path))


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
