"""``reproduce score``: what is suspicious, two sets, intervals over animals, and what the JSON says of itself."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from reproduce import __version__
from reproduce.cli import app
from reproduce.errors import InvalidInputError
from reproduce.metrics import map_at_r, retrieval_scores
from reproduce.verdicts.judging.scatter import Herd, seeds_and_animals

LABELS = [f"cow {n}" for n in (np.arange(39) % 8).tolist()] + ["stray"]


def embeddings(seed=0):
    """(40, 5): eight cows of four or five images around a point each, and a lone one."""
    rng = np.random.default_rng(seed)
    place = np.array([int(label.split()[1]) if " " in label else 8 for label in LABELS])
    return rng.normal(size=(9, 5))[place] + 0.7 * rng.normal(size=(40, 5))


def over_animals(whole, left_out):
    """The interval of one score, in 0 to 1 as every animal's part of it, over the animals left out in turn."""
    names = tuple(map(str, range(len(left_out))))
    return seeds_and_animals([whole], [Herd("", (names,), (tuple(left_out),))], top=1.0).interval()


def files(folder, name, matrix, labels):
    """The two files as arguments."""
    np.save(folder / f"{name}.npy", matrix)
    (folder / f"{name}.csv").write_text("\n".join(["label", *labels]))
    return str(folder / f"{name}.npy"), str(folder / f"{name}.csv")


def score(*arguments):
    """(stdout, stderr) of the command; it must succeed, or raise the error that main() prints."""
    done = CliRunner().invoke(app, ["score", *arguments])
    if isinstance(done.exception, InvalidInputError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


def spoilt(how):
    """Embeddings with the fault."""
    matrix = embeddings()
    if how == "zeros":
        matrix[[3, 7]] = 0
    elif how == "equal":
        matrix[:] = 2.5
    elif how == "nearly equal":
        matrix = 1e4 + 1e-6 * matrix
    elif how == "copies":
        matrix[20:32] = matrix[:12]
    return matrix


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("zeros", "2 of 40 rows are all zeros (row 3, 7)"),
        ("equal", "all 40 rows are equal; the embedding has collapsed"),
        ("nearly equal", "has the embedding collapsed?"),
        ("copies", "24 of 40 rows equal another row"),
    ],
)
def test_what_is_suspicious_is_a_warning(tmp_path, how, says):
    """On stderr, one line that names the file, and in the JSON; the scores are given all the same."""
    arguments = files(tmp_path, "e", spoilt(how), LABELS)
    _, warned = score(*arguments)
    assert warned.startswith("reproduce: warning: ")
    assert warned.count("\n") == 1
    assert says in warned
    assert arguments[0] in warned
    (warning,) = json.loads(score(*arguments, "--json")[0])["warnings"]
    assert says in warning


def test_sound_embeddings_give_no_warning(tmp_path):
    """Two copies among forty are photographs taken up twice."""
    matrix = embeddings()
    matrix[9] = matrix[1]
    said, warned = score(*files(tmp_path, "e", matrix, LABELS), "--json")
    assert (json.loads(said)["warnings"], warned) == ([], "")


def test_the_json_says_what_was_scored(tmp_path):
    """N, animals, lone animals by name, the metric with its definition and averages, and the version."""
    found = json.loads(score(*files(tmp_path, "e", embeddings(), LABELS), "--json", "--dtype", "float32")[0])
    assert (found["N"], found["animals"], found["lone"], found["version"]) == (40, 9, ["stray"], __version__)
    assert found["metric"]["name"] == "MAP@R"
    assert "precision at i" in found["metric"]["definition"]
    assert "then over animals" in found["metric"]["average"]
    assert found["metric"]["precision"] == "float32"
    assert "interval" not in found
    assert "gallery" not in found


def test_an_interval_is_the_judges_over_animals(tmp_path):
    """Each animal left out in turn, lone ones too; the interval of the jackknife, in the JSON and the table."""
    matrix, labels = embeddings(), np.array(LABELS)
    arguments = (*files(tmp_path, "e", matrix, LABELS), "--interval")
    found = json.loads(score(*arguments, "--json")[0])["interval"]
    for average in ("class", "query"):
        left_out = [map_at_r(matrix[labels != one], labels[labels != one], average) for one in np.unique(labels)]
        ends = over_animals(map_at_r(matrix, labels, average), left_out)
        assert found[f"per {average}"]["MAP@R"] == pytest.approx(ends, abs=1e-9)
    assert found["confidence"] == 0.9
    assert all(0 <= low <= high <= 1 for low, high in found["per class"].values())
    low, high = found["per class"]["MAP@R"]
    table = score(*arguments)[0]
    assert "90 % interval" in table
    assert f"{100 * low:.2f} – {100 * high:.2f}" in table


@pytest.mark.parametrize("labels", [["a", "b"] * 20, ["a"] * 38 + ["b", "c"]])
def test_too_few_animals_for_an_interval_are_one_line(tmp_path, labels):
    """Of two animals, or one that can be found, none can be left out."""
    with pytest.raises(InvalidInputError, match="without 'a' nothing can be scored; it needs three animals") as caught:
        score(*files(tmp_path, "e", embeddings(), labels), "--interval")
    assert "\n" not in str(caught.value)


@pytest.fixture
def two(tmp_path):
    """Arguments of queries and a gallery: a cow of the queries is not in the gallery, and the other way round."""
    query = embeddings()[:20]
    gallery = embeddings() + 0.2 * np.random.default_rng(1).normal(size=(40, 5))
    names = ["nobody", *LABELS[1:20]]
    np.save(tmp_path / "g.npy", gallery)
    return query, names, gallery, files(tmp_path, "q", query, names), files(tmp_path, "g", gallery, LABELS)


@pytest.mark.parametrize("named", [True, False])
def test_queries_are_scored_against_a_gallery(two, named):
    """--query and --gallery, each two files; the query's may stand alone. Sizes of both are said."""
    query, names, gallery, ours, theirs = two
    arguments = (*(["--query"] if named else []), *ours, "--gallery", *theirs)
    found = json.loads(score(*arguments, "--json")[0])
    expected = retrieval_scores(query, names, reference=gallery, reference_labels=LABELS)
    assert found["per class"]["MAP@R"] == expected.map_at_r
    assert found["per query, chance"]["MAP@R"] == expected.query_chance
    assert (found["N"], found["queries"], found["gallery"]) == (20, 19, {"N": 40, "animals": 9})
    assert found["lone"] == ["nobody"]
    table = score(*arguments)[0]
    assert "19 queries of 8 classes against 40 images of 9" in table
    assert "1 class is not in the gallery and not in the means: nobody" in table


def test_an_animal_leaves_both_sets(two):
    """The interval of two sets leaves an animal's queries and gallery images out."""
    query, names, gallery, ours, theirs = two
    found = json.loads(score(*ours, "--gallery", *theirs, "--interval", "--json")[0])["interval"]["per class"]
    own, other = np.array(names), np.array(LABELS)
    left_out = [
        map_at_r(
            query[own != one], own[own != one], reference=gallery[other != one], reference_labels=other[other != one]
        )
        for one in sorted({*names, *LABELS})
    ]
    whole = map_at_r(query, names, reference=gallery, reference_labels=LABELS)
    assert found["MAP@R"] == pytest.approx(over_animals(whole, left_out), abs=1e-9)


def test_queries_that_are_in_the_gallery_are_a_warning(two):
    """The same image in both finds itself first."""
    _, _, _, ours, _ = two
    assert "20 of 20 queries equal a row of the gallery" in score(*ours, "--gallery", *ours)[1]


@pytest.mark.parametrize(
    ("pick", "says"),
    [
        (lambda ours, theirs: ("--query", *ours), "--query goes with --gallery"),
        (lambda ours, theirs: ("--gallery", *theirs), "give EMBEDDINGS.npy and LABELS.csv"),
        (lambda ours, theirs: ours[:1], "give EMBEDDINGS.npy and LABELS.csv"),
        (lambda ours, theirs: (*ours, "--query", *ours, "--gallery", *theirs), "once"),
    ],
)
def test_files_that_do_not_go_together_are_one_line(two, pick, says):
    """Two sets of queries, or half of one."""
    with pytest.raises(InvalidInputError, match=says):
        score(*pick(*two[3:]))


def test_a_gallery_of_one_animal_is_one_line(two, tmp_path):
    """Every ranking in it is right by itself."""
    with pytest.raises(InvalidInputError, match=r"o\.csv: one animal only \('cow 1'\)"):
        score(*two[3], "--gallery", *files(tmp_path, "o", embeddings(2), ["cow 1"] * 40))
