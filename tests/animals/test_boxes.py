"""Tables with a box around each animal: what is looked at is what lies in it."""

import cv2
import numpy as np
import pytest
from drawn import encoded, picture, write_files
from typer.testing import CliRunner

from reproduce import cli
from reproduce.animals.newcomers import newcomers
from reproduce.datasets import images, raw_image
from reproduce.datasets.loading import published
from reproduce.errors import InvalidInputError

#: Where two animals stand on each photograph of 100 x 60 pixels.
LEFT, RIGHT = (5, 8, 40, 40), (55, 12, 40, 40)
TEXT = "path,identity,bbox\n"


@pytest.fixture
def herd(tmp_path, monkeypatch):
    """Four photographs of two animals each, herd/0.png to 3.png; gives the pictures of the eight."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    animals, files = {}, {}
    for number in range(4):
        photograph = np.full((60, 100, 3), 90 + number, np.uint8)
        for side, (x, y, width, height) in (("L", LEFT), ("R", RIGHT)):
            animals[f"herd/{number}.png", side] = picture(10 * number + ord(side), width)
            photograph[y : y + height, x : x + width] = animals[f"herd/{number}.png", side]
        files[f"herd/{number}.png"] = encoded(photograph, ".png")
    write_files(tmp_path, files)
    return animals


def text(box):
    return '"[' + ", ".join(map(str, box)) + ']"'


def table(head, cells, name="own.csv"):
    """Two rows a photograph: L and R, with the cells that ``cells`` makes of each box."""
    rows = [f"herd/{n}.png,{side},{cells(box)}" for n in range(4) for side, box in (("L", LEFT), ("R", RIGHT))]
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join([head, *rows, ""]))
    return name


def said(*arguments, status=0):
    """What the command prints."""
    done = CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "100"}, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


def four(box):
    return ",".join(map(str, box))


def edges(box):
    return f"{box[0]},{box[1]},{box[0] + box[2]},{box[1] + box[3]}"


@pytest.mark.parametrize(
    "head, cells",
    [
        ("bbox", text), ("Bounding box", text), ("bbox", lambda box: '"' + four(box) + '"'),
        ("bbox", lambda box: f"[{box[0]}.2 {box[1]}. {box[2]}. {box[3]}.]"),
        ("bbox_x,bbox_y,bbox_w,bbox_h", four), ("bbox_x,bbox_y,bbox_width,bbox_height", four),
        ("x_min,y_min,x_max,y_max", edges), ("bbox_x1,bbox_y1,bbox_x2,bbox_y2", edges),
    ],
)  # fmt: skip
def test_each_animal_is_cut_to_its_box(herd, head, cells):
    """As wildlife-datasets writes it, as NumPy prints it, and in four columns: the pixels are the animal's alone."""
    found = published(table(f"path,identity,{head}", cells))
    assert found.notes == ()
    assert len(set(found.paths.tolist())) == len(set(found.digests.tolist())) == 8
    for path, animal, image in zip(found.paths, found.identities, images(found, None, "colour"), strict=True):
        drawn = herd[f"herd/{path.partition('herd/')[2].partition('#')[0]}", animal]
        assert np.array_equal(image, cv2.cvtColor(drawn, cv2.COLOR_BGR2RGB))


def test_the_commands_see_the_animals(herd):
    """No copies across animals, a row for each; new photographs are cut too, and what embed wrote is a table."""
    own = table(TEXT.strip(), text)
    assert "findings: none" in said("audit", own, "--no-photographs")
    said("embed", own, "--model", "pixels")
    assert len({row.tobytes() for row in np.load("embeddings/own-pixels.npy")}) == 8
    assert published("embeddings/own.csv").digests.tolist() == published(own).digests.tolist()
    assert newcomers(own).digests.tolist() == published(own).digests.tolist()
    assert raw_image(str(newcomers(own).paths[0])).shape == (40, 40, 3)


@pytest.mark.parametrize("gap", ["", "nan", "None", "[]"])
def test_a_gap_takes_the_whole_photograph(herd, gap):
    """And says so."""
    own = table(TEXT.strip(), lambda box: gap if box == LEFT else text(box))
    found = published(own)
    assert [raw_image(path).shape for path in found.paths[found.identities == "L"]] == [(60, 100, 3)] * 4
    assert found.notes == ("4 of 8 rows have no box in bbox: the whole photograph is taken",)


@pytest.mark.parametrize(
    "box, says",
    [
        ("[70, 8, 40, 40]", "reaches out of its picture, which is 100 pixels wide and 60 high"),
        ("[-3, 8, 40, 40]", "reaches out"), ("[200, 200, 5, 5]", "reaches out"),
        ("[5, 8, 0, 40]", "no box"), ("[5, 8, 40]", "no box"), ("left", "no box"), ("[nan, 1, 2, 3]", "no box"),
        ("[0.1, 0.2, 0.3, 0.2]", "no box; give it in pixels"),
    ],
)  # fmt: skip
def test_a_wrong_box_is_named_with_its_line(herd, box, says):
    """One line, and nothing is written."""
    own = table(TEXT.strip(), lambda at: f'"{box}"' if at == RIGHT else text(at))
    with pytest.raises(InvalidInputError, match=f"own.csv, line 3: bbox .*{says}.*and 3 more") as caught:
        said("embed", own)
    assert "\n" not in str(caught.value)


def test_a_box_is_of_the_photograph_as_it_is_seen(herd, tmp_path):
    """A telephone's photograph, turned by EXIF."""
    from PIL import Image

    shown = cv2.cvtColor(picture(3, 60)[:, :30], cv2.COLOR_BGR2RGB)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(shown).copy()).save("turned.png", exif=exif)
    (tmp_path / "one.csv").write_text(TEXT + 'turned.png,A,"[2, 40, 20, 15]"\n')
    assert np.array_equal(raw_image(published("one.csv").paths[0]), shown[40:55, 2:22])
