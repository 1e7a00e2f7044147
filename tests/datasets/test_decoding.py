"""Pixels are what is seen: cut-outs, deep and floating-point images, pictures of nothing, files by another name."""

import sys
import threading

import cv2
import numpy as np
import pytest
from drawn import encoded, picture, write_files
from PIL import Image
from typer.testing import CliRunner

from reproduce import cli, progress
from reproduce.animals.models import embed
from reproduce.datasets import load, pixels, raw_image
from reproduce.datasets.image_files import copies, remarks
from reproduce.datasets.photographs import same_or_copied
from reproduce.datasets.pixels import decoded_file, rows_of
from reproduce.errors import InvalidInputError

GREY = cv2.cvtColor(picture(3, 60), cv2.COLOR_BGR2GRAY)


@pytest.mark.parametrize("ending", ["png", "webp", "tif", "gif"])
def test_what_is_transparent_is_not_seen(tmp_path, ending):
    """A cut-out on black, whatever its file holds below; opaque images stay as they are."""
    seen = Image.fromarray(picture(1)).convert("RGBA")
    mask = np.zeros((40, 40), np.uint8)
    mask[10:30, 10:30] = 255
    seen.putalpha(Image.fromarray(mask))
    path = tmp_path / f"cut.{ending}"
    seen.save(path, **({"lossless": True, "exact": True} if ending == "webp" else {}))
    found = raw_image(path)
    assert not found[mask == 0].any()
    assert found[mask > 0].any()
    assert decoded_file(path).changed == "transparent parts on black"
    whole = Image.fromarray(picture(1)).convert("RGBA")
    whole.save(tmp_path / "whole.png")
    assert np.array_equal(raw_image(tmp_path / "whole.png"), picture(1))


def test_lightness_and_two_axes_are_colours(tmp_path):
    """A TIFF in CIE L*a*b* as a viewer shows it, within what eight bits of each lose; not as blue, green and red."""
    ImageCms = pytest.importorskip("PIL.ImageCms")
    seen = np.clip(cv2.resize(picture(1), (40, 40)) // 2 + 64, 0, 255).astype(np.uint8)
    spaces = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    transform = ImageCms.buildTransform(*spaces, "RGB", "LAB")
    ImageCms.applyTransform(Image.fromarray(seen), transform).save(tmp_path / "lab.tif")
    assert np.abs(raw_image(tmp_path / "lab.tif").astype(int) - seen).max() < 12


@pytest.mark.parametrize(
    "values, said",
    [
        (GREY.astype(np.uint16) * 257, "16 bits"),
        (GREY.astype(np.uint16) * 16, "12 bits"),
        (GREY.astype(np.float32) / 255, "floating point in 0 to 1"),
        (51241 + GREY.astype(np.uint16) * 4, "values 51"),
        (GREY.astype(np.float32) * 1e4 - 1e6, "values -"),
    ],
    ids=["16 bits", "12 of 16 bits", "float", "thermal", "float of any range"],
)
def test_deep_images_are_scaled_by_their_range(tmp_path, values, said):
    """Hundreds of levels stay, in the order they had, and what was done is said."""
    path = tmp_path / "deep.tif"
    Image.fromarray(values).save(path)
    found = decoded_file(path)
    assert said in found.changed
    assert np.ptp(found.pixels) > 150
    assert np.corrcoef(found.pixels[..., 0].ravel(), GREY.ravel())[0, 1] > 0.999
    if values.dtype == np.uint16:
        cv2.imwrite(str(tmp_path / "deep.png"), values)
        assert np.array_equal(raw_image(tmp_path / "deep.png"), raw_image(path))


def test_colours_of_16_bits_are_scaled(tmp_path):
    """12 bits of colour in a 16-bit PNG: neither black nor cut."""
    cv2.imwrite(str(tmp_path / "colour.png"), picture(2).astype(np.uint16) * 16)
    found = raw_image(tmp_path / "colour.png")
    assert np.abs(found.astype(int) - picture(2)[..., ::-1]).max() <= 2


@pytest.mark.parametrize("ending", [".png", ".tif"])
@pytest.mark.parametrize("bits", [12, 16])
def test_a_cut_out_of_more_bits_is_scaled_and_cut(tmp_path, ending, bits):
    """What is transparent is black, whatever lies below; the rest has its levels, where Pillow halves them."""
    seen = picture(3, 60).astype(np.uint16) * (257 if bits == 16 else 16)
    alpha = np.full((60, 60, 1), 65535, np.uint16)
    alpha[:20] = 0
    path = tmp_path / f"cut{ending}"
    cv2.imwrite(str(path), np.concatenate([seen, alpha], axis=2))
    found = decoded_file(path)
    assert not found.pixels[:20].any()
    assert np.abs(found.pixels[20:].astype(int) - picture(3, 60)[20:]).max() <= 1
    assert found.changed == f"{bits} bits scaled to 8 bits, transparent parts on black"


def test_heic_is_named_for_what_it_is(tmp_path, monkeypatch):
    """Under the name .jpg too."""
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "x.jpg").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    with pytest.raises(InvalidInputError, match=r"x\.jpg: a HEIC photograph, whatever its ending"):
        raw_image(tmp_path / "x.jpg")


@pytest.fixture
def herd(tmp_path, monkeypatch):
    """Three animals: plain photographs, thermal ones, and one of nothing to be seen."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    dim = (picture(9) > 128).astype(np.uint8) * 3
    thermal = {f"B/{n}.png": encoded((51241 + 4 * GREY.astype(np.uint16) + n), ".png") for n in range(3)}
    plain = {f"A/{n}.png": encoded(picture(n), ".png") for n in range(3)}
    return write_files(tmp_path / "own", plain | thermal | {f"C/{n}.png": encoded(dim + n, ".png") for n in range(2)})


def test_the_audit_says_what_was_done(herd):
    """Few grey levels are a finding, scaling is a line; embed warns of both."""
    found = load("own")
    assert "2 images of fewer than 16 grey levels" in remarks(found, few=True)[0]
    assert any("scaled to 8 bits" in line for line in remarks(found, few=False))
    done = CliRunner().invoke(cli.app, ["audit", "own"])
    assert done.exit_code == 1
    assert "fewer than 16 grey levels" in done.output.splitlines()[-1]
    assert "scaled to 8 bits" in CliRunner().invoke(cli.app, ["embed", "own", "--model", "histogram"]).stderr


def test_a_copy_is_the_same_photograph(tmp_path, monkeypatch):
    """To the byte, to the pixel and nearly: where SIFT finds nothing on a smooth image, too; never across animals."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    whole = picture(1, 80)
    light = cv2.convertScaleAbs(whole, alpha=0.9)
    files = {"A/0.png": encoded(whole, ".png"), "A/1.png": encoded(whole, ".png"), "A/2.bmp": encoded(whole, ".bmp")}
    files |= {"A/3.jpg": encoded(light), "A/4.png": encoded(picture(5, 80), ".png"), "B/0.png": encoded(whole, ".png")}
    found = load(str(write_files(tmp_path / "own", files)))
    pairs = same_or_copied(found, copies(found)).tolist()
    assert pairs == [[one, other] for one in range(4) for other in range(one + 1, 4)]


def test_rows_are_computed_one_image_at_a_time_and_kept(herd, monkeypatch):
    """No more images in memory than threads; what was computed before a kill is not computed again."""
    monkeypatch.setattr(pixels, "BLOCK", 2)
    found, alive, most, seen = load("own"), [0], [0], []
    lock = threading.Lock()

    def row(image):
        with lock:
            alive[0] += 1
            most[0] = max(most[0], alive[0])
            seen.append(image.shape)
            if len(seen) == 5 and not again:
                raise KeyboardInterrupt
        with lock:
            alive[0] -= 1
        return np.array([image.mean()])

    again = False
    with pytest.raises(KeyboardInterrupt):
        rows_of(found, "mean", row)
    first, again = len(seen), True
    rows = rows_of(found, "mean", row)
    assert len(seen) - first <= len(found) - 4
    assert rows.shape == (8, 1)
    assert np.allclose(rows[:, 0], [raw_image(path).mean() for path in found.paths])
    assert np.array_equal(embed(found, "histogram"), embed(found, "histogram"))


def test_progress_is_told_in_a_pipe_too(capsys, monkeypatch):
    """A line now and then, no bar."""
    monkeypatch.setattr(progress, "EVERY", -1.0)
    assert list(progress.track(range(3), 3, "reading")) == [0, 1, 2]
    assert capsys.readouterr().err.splitlines()[-1] == "reproduce: reading: 2 of 3"
