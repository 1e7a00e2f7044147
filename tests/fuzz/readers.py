"""Every reader of what somebody else wrote: ``READERS[name](content, folder)`` reads it, or raises ReproduceError.

Each also uses what it read as the commands do, so that what is accepted can be shown. ``SEEDS`` are sound files that
mutation starts from.
"""

import contextlib
import csv
import io
import json
import os
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
from drawn import encoded, picture

from reproduce.archives import unpack
from reproduce.datasets import load, own, pixels
from reproduce.errors import ReproduceError
from reproduce.metrics.submission import score_files
from reproduce.record import Cell, Entry, Store
from reproduce.record.files import dumps
from reproduce.record.schema import canonical, field_digests, short_digest, total_digest
from reproduce.verdicts.files import findings, lines, settings
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.runs import compare, saving
from reproduce.verdicts.views import screen, table, tally

__all__ = ["READERS", "SEEDS", "check", "forged"]


def _in_one_line(error):
    plain = [one for one in str(error) if unicodedata.category(one) != "Zs"]  # a blank of another script is one too
    assert "".join(plain).isprintable(), f"more than a line: {error!r}"


def _kept(content, folder, name):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def record(content, folder):
    """A record file, and that a result can be added to what was read."""
    path = _kept(content, folder, "toy.draw.json")
    entries = Store(folder).entries("toy.draw")
    for entry in entries:
        Store(folder).find("toy.draw", entry.cell.factors, entry.cell.data)
        str(entry.cell)
    if entries:
        assert Store(folder).add(ENTRY, replace=True)
        assert path.read_bytes() != content


def forged_record(content, folder):
    """The same of somebody who knows how digests are made."""
    record(forged(content), folder)


def saved_run(content, folder):
    """A saved run, its table at 80 columns and itself held against itself."""
    run = saving.read(_kept(content, folder, "0001_run.json"))
    table.render(run.outcomes, 80)
    tally.summary(run.outcomes)
    compare.compare(run.outcomes, run.outcomes)


def found(content, folder):
    """findings.toml."""
    findings.read.__wrapped__(_kept(content, folder, findings.FILE))


def paper(content, folder):
    """paper.toml, and its screen."""
    path = _kept(content, folder, lines.FILE)
    read = lines.read.__wrapped__(path)
    screen.screen(lines.fold(read, []), {}, 80)
    lines.printed_in(folder)


def setting(content, folder):
    """settings.toml."""
    for one in settings.read.__wrapped__(_kept(content, folder, settings.FILE)).values():
        assert one.suffix is not None
        assert one.fidelity("exact")


def labels(content, folder):
    """A table of labels beside sound embeddings."""
    embeddings = folder / "e.npy"
    np.save(embeddings, EMBEDDINGS)
    score_files((embeddings, _kept(content, folder, "labels.csv")))


def labels_as_text(content, folder):
    """A label a line."""
    embeddings = folder / "e.npy"
    np.save(embeddings, EMBEDDINGS)
    score_files((embeddings, _kept(content, folder, "labels.txt")))


def embeddings(content, folder):
    """A .npy file beside sound labels."""
    _kept(b"a\nb\na\nb\na\nb\n", folder, "labels.txt")
    score_files((_kept(content, folder, "e.npy"), folder / "labels.txt"))


def animals(content, folder):
    """A user's table of photographs, two of which are there."""
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(PNG)
    own.catalogue(str(_kept(content, folder, "animals.csv")))


def image(content, folder):
    """An image file, whatever it is."""
    found = pixels.raw_image(_kept(content, folder, "image.png"))
    assert found.ndim == 3
    assert found.dtype == np.uint8


def archive(content, folder):
    """An archive, which writes nothing beside its folder."""
    path = _kept(content, folder / "from", "a.zip" if content.startswith(b"PK") else "a.tar")
    try:
        unpack(path, folder / "deep" / "er")
    finally:
        assert {one.name for one in folder.iterdir()} <= {"from", "deep"}
        assert {one.name for one in (folder / "deep").glob("*")} <= {"er"}
        assert not [one for one in folder.rglob("*") if one.is_symlink()]


def tree(content, folder):
    """A folder of files by the lines of a text, as the root of each known set and as a user's own animals."""
    (folder / "root").mkdir()
    for number, line in enumerate(content.decode(errors="surrogateescape").split("\n")[:12]):
        parts = [part for part in line.split("/") if part not in ("", ".", "..") and "\0" not in part]
        if not parts:
            continue
        path = folder.joinpath("root", *(os.fsencode(part)[:200].decode(errors="surrogateescape") for part in parts))
        with contextlib.suppress(OSError):  # a folder of that name, or a file where a folder should be
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((PNG, JPEG, b"", b"no image")[number % 4])
    refused = 0
    for name in ("LionData", "FriesianCattle2017", "OpenCows2020", ""):
        try:
            found = load(name, folder / "root") if name else own.catalogue(str(folder / "root"))
            assert len(found) == len(found.identities) == len(found.split)
        except ReproduceError as error:
            _in_one_line(error)
            refused += 1
    if refused == 4:
        raise ReproduceError("refused as each of the sets")


def forged(content):
    """A record file whose digests fit whatever was done to it; unchanged where that cannot be."""
    try:
        plain = json.loads(content)
        keys = {}
        for key in list(plain["environments"]):
            keys[key] = short_digest(canonical(plain["environments"][key]), digits=12)
            plain["environments"][keys[key]] = plain["environments"].pop(key)
        for result in plain["results"]:
            result["environment"] = keys.get(result["environment"], result["environment"])
            groups = ("data", "seed", "version", "factors", "data_hash", "weights_hash", "machine", "backend", "dtype")
            fields = {
                name: result[name] for name in (*groups, "environment", "commit", "scores", "details", "leave_one_out")
            }
            result["digests"] = field_digests(plain["experiment"], fields)
            result["digest"] = total_digest(plain["experiment"], fields, result["digests"])
        plain["digest"] = short_digest(*(result["digest"] for result in plain["results"]), digits=16)
        return json.dumps(plain).encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return content


def _table(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _npy(array, **options):
    content = io.BytesIO()
    np.save(content, array, **options)
    return content.getvalue()


def _zipped():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/1.png", PNG)
        file.writestr("b/2.png", PNG)
    return content.getvalue()


def _tarred():
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as file:
        member = tarfile.TarInfo("a/1.png")
        member.size = len(PNG)
        file.addfile(member, io.BytesIO(PNG))
    return content.getvalue()


def _huge():
    """A PNG whose header says 50,000 x 50,000."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    start = PNG.index(b"IHDR")
    return PNG[:start] + head + struct.pack(">I", zlib.crc32(head)) + PNG[start + len(head) + 4 :]


PNG, JPEG, GIF = encoded(picture(1, 12), ".png"), encoded(picture(2, 12), ".jpg"), b"GIF89a\x02\x00\x02\x00\x80\x00\x00"
EMBEDDINGS = np.random.default_rng(0).normal(size=(6, 3))
ENTRY = Entry(
    Cell("toy.draw", 1, {"size": 4, "pause": 0.5}, "LionData", "hash", None, 0),
    {"map_at_r": 0.25, "chance": 0.1},
    {"note": "ok", "curve": [1, 2.5]},
    {"map_at_r": [0.2, 0.3]},
    {"": ["Kio", "Leo"]},
    machine="x86_64-cpu",
    environment={"cpu": "one", "flags": {}},
    commit="abc",
    seconds=1.5,
    time="2026-01-02T03:04:05Z",
)
ENTRIES = [replace(ENTRY, cell=replace(ENTRY.cell, seed=seed)) for seed in (1, 2)]
OUTCOME = Outcome(
    Spec("II.128", "It scores 49.90.", "Table II", "MAP@R %", "assumed", group="Table II"),
    "reproduced",
    "equals",
    "49.90",
    "±4.5",
    "because",
    ours=49.13,
    interval=(48.0, 50.0),
    values=(49.0, 49.26),
    lower=45.0,
    upper=54.0,
)
RUN = {"schema": 1, "time": "2026-01-02T03:04:05Z", "commit": "abc", "environment": {}, "data": {}, "measured_by": {}}

READERS = {
    "record": record,
    "record, digests forged": forged_record,
    "saved run": saved_run,
    "findings": found,
    "paper": paper,
    "settings": setting,
    "labels": labels,
    "labels as text": labels_as_text,
    "embeddings": embeddings,
    "table of animals": animals,
    "image": image,
    "archive": archive,
    "data root": tree,
}
SEEDS = {
    "record": [dumps("toy.draw", ENTRIES).encode()],
    "record, digests forged": [dumps("toy.draw", ENTRIES).encode()],
    "saved run": [json.dumps(RUN | {"claims": [OUTCOME.to_json()]}).encode()],
    "findings": [
        b'"II.128" = { says = "fails", ours = [1.5, 2], because = "so" }\n["I"]\nsays = "holds"\nours = [0, 1]'
    ],
    "paper": [
        b'["X.toy"]\nat = "X"\nfigure = "0.93"\nruns = 2\n["X"]\nat = "X"\nrows = { a = "1", b = "2" }\nshort = "s"'
    ],
    "settings": [
        b'[paper]\nstands_for = "p"\nseeds = 2\non = { a = 1 }\n[x]\nstands_for = "x"\ndiffers = ["animals"]\n'
        b'where = "w"\nfamilies = ["f"]\n[readings.r]\nof = "x"\nmove = [{ steps = 0 }]\n'
    ],
    "labels": [_table([["path", "identity", "split"], *(["p", "ab"[row % 2], "test"] for row in range(6))])],
    "labels as text": [b"a\nb\na\nb\na\nb\n"],
    "embeddings": [_npy(EMBEDDINGS), _npy(EMBEDDINGS.astype("f4")), _npy(np.array([{}, 1]), allow_pickle=True)],
    "table of animals": [_table([["path", "identity", "split"], ["a.png", "A", "train"], ["b.png", "B", "test"]])],
    "image": [PNG, JPEG, GIF, _huge(), encoded(picture(3, 8), ".bmp"), encoded(picture(4, 8), ".tiff")],
    "archive": [_zipped(), _tarred()],
    "data root": [
        b"Leo/1.png\nLeo/2.jpg\nZazu/3.PNG\nZazu/4.png\n",
        b"train/Leo/1.png\nval/Leo/2.jpg\ntrain/Zazu/3.png\nval/Mufasa/4.png",
        b"wildlife_reidentification-main/Lion_Data_Zero/train/Leo/1.png\nwildlife_reidentification-main/Lion_Data_Zero/val/B/1.png",
        b"2yizcfbkuv4352pzc32n54371r/1/001_1.jpg\n2yizcfbkuv4352pzc32n54371r/2/002_1.jpg",
        b"10m32xl88x2b61zlkkgz3fml17/identification/images/train/001/1.jpg\nimages/test/001/2.jpg",
    ],
}


def check(name, content):
    """Whether a reader "read" or "refused" the content; an error of any other kind, or of two lines, is raised."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, REPRODUCE_CACHE=f"{folder}/cache"):
        files = Path(folder, "files")
        files.mkdir()
        try:
            READERS[name](content, files)
        except ReproduceError as error:
            _in_one_line(error)
            return "refused"
    return "read"
