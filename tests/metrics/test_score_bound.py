"""Embeddings and labels belong together, and a score says what it is: of files that embed wrote, and of strangers'."""

import json
import re
import shutil

import numpy as np
import pytest
from drawn import encoded, picture, write_files
from typer.testing import CliRunner

from reproduce import cli
from reproduce.errors import InvalidInputError
from reproduce.metrics import map_at_r, retrieval_scores, retrieval_scores_from_distances

LABELS = [f"cow {n}" for n in np.repeat(np.arange(8), 5).tolist()]


def run(*arguments):
    """(stdout, stderr) of the command; the error that main() prints is raised."""
    done = CliRunner().invoke(cli.app, list(map(str, arguments)), env={"COLUMNS": "100"})
    if isinstance(done.exception, InvalidInputError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


def herd(folder, swap=False, mixed=0):
    """Six animals of four photographs; with ``swap`` those of the first two have changed places."""
    files = {}
    for row in range(6):
        for number in range(4):
            own = picture(row if not swap or row > 1 else 1 - row) // 2 + picture(100 + 10 * row + number + mixed) // 2
            files[f"A{row}/{number}.png"] = encoded(own, ".png")
    return write_files(folder, files)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A herd that was embedded by its histograms."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    herd(tmp_path / "2024" / "photos")
    run("embed", "2024/photos", "--model", "histogram")
    return tmp_path


PAIR = ("embeddings/photos-histogram.npy", "embeddings/photos.csv")


def test_a_pair_that_fits_is_scored_and_said_to_be_checked(folder):
    """An identity set right, or a note added, changes no row."""
    assert json.loads(run("score", *PAIR, "--json")[0])["labels checked"]
    labels = folder / PAIR[1]
    labels.write_text(labels.read_text().replace(",A5,", ",Bella,"))
    assert json.loads(run("score", *PAIR, "--json")[0])["labels checked"]


def test_labels_of_others_are_refused(folder):
    """Sorted otherwise, of changed photographs, or beside another .npy."""
    labels = folder / PAIR[1]
    text = labels.read_text()
    head, *rows = text.splitlines()
    labels.write_text("\n".join([head, *reversed(rows)]))
    with pytest.raises(InvalidInputError, match="another order; give the labels"):
        run("score", *PAIR)
    labels.write_text(text)
    herd(folder / "2024" / "photos", swap=True)
    run("embed", "2024/photos", "--model", "pixels")
    with pytest.raises(InvalidInputError, match="other contents"):
        run("score", *PAIR)
    run("embed", "2024/photos", "--model", "histogram")
    np.save(folder / PAIR[0], np.load(folder / PAIR[0])[::-1])
    with pytest.raises(InvalidInputError, match="embed again"):
        run("score", *PAIR)


def test_labels_without_digests_are_held_against_those_written(folder):
    """Paths alone tell another order; without them the labels that differ are counted."""
    rows = (folder / PAIR[1]).read_text().splitlines()[1:]
    paths = [",".join(row.split(",")[:2]) for row in rows]
    (folder / "sorted.csv").write_text("\n".join(["path,identity", *reversed(paths)]))
    with pytest.raises(InvalidInputError, match="another order; give the labels"):
        run("score", PAIR[0], "sorted.csv")
    (folder / "same.csv").write_text("\n".join(["path,identity", *paths]).replace(",A5", ",Bella"))
    assert json.loads(run("score", PAIR[0], "same.csv", "--json")[0])["labels checked"]
    names = [row.split(",")[1] for row in rows]
    (folder / "names.txt").write_text("\n".join(names))
    assert run("score", PAIR[0], "names.txt")[1] == ""
    (folder / "names.txt").write_text("\n".join(reversed(names)))
    assert (
        "24 of 24 labels are others than those written with photos-histogram.npy"
        in run("score", PAIR[0], "names.txt")[1]
    )


def test_the_split_that_a_model_learned_by_stays(folder):
    """Another seed draws other animals: their table would say so of the model that is there."""
    run("embed", "2024/photos", "--model", "mlp")
    before = {path: path.read_bytes() for path in (folder / "embeddings").iterdir()}
    with pytest.raises(InvalidInputError, match=r"which photographs photos-mlp.npy learned from \(seed 0\)"):
        run("embed", "2024/photos", "--model", "pixels", "--seed", "3")
    assert {path: path.read_bytes() for path in (folder / "embeddings").iterdir()} == before
    run("embed", "2024/photos", "--model", "mlp", "--seed", "3")  # itself is trained again


def test_a_folder_of_the_same_name_replaces_nothing(folder):
    """The second season's photos/ is refused with nothing written."""
    herd(folder / "2025" / "photos", mixed=500)
    before = {path: path.read_bytes() for path in (folder / "embeddings").iterdir()}
    with pytest.raises(InvalidInputError, match=r"embeddings/photos.csv is of .*2024/photos; name another by --output"):
        run("embed", "2025/photos", "--model", "pixels")
    assert {path: path.read_bytes() for path in (folder / "embeddings").iterdir()} == before
    shutil.move(folder / "2024", folder / "moved")
    run("embed", "moved/photos", "--model", "histogram")  # the same photographs elsewhere


def test_two_trainings_are_no_space(folder):
    """Embedded apart they are refused; --like embeds by the first one's model, and is compared."""
    herd(folder / "again", mixed=50)
    run("embed", "2024/photos", "--model", "mlp", "--output", "one")
    run("embed", "again", "--model", "mlp", "--output", "two")
    sets = ("--gallery", "one/photos-mlp.npy", "one/photos.csv")
    with pytest.raises(InvalidInputError, match=r"two trainings of mlp.*--like one/photos-mlp.npy"):
        run("score", "--query", "two/again-mlp.npy", "two/again.csv", *sets)
    run("embed", "again", "--like", "one/photos-mlp", "--output", "three")
    assert json.loads(run("score", "--query", "three/again-mlp.npy", "three/again.csv", *sets, "--json")[0])["queries"]
    # The same model: the gallery's own photographs come out as they did.
    run("embed", "2024/photos", "--like", "one/photos-mlp.npy", "--output", "four")
    assert np.array_equal(np.load("four/photos-mlp.npy"), np.load("one/photos-mlp.npy"))
    (folder / "2024" / "photos" / "A0" / "0.png").write_bytes(encoded(picture(7), ".png"))
    with pytest.raises(InvalidInputError, match="photographs that it learned from have changed"):
        run("embed", "again", "--like", "one/photos-mlp", "--output", "five")


def test_a_model_is_trained_again_as_its_table_was_read(folder):
    """The animals by --identity, and of what --like embedded the same model once more."""
    herd(folder / "again", mixed=50)
    rows = [f"2024/photos/A{row}/{number}.png,lion,A{row}" for row in range(6) for number in range(4)]
    (folder / "own.csv").write_text("\n".join(["path,class,name", *rows]))
    run("embed", "own.csv", "--identity", "name", "--model", "mlp", "--output", "one")
    run("embed", "again", "--like", "one/own-mlp", "--output", "two")
    run("embed", "own.csv", "--identity", "name", "--like", "two/again-mlp", "--output", "three")
    assert np.array_equal(np.load("three/own-mlp.npy"), np.load("one/own-mlp.npy"))


def test_a_model_is_trained_again_on_the_named_set_below_its_root(folder):
    """Of two sets of one name --like takes the one that it learned from, and neither replaces the other's labels."""
    for root, mixed in (("one", 0), ("other", 500)):
        files = {}
        for row, part in enumerate(["train"] * 4 + ["val"] * 2):
            for number in range(3):
                own = picture(row) // 2 + picture(100 + 10 * row + number + mixed) // 2
                files[f"Lion_Data_Zero/{part}/L{row}/L{row}_{number}.png"] = encoded(own, ".png")
        write_files(folder / root / "LionData" / "wildlife_reidentification-main", files)
    run("embed", "LionData", "--root", "one", "--model", "mlp", "--output", "first")
    run("embed", "2024/photos", "--like", "first/LionData-mlp", "--output", "second")
    run("embed", "LionData", "--root", "one", "--like", "second/photos-mlp", "--output", "third")
    assert np.array_equal(np.load("third/LionData-mlp.npy"), np.load("first/LionData-mlp.npy"))
    labels = (folder / "first" / "LionData.csv").read_bytes()
    with pytest.raises(InvalidInputError, match=r"LionData.csv is of LionData below .*/one; name another by --output"):
        run("embed", "LionData", "--root", "other", "--model", "pixels", "--output", "first")
    assert (folder / "first" / "LionData.csv").read_bytes() == labels


def test_what_learned_is_scored_on_the_held_out(folder):
    """The next command says so, and a score of all rows warns; one of an unlearned model does not."""
    said, _ = run("embed", "2024/photos", "--model", "mlp", "--output", "one")
    assert said.rstrip().endswith("--split test")
    assert "of every split (test, train)" in run("score", "one/photos-mlp.npy", "one/photos.csv")[1]
    assert run("score", *PAIR)[1] == ""
    shutil.copy(folder / PAIR[0], folder / "plain.npy")
    assert "of every split" in run("score", "plain.npy", PAIR[1])[1]


@pytest.fixture
def given(tmp_path):
    """40 embeddings of unequal length and their labels, as strangers' files."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(8, 6))[np.repeat(np.arange(8), 5)] + 0.7 * rng.normal(size=(40, 6))
    matrix *= rng.uniform(0.2, 5, (40, 1))
    np.save(tmp_path / "e.npy", matrix)
    (tmp_path / "l.csv").write_text("\n".join(["identity", *LABELS]))
    return tmp_path, matrix


def value(*arguments):
    """MAP@R of the command."""
    return json.loads(run("score", *arguments, "--json")[0])["per class"]["MAP@R"]


def test_the_distance_is_named_and_can_be_the_cosine(given):
    """Under the table; lengths that vary are told of, and --metric cosine is the score of unit rows."""
    folder, matrix = given
    files = folder / "e.npy", folder / "l.csv"
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    assert value(*files, "--metric", "cosine") == pytest.approx(map_at_r(unit, LABELS), abs=1e-12)
    said = run("score", *files)[0]
    assert "distance: Euclidean, embeddings as given" in said
    assert "lengths vary" in said
    assert "not checked" in said
    np.save(folder / "u.npy", unit)
    assert "lengths vary" not in run("score", folder / "u.npy", folder / "l.csv")[0]


def test_matrices_of_pairs_are_asked_about(given):
    """Square, and its own mirror or of one diagonal: refused until it is said what they are."""
    folder, matrix = given
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    similarity = unit @ unit.T
    uneven = similarity * np.random.default_rng(1).uniform(0.5, 1, (40, 40))
    np.fill_diagonal(uneven, 0)
    uneven[uneven < 0] = 0
    for name, pairs in {"s": similarity, "d": 1 - similarity, "h": uneven}.items():
        np.save(folder / f"{name}.npy", pairs)
        with pytest.raises(InvalidInputError, match="--similarity or --distances"):
            value(folder / f"{name}.npy", folder / "l.csv")
    right = retrieval_scores_from_distances(-similarity, LABELS).map_at_r
    assert value(folder / "s.npy", folder / "l.csv", "--similarity") == right
    assert value(folder / "d.npy", folder / "l.csv", "--distances") == pytest.approx(right, abs=1e-9)
    assert value(folder / "s.npy", folder / "l.csv", "--metric", "euclidean") == map_at_r(similarity, LABELS)
    asked = "every image is farthest from itself; if these are similarities, give --similarity"
    for name, kind, warned in (("s", "--distances", True), ("d", "--distances", False), ("s", "--similarity", False)):
        assert (asked in run("score", folder / f"{name}.npy", folder / "l.csv", kind)[1]) == warned
    np.save(folder / "q.npy", similarity[:20])
    (folder / "q.csv").write_text("\n".join(["identity", *LABELS[:20]]))
    with pytest.raises(InvalidInputError, match="whose are they"):
        value(folder / "q.npy", folder / "q.csv", "--similarity")
    found = value(folder / "q.npy", folder / "q.csv", "--similarity", "--gallery-labels", folder / "l.csv")
    assert found == retrieval_scores_from_distances(-similarity[:20], LABELS[:20], LABELS).map_at_r


@pytest.mark.parametrize("ending", ["npz", "pt", "csv", "parquet", "headed.csv"])
def test_embeddings_of_every_kind_are_read(given, ending):
    """As NumPy, torch, a spreadsheet and pandas write them."""
    folder, matrix = given
    path = folder / f"other.{ending}"
    if ending == "npz":
        np.savez(path, embeddings=matrix, labels=np.arange(40))
    elif ending == "pt":
        pytest.importorskip("torch")
        import torch

        torch.save(torch.tensor(matrix), path)
    elif ending == "parquet":
        pandas = pytest.importorskip("pandas")
        pytest.importorskip("pyarrow")
        pandas.DataFrame(matrix, columns=map(str, range(6))).assign(path="x").to_parquet(path)
    else:
        head = ",".join("abcdef") if ending == "headed.csv" else ""
        np.savetxt(path, matrix, delimiter=",", header=head, comments="", fmt="%.17g")
    assert value(path, folder / "l.csv") == map_at_r(matrix, LABELS)


@pytest.mark.parametrize("how", ["savetxt", "pandas", "pandas.parquet", "lists.parquet"])
def test_embeddings_are_read_as_their_makers_write_them(given, how):
    """Blanks between numbers below a comment, pandas' numbered columns, a cell that holds a row."""
    folder, matrix = given
    if how == "savetxt":
        np.savetxt(folder / "other.txt", matrix, header="six columns", fmt="%.17g")
        assert value(folder / "other.txt", folder / "l.csv") == map_at_r(matrix, LABELS)
        return
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = folder / ("other.csv" if how == "pandas" else how)
    if how == "pandas":
        pandas.DataFrame(matrix).to_csv(path, index=False, float_format="%.17g")
    elif how == "pandas.parquet":
        pandas.DataFrame(matrix, columns=list("abcdef"), index=LABELS).to_parquet(path)
    else:
        pandas.DataFrame({"identity": LABELS, "embedding": list(matrix)}).to_parquet(path)
    assert value(path, folder / "l.csv") == map_at_r(matrix, LABELS)


@pytest.mark.parametrize("column", ["identity", "label", "index", "Unnamed: 0", "", "ID"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_column_that_is_no_feature_is_not_ranked(given, ending, column):
    """The animal's own number among the embedding's columns would find it."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    folder, matrix = given
    table = pandas.DataFrame(matrix, columns=list("abcdef"))
    table.insert(0, column, np.repeat(np.arange(8), 5))
    getattr(table, f"to_{ending}")(folder / f"other.{ending}", index=False)
    with pytest.raises(InvalidInputError, match=re.escape(f"its column {column!r} is no part of an embedding")):
        value(folder / f"other.{ending}", folder / "l.csv")


@pytest.mark.parametrize("kind", ["--similarity", "--distances"])
def test_pairs_have_an_interval_too(given, kind):
    """That of the embeddings whose distances they are."""
    folder, matrix = given
    distances = np.linalg.norm(matrix[:, None] - matrix, axis=2)
    np.save(folder / "d.npy", -distances if kind == "--similarity" else distances)
    ours, theirs = (
        json.loads(run("score", folder / file, folder / "l.csv", *more, "--interval", "--json")[0])["interval"]
        for file, more in (("d.npy", (kind,)), ("e.npy", ()))
    )
    assert ours["per class"]["MAP@R"] == pytest.approx(theirs["per class"]["MAP@R"], abs=1e-9)


def test_a_file_that_runs_code_is_not_loaded(given):
    """Torch's own pickles: weights only."""
    torch = pytest.importorskip("torch")
    folder, _ = given
    torch.save({"embeddings": object()}, folder / "e.pt")
    with pytest.raises(InvalidInputError, match="more than tensors"):
        value(folder / "e.pt", folder / "l.csv")


def test_labels_are_taken_for_what_they_are(given):
    """Nan and unknown are nobody, 7 and 07 are told of, semicolons are read."""
    folder, matrix = given
    labels = ["7", "07", "7", "07", "7", *LABELS[5:35], *["nan"] * 5]
    (folder / "odd.csv").write_text("\n".join(["path;identity", *(f"{n}.jpg;{one}" for n, one in enumerate(labels))]))
    said, warned = run("score", folder / "e.npy", folder / "odd.csv", "--json")
    assert json.loads(said)["N"] == 35
    assert "5 rows of no known animal ('nan') are left out" in warned
    assert "taken for different animals: 07 / 7" in warned
    kept = json.loads(run("score", folder / "e.npy", folder / "odd.csv", "--json", "--strangers", "keep")[0])
    names = [f"nan #{row}" if label == "nan" else label for row, label in enumerate(labels)]
    assert kept["per class"]["MAP@R"] == map_at_r(matrix, names)


def test_one_side_is_ranked_in_another_of_one_file(given):
    """A closed set, an animal on both sides."""
    folder, matrix = given
    sides = ["test" if n % 5 == 0 else "train" for n in range(40)]
    (folder / "s.csv").write_text("\n".join(["identity,split", *map(",".join, zip(LABELS, sides, strict=True))]))
    query = np.array([side == "test" for side in sides])
    names = np.array(LABELS)
    right = retrieval_scores(matrix[query], names[query], reference=matrix[~query], reference_labels=names[~query])
    options = ("--query-split", "test", "--gallery-split", "train")
    assert value(folder / "e.npy", folder / "s.csv", *options) == right.map_at_r


def test_torch_s_labels_and_tensors_are_taken():
    """A tensor of labels, a list of its scalars, a gradient, bfloat16."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(8), 5)
    matrix = rng.normal(size=(8, 6))[labels] + 0.6 * rng.normal(size=(40, 6))
    right = map_at_r(matrix, labels)
    assert map_at_r(matrix, torch.tensor(labels)) == right
    assert map_at_r(matrix, list(torch.tensor(labels))) == right
    assert map_at_r(torch.tensor(matrix, requires_grad=True), labels) == right
    coarse = torch.tensor(matrix).bfloat16()
    assert map_at_r(coarse, labels) == map_at_r(coarse.float().numpy(), labels)


@pytest.mark.parametrize("kind", ["--similarity", "--distances"])
def test_strangers_are_nobody_in_a_matrix_too(given, kind):
    """As of embeddings: left out of rows and columns, or kept in the others' rankings under names of their own."""
    folder, matrix = given
    distances = np.linalg.norm(matrix[:, None] - matrix[None], axis=2)
    np.save(folder / "d.npy", -distances if kind == "--similarity" else distances)
    (folder / "odd.csv").write_text("\n".join(["identity", *LABELS[:34], *["unknown"] * 6]))
    for choice in ("out", "keep"):
        same = (folder / "odd.csv", "--strangers", choice)
        assert value(folder / "d.npy", *same, kind) == pytest.approx(value(folder / "e.npy", *same), abs=1e-12)
        whole = value(folder / "d.npy", *same, kind, "--gallery-labels", folder / "odd.csv")
        known = slice(0, 34) if choice == "out" else slice(0, 40)
        names = [f"{one} #{row}" if row > 33 else one for row, one in enumerate(LABELS)][known]
        right = retrieval_scores_from_distances(distances[known, known], names, names).map_at_r
        assert whole == pytest.approx(right, abs=1e-12)
        assert "6 rows of no known animal ('unknown')" in run("score", folder / "d.npy", *same, kind)[1]


def test_similarities_to_a_gallery_are_asked_about(given):
    """A row to every image of another set, between -1 and 1 and of no one length; unit rows and larger ones are not."""
    folder, matrix = given
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    for name, rows, asked in (("q", unit[:20] @ unit.T, True), ("u", unit[:20], False), ("e", matrix[:20], False)):
        np.save(folder / f"{name}.npy", rows)
        (folder / "q.csv").write_text("\n".join(["identity", *LABELS[:20]]))
        assert ("say --similarity" in run("score", folder / f"{name}.npy", folder / "q.csv")[0]) is asked


@pytest.mark.parametrize("form", ["{:03d}", "{:.1f}"])
def test_a_gallery_that_writes_its_names_otherwise_is_told(given, form):
    """7 among the queries, 007 or 7.0 in the gallery: the error says which are nearly the same."""
    folder, _ = given
    numbers = [int(label[1:]) if label[1:].isdecimal() else row // 5 for row, label in enumerate(LABELS)]
    (folder / "q.csv").write_text("\n".join(["identity", *map(str, numbers)]))
    (folder / "g.csv").write_text("\n".join(["identity", *map(form.format, numbers)]))
    files = ("--query", folder / "e.npy", folder / "q.csv", "--gallery", folder / "e.npy", folder / "g.csv")
    with pytest.raises(InvalidInputError, match=f"no query's label is in the gallery.*{re.escape(form.format(0))}"):
        run("score", *files)
