"""Who is this? Candidates, probabilities, none of these, encounters apart, the table and the page."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from drawn import encoded, picture, write_files
from hypothesis import given
from hypothesis import strategies as st
from rate import among, held_out
from typer.testing import CliRunner

from reproduce import cli
from reproduce.animals.agreement import agreeing
from reproduce.animals.calibration import Trials, _threshold, calibrate, without
from reproduce.animals.evaluation import cross_fitted, judged
from reproduce.animals.matching import Settings, catalogue_trials
from reproduce.animals.ranking import Ranked, nearest_pictures, ranked
from reproduce.datasets.encounters import encounters
from reproduce.datasets.loading import published
from reproduce.errors import InvalidInputError
from reproduce.text import excel_safe

ANIMALS = ("Amber", "Ayo", "Bibi", "Charm", "Dada", "Doto", "Etana", "Hasani", "Kito", "Leo", "Nala", "Zuri")


def coat(animal, number):
    """A photograph of an animal: its own pattern under a light of its own."""
    base = picture(ANIMALS.index(animal) if animal in ANIMALS else 50 + len(animal))
    return np.clip(base * 0.8 + picture(1000 + 31 * number + len(animal)) * 0.2, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """What one test computed of a photograph another finds: it is kept by what the photograph holds."""
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def herds(tmp_path, monkeypatch, cache):
    """catalogue/: twelve animals of four photographs. inbox/: two of the first three animals each, and of strangers."""
    monkeypatch.setenv("REPRODUCE_CACHE", cache)
    monkeypatch.chdir(tmp_path)
    write_files(
        tmp_path / "catalogue", {f"{a}/{n}.png": encoded(coat(a, n), ".png") for a in ANIMALS for n in range(4)}
    )
    new = {f"{a}_{n}.png": encoded(coat(a, n), ".png") for a in (*ANIMALS[:3], "xxxxx", "yyyyyyyyyyyy") for n in (7, 8)}
    write_files(tmp_path / "inbox", new)
    return tmp_path


def run(*arguments, status=0):
    """The command's result; an error that main() prints is raised."""
    done = CliRunner().invoke(cli.app, ["match", *arguments], env={"COLUMNS": "100"})
    if isinstance(done.exception, InvalidInputError):
        raise done.exception
    assert done.exit_code == status, done.output
    return done


def test_new_photographs_get_their_candidates(herds):
    """The animal first, its nearest picture named; probabilities fall, and add up with none to one at most."""
    told = json.loads(run("inbox", "catalogue", "--rate", "0.2", "--json").stdout)
    assert (told["photographs"], told["matched"] + told["none of these"]) == (10, 10)
    with open(told["table"], encoding="utf-8") as file:
        rows = {row["photograph"].rsplit("/", 1)[-1]: row for row in csv.DictReader(file)}
    for animal in ANIMALS[:3]:
        for number in (7, 8):
            row = rows[f"{animal}_{number}.png"]
            assert (row["candidate_1"], row["answer"], row["none_of_these"]) == (animal, animal, "no")
            assert f"/{animal}/" in row["nearest_1"]
    for row in rows.values():
        chances = [float(row[f"probability_{place}"]) for place in range(1, 6)]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) + float(row["probability_none"]) <= 1.001
    strangers = [row for name, row in rows.items() if name[0] in "xy"]
    assert min(float(row["probability_none"]) for row in strangers) > 0.5
    assert [row["answer"] for row in strangers] == [""] * 4


def test_the_page_holds_all_that_decides(herds):
    """Every photograph and candidate, the filters, a decision to save, and nothing from elsewhere; names are text."""
    (herds / "catalogue" / "Zuri").rename(herds / "catalogue" / "<b onclick='x'>Zuri & co")
    told = json.loads(run("inbox", "catalogue", "--json").stdout)
    page = Path(told["page"]).read_text(encoding="utf-8")
    assert page.count("<article") == 10
    for words in (
        "None of these",
        "Needs a person",
        "Save decisions",
        "cannot be told",
        "made by reproduce match",
        "BAUS",
    ):
        assert words in page
    assert "<b onclick" not in page
    assert "http://www.w3.org/2000/svg" in page
    assert page.count("http") == 1
    run("inbox", "catalogue")  # its own files are written again
    (herds / "matches" / "inbox-in-catalogue.csv").write_text("my,notes\n")
    with pytest.raises(InvalidInputError, match="not written by this command"):
        run("inbox", "catalogue")


def test_a_catalogue_is_evaluated(herds):
    """Nothing is written; every figure beside chance; an open question has a rate that it holds."""
    told = {one["name"]: one for one in json.loads(run("--evaluate", "catalogue", "--json").stdout)["figures"]}
    assert set(told) == {"top-1", "top-5", "BAKS", "BAUS", "false matches", "AUROC"}
    assert told["top-1"]["value"] > 0.9
    assert told["top-1"]["chance"] == pytest.approx(1 / 12)
    assert told["top-5"]["chance"] == pytest.approx(5 / 12)
    assert told["false matches"]["value"] == pytest.approx(1 - told["BAUS"]["value"])
    assert not (herds / "matches").exists()
    assert "AUROC" in run("catalogue", "--evaluate", "--no-local").stdout


def test_a_named_inbox_is_judged(herds):
    """Its folders say who is who: strangers are those that the catalogue lacks."""
    new = {f"{a}/{n}.png": encoded(coat(a, n), ".png") for a in (*ANIMALS[:3], "xxxxx") for n in (7, 8)}
    write_files(herds / "named", new)
    done = json.loads(run("named", "catalogue", "--evaluate", "--rate", "0.2", "--json").stdout)
    figures = {one["name"]: one for one in done["figures"]}
    assert (figures["top-1"]["value"], figures["top-1"]["animals"]) == (1.0, 3)
    assert figures["BAUS"]["animals"] == 1


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("inbox",), "give the new photographs and then the catalogue"),
        (("nowhere", "catalogue"), "no such folder, table or photograph"),
        (("empty", "catalogue"), "holds no photographs"),
        (("inbox", "few"), "has 2 animals; none of these needs three"),
        (("inbox", "lone"), "no animal has two photographs apart from each other"),
        (("inbox", "catalogue", "--apart", "herd"), "no such column"),
        (("inbox", "catalogue", "--apart", "date"), "no photograph of catalogue says it"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_matched_is_one_line(herds, arguments, says):
    """And nothing is written."""
    (herds / "empty").mkdir()
    for name, animals, each in (("few", ANIMALS[:2], 3), ("lone", ANIMALS[:4], 1)):
        write_files(herds / name, {f"{a}/{n}.png": encoded(coat(a, n), ".png") for a in animals for n in range(each)})
    with pytest.raises(InvalidInputError, match=says):
        run(*arguments)
    assert not (herds / "matches").exists()


def test_one_file_and_a_table_are_new_photographs_too(herds):
    """A table needs no column of animals."""
    assert json.loads(run("inbox/Ayo_7.png", "catalogue", "--json").stdout)["photographs"] == 1
    (herds / "new.csv").write_text("path,notes\ninbox/Ayo_7.png,=HYPERLINK(1)\ninbox/Bibi_7.png,\n")
    assert json.loads(run("new.csv", "catalogue", "--json").stdout)["photographs"] == 2


def test_what_would_be_taken_for_an_answer_is_said(herds):
    """A photograph that the catalogue has too, and a rate that so few animals cannot meet."""
    copied = herds / "catalogue" / "Ayo" / "1.png"
    (herds / "inbox" / "again.png").write_bytes(copied.read_bytes())
    warned = run("inbox", "catalogue", "--rate", "0.05").stderr
    assert "1 new photograph is in the catalogue too, such as " in warned
    assert "/inbox/again.png, where each finds itself" in warned
    assert "too few animals for a rate of 0.05, so nothing is matched" in warned
    assert "too few animals" not in run("inbox", "catalogue", "--rate", "0.2").stderr


@pytest.mark.parametrize("own", ["picture", "photo"])
def test_columns_that_are_named_are_the_catalogues_and_where_it_has_them_the_new_ones(herds, own):
    """--path and --identity name columns of one table or of both; without them the other is read by its own."""
    lines = [f"catalogue/{animal}/{number}.png,{animal},{number}" for animal in ANIMALS for number in range(4)]
    (herds / "known.csv").write_text("\n".join(["picture,who,path", *lines]))
    new = [f"inbox/{animal}_7.png,{animal}" for animal in ANIMALS[:3]]
    (herds / "new.csv").write_text("\n".join([f"{own},{'who' if own == 'picture' else 'identity'}", *new]))
    named = ["--path", "picture", "--identity", "who", "--json"]
    assert json.loads(run("new.csv", "known.csv", *named).stdout)["photographs"] == 3
    told = json.loads(run("new.csv", "known.csv", *named, "--evaluate").stdout)
    assert (told["judged on"], told["figures"][0]["value"]) == ("new.csv, by the names that it gives", 1.0)
    with pytest.raises(InvalidInputError, match="has no column 'pic', as --path asks"):
        run("new.csv", "known.csv", "--path", "pic")


def test_formulas_are_said_or_quoted(herds):
    """An animal called like a formula."""
    (herds / "catalogue" / "Zuri").rename(herds / "catalogue" / "=1+1")
    assert "--excel-safe quotes them" in run("inbox", "catalogue").stderr
    told = json.loads(run("inbox", "catalogue", "--excel-safe", "--output", "safe", "--json").stdout)
    with open(told["table"], encoding="utf-8") as file:
        cells = {cell for row in csv.reader(file) for cell in row}
    assert not any(cell.startswith("=") for cell in cells)
    assert [excel_safe(cell) for cell in ("=1", "+1", "@x", "-1", "Léo")] == ["'=1", "'+1", "'@x", "'-1", "Léo"]


def test_a_burst_does_not_find_itself(herds):
    """With --apart an encounter's other photographs of the animal are no candidates; its day is what counts."""
    rows = []
    for animal in ANIMALS:
        for number in range(4):
            day = "2024-05-01" if number < 2 else "2024:06:01"
            rows.append(f"catalogue/{animal}/{number}.png,{animal},{day} 07:00:0{number}")
    (herds / "own.csv").write_text("path,identity,date\n" + "\n".join(rows))
    catalogue = published("own.csv")
    assert set(encounters(catalogue, "date")) == {"2024-05-01", "2024-06-01"}
    matrix = np.arange(len(catalogue), dtype=float)[:, None]  # the nearest of a row are its neighbours
    settings = Settings("histogram", apart="date", local=False)
    apart = catalogue_trials(catalogue, matrix, settings)
    nearest = apart.known.nearest[np.arange(48), apart.truth]
    days = encounters(catalogue, "date")
    assert all(days[row] != days[near] for row, near in enumerate(nearest.tolist()))
    assert run("own.csv", "--evaluate", "--apart", "date").stdout


@given(st.integers(0, 10**6))
def test_the_nearest_pictures_are_those_of_a_loop(seed):
    """Of each animal, without the pictures that are left out."""
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(4), rng.integers(0, 4, 6)])
    queries, gallery = rng.normal(size=(3, 2)), rng.normal(size=(10, 2))
    mask = rng.random((3, 10)) < 0.3
    least, nearest = nearest_pictures(queries, gallery, codes, lambda rows: mask[rows])
    for query in range(3):
        for animal in range(4):
            rows = [row for row in range(10) if codes[row] == animal and not mask[query, row]]
            distances = [float(np.linalg.norm(queries[query] - gallery[row])) for row in rows]
            assert least[query, animal] == pytest.approx(min(distances, default=np.inf))
            assert nearest[query, animal] == (rows[int(np.argmin(distances))] if rows else -1)


def trials(seed, animals=40, each=3, signal=2.0):
    """Photographs whose own animal is nearer than the others by ``signal``."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(animals), each)
    least = rng.normal(5, 1, (len(truth), animals))
    least[np.arange(len(truth)), truth] -= signal
    names = np.array([f"a{number:03d}" for number in range(animals)])
    nearest = np.zeros(least.shape, int)
    bare = Ranked(names, np.empty((*least.shape, 0)), nearest, least)
    return Trials(
        ranked(names, least, nearest, None, 5.0), ranked(names, without(bare, truth), nearest, None, 5.0), truth
    )


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.3])
def test_the_rate_holds_on_animals_that_were_not_seen(rate):
    """Over forty catalogues, of other animals' strangers at most that part passes, but for chance."""
    passed = []
    for seed in range(40):
        fitted = calibrate(trials(seed), rate)
        best = fitted.probabilities(trials(1000 + seed).stranger).max(axis=1)
        passed.append(float((best >= fitted.threshold).mean()))
    assert np.mean(passed) <= rate + 2 * np.std(passed) / 40**0.5
    assert np.mean(passed) >= rate / 3


def strangers(seed, animals=40, count=120):
    """Photographs of nobody in the catalogue: all of its animals are candidates, none nearer than chance has it."""
    least = np.random.default_rng(seed).normal(5, 1, (count, animals))
    names = np.array([f"a{number:03d}" for number in range(animals)])
    return ranked(names, least, np.zeros(least.shape, int), None, 5.0)


@pytest.mark.parametrize("signal", [0.0, 2.0])
def test_the_rate_is_no_lower_than_it_was_told(signal):
    """Also where nothing tells animals apart: a trial without its own animal has one candidate less, and says no more.

    By one animal in forty-one it is on the safe side.
    """
    passed = []
    for seed in range(40):
        fitted = calibrate(trials(seed, signal=signal), 0.1)
        passed.append(float((fitted.probabilities(strangers(1000 + seed)).max(axis=1) >= fitted.threshold).mean()))
    assert abs(np.mean(passed) - (0.1 - 1 / 41 / 2)) <= 1 / 41 / 2 + 2 * np.std(passed) / 40**0.5


def test_probabilities_are_those_that_come_true():
    """Of candidates with a probability near p, p are right; half of the photographs are of strangers."""
    fitted = calibrate(trials(0, animals=60), 0.1)
    fresh = trials(1, animals=60)
    chances = np.concatenate([fitted.probabilities(fresh.known), fitted.probabilities(fresh.stranger)])
    right = np.zeros(chances.shape, bool)
    right[np.arange(len(fresh.truth)), fresh.truth] = True
    assert np.all(chances.sum(axis=1) <= 1 + 1e-9)
    for low, high in ((0.05, 0.3), (0.3, 0.6), (0.6, 1.0)):
        some = (chances >= low) & (chances < high)
        assert right[some].mean() == pytest.approx(chances[some].mean(), abs=0.12)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5)), min_size=6, max_size=30), st.floats(0.01, 0.9))
def test_a_threshold_lets_through_no_more_than_its_rate(scored, rate):
    """Each animal of one weight, one more that would pass any counted; equal scores fall on one side."""
    scores, animals = (np.array(column) for column in zip(*scored, strict=True))
    threshold = _threshold(scores, animals, rate)
    names = np.unique(animals)
    share = float(np.mean([np.mean(scores[animals == name] >= threshold) for name in names]))
    assert share * len(names) / (len(names) + 1) + 1 / (len(names) + 1) <= rate + 1e-9 or share == 0
    if rate < 1 / (len(names) + 1):
        assert threshold == np.inf


def test_what_is_nearer_is_never_less_likely():
    """Where the catalogue's own animals say the contrary, distance says nothing."""
    assert (calibrate(trials(0, signal=-2.0), 0.1).weights[1:] >= 0).all()


def test_the_open_set_figures_are_wildlife_datasets(herds):
    """BAKS, BAUS and AUROC as that package has them, on one judged set."""
    metrics = pytest.importorskip("wildlife_datasets.metrics")
    rng = np.random.default_rng(0)
    animals = np.array(["a", "b", "c", "d"])
    names = np.array([*rng.choice(animals, 30), *(["new1"] * 7), *(["new2"] * 4)])
    chances = rng.random((41, 4)) / 4
    figures = {one.name: one.value for one in judged(names, animals, chances, 0.2)}
    best = chances.max(axis=1)
    said = np.where(best >= 0.2, animals[chances.argmax(axis=1)], "new")
    strangers = ["new1", "new2"]
    assert figures["BAKS"] == pytest.approx(metrics.BAKS(names, said, strangers))
    assert figures["BAUS"] == pytest.approx(metrics.BAUS(names, said, strangers, "new"))
    truth = np.where(np.isin(names, strangers), "new", names)
    assert figures["AUROC"] == pytest.approx(metrics.auc_roc_new_class(list(truth), best, "new"))


def test_each_animal_is_judged_by_others():
    """Folds are of whole animals, and the false matches keep near their rate."""
    figures = {one.name: one for one in cross_fitted(trials(0, animals=80), 0.2)}
    assert figures["false matches"].value == pytest.approx(0.2, abs=0.1)
    low, high = figures["false matches"].interval
    assert low < figures["false matches"].value < high


def test_a_smaller_catalogue_is_ranked_as_one_of_its_own():
    """As tests/rate.py takes animals out: by distances as if they had never been there, by keypoints those of ten."""
    rng = np.random.default_rng(0)
    least, agree = rng.random((7, 30)), rng.integers(1, 20, (7, 30)).astype(float)
    names, nearest = np.array([f"a{number:02d}" for number in range(30)]), np.zeros((7, 30), int)
    kept = np.flatnonzero(rng.random(30) < 0.7)
    found = among(ranked(names, least, nearest, agree, 2.0), kept, 2.0)
    short = np.argsort(least[:, kept], axis=1)[:, :10]
    alone = np.zeros((7, len(kept)))
    np.put_along_axis(alone, short, np.take_along_axis(agree[:, kept], short, axis=1), axis=1)
    expected = ranked(names[kept], least[:, kept], nearest[:, kept], alone, 2.0)
    np.testing.assert_allclose(found.features, expected.features, rtol=1e-5)
    passed = held_out(trials(0), np.arange(5), 0.1)
    assert (passed.dtype, len(passed)) == (bool, 15)


def test_places_that_agree_lie_on_one_map():
    """A picture moved by a known map: what agrees, agrees with it; two others share nothing."""
    import cv2

    from reproduce.datasets.photographs import _features

    rng = np.random.default_rng(0)
    grey = cv2.resize(rng.integers(0, 256, (32, 32), dtype=np.uint8), (256, 256), interpolation=cv2.INTER_CUBIC)
    moved = cv2.warpAffine(grey, np.float32([[1, 0, 12], [0, 1, -7]]), (256, 256))
    places = agreeing(_features(grey), _features(moved))
    assert len(places) > 20
    assert np.abs(places[:, 2:] - places[:, :2] - [12, -7]).max() < 6
    other = cv2.resize(rng.integers(0, 256, (32, 32), dtype=np.uint8), (256, 256), interpolation=cv2.INTER_CUBIC)
    assert len(agreeing(_features(grey), _features(other))) < 10
    assert agreeing(_features(grey), _features(np.zeros((256, 256), np.uint8))).shape == (0, 4)
