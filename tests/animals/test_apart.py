"""Encounters apart in scores, pages and the audit; animals one by one; a table's own columns stay beside the labels."""

import csv
import json

import numpy as np
import pytest
from drawn import encoded, picture, write_files
from PIL import Image
from typer.testing import CliRunner

from reproduce import cli
from reproduce.animals.per_animal import per_animal
from reproduce.datasets.encounters import encounters
from reproduce.datasets.loading import published
from reproduce.errors import InvalidInputError
from reproduce.metrics import retrieval_scores, retrieval_scores_from_distances
from reproduce.moments import day, days, is_span

ANIMALS = ("L0", "L1", "L2", "L3")


@pytest.fixture
def herd(tmp_path, monkeypatch):
    """Four animals seen on two days, a burst of three each day: the light of the day is on all of its photographs."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    files, rows = {}, []
    for row, animal in enumerate(ANIMALS):
        for when in range(2):
            for number in range(3):
                light = picture(100 + 10 * row + when) // 2 + picture(row) // 4 + picture(500 + 9 * row + number) // 16
                path = f"img/{animal}_{when}_{number}.png"
                files[path] = encoded(light, ".png")
                rows.append(f"{path},{animal},2024-05-0{when + 1} 07:00:0{number},CAM{when},=note")
    write_files(tmp_path, files)
    (tmp_path / "own.csv").write_text("path,identity,date,camera,notes\n" + "\n".join(rows))
    return tmp_path


def run(*arguments):
    """The command's result, whatever its status; an error that main() prints is raised."""
    done = CliRunner().invoke(cli.app, list(map(str, arguments)), env={"COLUMNS": "120"})
    if isinstance(done.exception, InvalidInputError):
        raise done.exception
    return done


@pytest.mark.parametrize("column", ["date", "camera"])
def test_scores_across_encounters_stand_beside(herd, column):
    """As a loop over queries has them: no photograph of the animal's own encounter is ranked."""
    run("embed", "own.csv", "--model", "histogram")
    files = "embeddings/own-histogram.npy", "embeddings/own.csv"
    found = json.loads(run("score", *files, "--apart", column, "--json").stdout)["across encounters"]
    matrix = np.load(files[0])
    with open(files[1], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["notes"] == "=note"
    names = np.array([row["identity"] for row in rows])
    when = np.array([row[column].split(" ")[0] for row in rows])
    scores = []
    for query in range(len(rows)):
        kept = (names != names[query]) | (when != when[query])
        distances = np.linalg.norm(matrix[kept] - matrix[query], axis=1)[None]
        one = retrieval_scores_from_distances(distances, names[[query]], names[kept])
        scores.append((one.map_at_r, one.precision_at_1, one.chance))
    expected = np.mean(scores, axis=0)  # every animal has as many photographs
    assert (found["map_at_r"], found["precision_at_1"], found["chance"]) == pytest.approx(tuple(expected))
    assert "across encounters" in run("score", *files, "--apart", column).stdout
    with pytest.raises(InvalidInputError, match="no column 'herd'"):
        run("score", *files, "--apart", "herd")


def test_one_cameras_photographs_are_ranked_in_anothers(herd):
    """--split-column takes sides from any column: as two files, one of each camera's rows."""
    run("embed", "own.csv", "--model", "histogram")
    files = "embeddings/own-histogram.npy", "embeddings/own.csv"
    sides = ("--split-column", "camera", "--query-split", "CAM0", "--gallery-split", "CAM1")
    found = json.loads(run("score", *files, *sides, "--json").stdout)
    matrix, rows = np.load(files[0]), list(csv.DictReader((herd / files[1]).read_text().splitlines()))
    names, camera = (np.array([row[one] for row in rows]) for one in ("identity", "camera"))
    one, other = camera == "CAM0", camera == "CAM1"
    expected = retrieval_scores(matrix[one], names[one], reference=matrix[other], reference_labels=names[other])
    assert (found["per class"]["MAP@R"], found["N"]) == (expected.map_at_r, 12)
    with pytest.raises(InvalidInputError, match="no row has the camera 'CAM7'; there are CAM0, CAM1"):
        run("score", *files, "--split-column", "camera", "--split", "CAM7")


def test_encounters_are_apart_in_a_gallery_too(herd):
    """A matrix of distances to a gallery, with its interval over animals; what says no encounter is never apart."""
    rng = np.random.default_rng(0)
    names, when = np.array([*"aabbccdd"]), np.array(["1", "2", "1", "", "2", "2", "1", "2"])
    theirs, then = np.tile(names, 2), np.tile(["1", "2"], 8)
    distances = rng.random((8, 16))
    np.save("d.npy", distances)
    for name, labels, seen in (("q", names, when), ("g", theirs, then)):
        (herd / f"{name}.csv").write_text("\n".join(["identity,day", *map(",".join, zip(labels, seen, strict=True))]))
    files = ("d.npy", "q.csv", "--distances", "--gallery-labels", "g.csv")
    found = json.loads(run("score", *files, "--apart", "day", "--interval", "--json").stdout)
    scores = []
    for query in range(8):
        kept = (theirs != names[query]) | (then != when[query])
        scores.append(retrieval_scores_from_distances(distances[[query]][:, kept], names[[query]], theirs[kept]))
    across = found["across encounters"]
    assert across["map_at_r"] == pytest.approx(np.mean([one.map_at_r for one in scores]))
    assert across["chance"] == pytest.approx(np.mean([one.chance for one in scores]))
    low, high = across["interval"]
    assert 0 <= low < across["map_at_r"] < high <= 1
    low, high = found["interval"]["per class"]["MAP@R"]
    assert low < found["per class"]["MAP@R"] < high
    assert "MAP@R" in run("score", *files, "--apart", "day", "--interval").stdout


def test_the_page_and_the_audit_know_of_encounters(herd):
    """A finding where days make a part of the pairs; --apart leaves them out with those of one photograph."""
    assert "24 of the 60 pairs of one animal are of one day" in run("audit", "own.csv").stdout
    plain, apart = (
        json.loads(run("report", "own.csv", "--model", "histogram", "--json", *more).stdout)
        for more in ((), ("--apart", "date"))
    )
    assert apart["scores"][-1]["apart"][0] <= plain["scores"][-1]["apart"][0] < plain["scores"][-1]["map_at_r"]
    assert apart["scores"][-1]["map_at_r"] == plain["scores"][-1]["map_at_r"]


def test_every_animal_is_listed_the_worst_first(herd):
    """In --json all, on the page the first twenty, each with the animal that it is taken for."""
    found = json.loads(run("report", "own.csv", "--model", "pixels", "--json").stdout)
    animals = found["per animal"]["animals"]
    assert {one["animal"] for one in animals} <= set(ANIMALS)
    assert [one["map_at_r"] for one in animals] == sorted(one["map_at_r"] for one in animals)
    assert "Animal by animal (pixels)" in (herd / "report" / "own.html").read_text(encoding="utf-8")
    matrix = np.array([[0.0], [10.0], [0.1], [0.2], [50.0]])
    first, second, lone = per_animal(matrix, np.array(["a", "a", "b", "b", "c"]))
    assert (first.animal, first.taken_for, first.times) == ("a", "b", 2)
    assert (second.animal, second.map_at_r, second.taken_for, second.times) == ("b", 0.75, "a", 1)  # one is halfway
    assert (lone.animal, np.isnan(lone.map_at_r)) == ("c", True)


def test_a_camera_writes_when_and_by_what(tmp_path, monkeypatch):
    """EXIF says the day and the camera where no table does."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    for row, animal in enumerate("ab"):
        for number in range(2):
            head = Image.Exif()
            head[0x0110] = f"CAM{number}"
            head.get_ifd(0x8769)[0x9003] = f"2024:05:0{number + 1} 07:00:00"
            (tmp_path / "own" / animal).mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture(10 * row + number)).save(tmp_path / "own" / animal / f"{number}.jpg", exif=head)
    found = published(str(tmp_path / "own"))
    assert encounters(found, "date").tolist() == ["2024-05-01", "2024-05-02"] * 2
    assert encounters(found, "camera").tolist() == ["CAM0", "CAM1"] * 2


def test_a_day_is_told_from_a_moment():
    """And another word is kept."""
    assert {day("2024-05-01 07:00:01"), day("2024:05:01 07:00"), day("2024-05-01T07:00Z")} == {"2024-05-01"}
    assert day("1/5/2024 7:00:01 PM") == day("1/5/2024") == "1-5-2024"
    for word in ("CAM1 north", "2024-05-01 herd B", "7:00", "2024", ""):
        assert day(word) == word


@pytest.mark.parametrize(
    "column, moments",
    [
        ("date", ["1714546801", "1714550401.0", "1714636801"]),
        ("taken_at", ["1714546801000", "1714550401000", "1714636801000"]),
        ("unix", ["1.714546801E9", "1.714550401e+09", "1.714636801E9"]),
        ("date", ["45413.2917", "45413.5", "45414"]),
        ("when", ["20240501_070001", "20240501T0800", "20240502"]),
        ("seen", ["1 May 2024 07:00", "01-May-2024", "2 may 2024"]),
        ("seen", ["May 1, 2024 7:00 AM", "Wed, 01 May 2024 08:00:00 GMT", "Thu May  2 07:00:01 2024"]),
        ("seen", ["2024-5-1", "2024/05/01 07:00", "2024-05-02T00:00:00.000Z"]),
        ("seen", ["01/05/2024", "1/5/2024 07:00", "2/5/2024"]),
    ],
)
def test_a_day_is_told_however_it_is_written(column, moments):
    """Clocks' counts, a spreadsheet's numbers, months by name: two moments of one day and one of the next."""
    first, second, third = days(moments, column)
    assert first == second != third


def test_numbers_that_may_be_moments_are_asked_about_and_what_is_unknown_is_no_encounter():
    """In silence each photograph would be an encounter of its own, or all without a date one."""
    with pytest.raises(InvalidInputError, match="such as 1714546801, seconds since 1970"):
        days(["1714546801", "1714550401"], "encounter")
    assert days(["1714546801", "north"], "encounter") == ["1714546801", "north"]
    assert days(["12345678", "12345679", "99999999"], "encounter") == ["12345678", "12345679", "99999999"]
    assert days(["nan", "NaT", "", "None", "2024-05-01"], "date") == ["", "", "", "", "2024-05-01"]
    assert days(["20240230", "2024-13-40"], "date") == ["20240230", "2024-13-40"]


@pytest.mark.parametrize("name", ["2023", "2023-24", "season 2023", "2023_summer", "2024-05-01", "20240501"])
def test_a_folder_of_a_year_or_a_day_is_told_by_its_name(name):
    """And an animal's is not."""
    assert is_span(name)
    assert not any(map(is_span, ["Simba", "Simba 2023", "T2023", "0107", "12", "2023 Simba", "May", "20231"]))


def test_formulas_in_labels_are_said_or_quoted(herd):
    """A name that a spreadsheet would run."""
    text = (herd / "own.csv").read_text().replace(",L0,", ",=L0,")
    (herd / "own.csv").write_text(text)
    assert "--excel-safe quotes them" in run("embed", "own.csv", "--model", "histogram").stderr
    run("embed", "own.csv", "--model", "histogram", "--excel-safe", "--output", "safe")
    written = (herd / "safe" / "own.csv").read_text(encoding="utf-8")
    assert ",'=L0," in written
    assert ",=" not in written
