"""Own animals from a folder to a page in three commands, without a line of code."""

import json
import re
import sys

import numpy as np
import pytest
from drawn import encoded, picture, write_files
from typer.testing import CliRunner

from reproduce import cli
from reproduce.animals.models import YARDSTICKS, embed, models_of
from reproduce.animals.neighbours import NEAREST, nearest
from reproduce.datasets import load
from reproduce.errors import InvalidInputError

NAMES = ("Симба", "野田", "Léo", "Mr Spots", "zebra-07", "single")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Five animals of four photographs that look alike, one of a single one; the cache and all output beside it."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    files = {}
    for row, name in enumerate(NAMES):
        for number in range(1 if name == "single" else 4):
            image = picture(row) // 2 + picture(100 + 10 * row + number) // 2
            files[f"{name}/photo {number}.JPG"] = encoded(image)
    files["Léo/broken.jpg"] = b"\xff\xd8"
    return write_files(tmp_path / "my animals", files)


def said(*arguments, status=0):
    """What the command prints, stdout and stderr."""
    done = CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "80"}, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


def test_from_a_folder_to_a_page(folder):
    """Audit, embed and score, report: what cannot be read is named, the single animal is in no mean."""
    text = said("audit", "my animals", status=1)
    assert text.splitlines()[-1] == "findings: 1 file that cannot be read"
    text = said("embed", "my animals")
    assert "left out" in text
    assert "next: reproduce score 'embeddings/my animals-histogram.npy' 'embeddings/my animals.csv'" in text
    labels = (folder.parent / "embeddings" / "my animals.csv").read_text(encoding="utf-8").splitlines()
    assert labels[0] == "path,identity,split,sha256"
    for model in YARDSTICKS:
        assert len(np.load(folder.parent / "embeddings" / f"my animals-{model}.npy")) == len(labels) - 1 == 21
    files = ("embeddings/my animals-pixels.npy", "embeddings/my animals.csv")
    assert "20 queries of 5 classes" in said("score", *files)
    assert "queries of" in said("score", *files, "--split", "test")
    with pytest.raises(InvalidInputError, match="no row has the split 'val'; there are test, train"):
        said("score", *files, "--split", "val")
    text = said("report", "my animals")
    page = (folder.parent / "report" / "my animals.html").read_text(encoding="utf-8")
    assert "6 all" in text
    assert "images of one photograph apart" in " ".join(text.split())  # and of no encounter, which nobody named
    for words in (*NAMES, "90 % over animals", "Same photograph left out", "broken.jpg", "data:image/jpeg;base64,"):
        assert words in page
    assert "http" not in page


def test_the_report_s_scores_are_score_s(folder):
    """The page's MAP@R, chance and interval of all animals are those that `reproduce score --interval` prints."""
    (row,) = [
        row
        for row in json.loads(said("report", "my animals", "--model", "histogram", "--json"))["scores"]
        if row["side"] == "all"
    ]
    said("embed", "my animals", "--model", "histogram")
    scored = json.loads(
        CliRunner()
        .invoke(
            cli.app,
            ["score", "embeddings/my animals-histogram.npy", "embeddings/my animals.csv", "--interval", "--json"],
        )
        .stdout
    )
    assert row["map_at_r"] == pytest.approx(scored["per class"]["MAP@R"])
    assert row["chance"] == pytest.approx(scored["per class, chance"]["MAP@R"])
    assert row["interval"] == pytest.approx(scored["interval"]["per class"]["MAP@R"])


def test_a_network_stands_beside_a_histogram(folder):
    """Each query has what either finds; the list of animals is the network's; a yardstick has none beside it."""
    found = json.loads(said("report", "my animals", "--model", "mlp", "--json"))
    assert {row["model"] for row in found["scores"]} == {"mlp", "histogram"}
    assert found["per animal"]["model"] == "mlp"
    page = (folder.parent / "report" / "my animals.html").read_text(encoding="utf-8")
    assert "What lies nearest (mlp, histogram)" in page
    lines = [re.findall(r'<div class="dim">(\w+): ', one) for one in page.split('<figure class="query">')[1:]]
    assert lines
    assert all(one == ["mlp", "histogram"] for one in lines)
    alone = json.loads(said("report", "my animals", "--model", "pixels", "--json"))
    assert {row["model"] for row in alone["scores"]} == {"pixels"}


def test_what_lies_nearest_is_by_each_model(folder):
    """Of one model's spread queries, the nearest by each: another order where distances differ, the same queries."""
    animals = load("my animals")
    animals = animals.take(np.flatnonzero(["broken" not in str(path) for path in animals.paths]))
    line = np.arange(len(animals), dtype=float)[:, None]
    rows = np.arange(len(animals))
    far = np.where(rows == 3, 1000.0, line[:, 0])[:, None]  # image 3 is near to nothing
    found = nearest(animals, [line, far], rows, np.array([[4, 5]]))
    assert [one.query for one, _ in found] == [two.query for _, two in found]
    by_query = {one.query: (one, two) for one, two in found}
    for query, (one, two) in by_query.items():
        expected = sorted((abs(other - query), other) for other in rows.tolist() if other != query)[:NEAREST]
        assert [other for other, _ in one.nearest] == [other for _, other in expected]
        assert query == 3 or 3 not in [other for other, _ in two.nearest]
        told = dict(one.nearest)
        assert all(how == "photograph" for other, how in told.items() if {query, other} == {4, 5})
        same = animals.identities[query] == animals.identities[list(told)]
        assert [how != "other" for how in told.values()] == same.tolist()
    scores = [one.score for one, _ in found]
    assert scores == sorted(scores, reverse=True)


def test_a_split_that_leaks_says_so(folder):
    """On the page, and on stderr of embed."""
    table = folder.parent / "leaky.csv"
    rows = [
        f"my animals/{name}/photo {n}.JPG,{name},{'train' if n < 2 else 'test'}" for name in NAMES[:5] for n in range(4)
    ]
    table.write_text("path,identity,split\n" + "\n".join(rows), encoding="utf-8")
    said("report", "leaky.csv", "--model", "pixels")
    assert "The split leaks" in (folder.parent / "report" / "leaky.html").read_text(encoding="utf-8")
    assert "the split leaks: 5 animals are on both sides, such as" in said("embed", "leaky.csv", "--model", "pixels")


@pytest.mark.parametrize("animals", [1, 2])
def test_one_animal_is_a_clear_error_and_two_are_enough(tmp_path, monkeypatch, animals):
    """One cannot be told apart; two are scored, without an interval, which needs three."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    write_files(
        tmp_path / "own", {f"{a}/{n}.png": encoded(picture(10 * a + n)) for a in range(animals) for n in (1, 2)}
    )
    if animals == 2:
        assert "too few animals" in (said("report", "own"), (tmp_path / "report" / "own.html").read_text())[1]
        return
    with pytest.raises(InvalidInputError, match=r"shows one animal only \('0'\): nothing can be told apart"):
        said("report", "own")


@pytest.mark.parametrize("model", ["pixels", "histogram", "untrained", "mlp"])
def test_every_model_embeds_every_image(folder, model):
    """A row for each, and the same again."""
    (folder / "Léo" / "broken.jpg").unlink()
    animals = load("my animals")
    rows = embed(animals, model)
    assert len(rows) == len(animals)
    assert np.array_equal(rows, embed(animals, model))


def test_a_model_that_learns_needs_animals_to_learn_from(folder):
    """One line that names those that need none."""
    few = load("my animals")
    with pytest.raises(InvalidInputError, match=r"mlp is trained on two or more animals .* \(--model none\)"):
        embed(few.take(few.test), "mlp")


def test_a_model_that_is_none_says_which_there_are():
    """Close names first."""
    assert models_of("none") == YARDSTICKS
    assert models_of("dcnn:MobileNetV2") == ("dcnn:MobileNetV2",)
    with pytest.raises(InvalidInputError, match="no model 'histogramm'; did you mean histogram"):
        models_of("histogramm")
    with pytest.raises(InvalidInputError, match="there are: none, pixels"):
        models_of("zzz")


def test_errors_are_one_line(folder, monkeypatch, capsys):
    """A folder that is not there ends the command with status 1 and one line."""
    monkeypatch.setattr(sys, "argv", ["reproduce", "embed", "./nowhere"])
    with pytest.raises(SystemExit) as raised:
        cli.main()
    assert raised.value.code == 1
    assert capsys.readouterr().err == (
        "reproduce: ./nowhere: no such folder or table; give a folder of photographs by animal, or a .csv\n"
    )
