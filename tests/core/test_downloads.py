"""Files from a local host: resumed, verified, unpacked safely; every fault one line and nothing half-written."""

import errno
import hashlib
import io
import shutil
import tarfile
import zipfile

import pytest
from hosts import hosting

from reproduce import archives, downloads
from reproduce.archives import ArchiveError, unpack
from reproduce.downloads import DownloadError, get

CONTENT = bytes(range(256)) * 5000


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    """A cache of its own, no proxy, and small pieces."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(downloads, "CHUNK", 2**16)
    for scheme in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme.upper()}_PROXY", raising=False)


def left(folder):
    """What a download left in its folder, but for locks."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_a_download_cut_at_half_goes_on(tmp_path):
    """The line drops at half, once: the rest alone is asked for, and the file is whole."""
    with hosting(**{"a.zip": CONTENT}) as host:
        host.cut["/a.zip"] = len(CONTENT) // 2
        path = get(f"{host.address}/a.zip", tmp_path / "files" / "a.zip", f"md5:{hashlib.md5(CONTENT).hexdigest()}")
        assert [ranged for _, ranged in host.asked] == ["", f"bytes={len(CONTENT) // 2}-"]
    assert path.read_bytes() == CONTENT
    assert left(path.parent) == ["a.zip"]


def test_a_download_given_up_goes_on_at_the_next_command(tmp_path, monkeypatch):
    """What is here is said and kept hidden; a file that changed meanwhile is begun again, never spliced."""
    monkeypatch.setattr(downloads, "ATTEMPTS", 1)
    target = tmp_path / "files" / "a.zip"
    with hosting(**{"a.zip": CONTENT}) as host:
        host.cut["/a.zip"] = 300_000
        with pytest.raises(DownloadError, match=r"300,000 bytes are here, and the same command goes on from there"):
            get(f"{host.address}/a.zip", target)
        assert not target.exists()
        host.files["/a.zip"] = CONTENT[::-1]
        assert get(f"{host.address}/a.zip", target).read_bytes() == CONTENT[::-1]
        assert get(f"{host.address}/a.zip", target).read_bytes() == CONTENT[::-1]
        assert len(host.asked) == 2


def test_a_wrong_digest_is_refused(tmp_path):
    """The publisher's where it is known, else that of the first download."""
    with hosting(**{"a.zip": CONTENT}) as host:
        address = f"{host.address}/a.zip"
        with pytest.raises(DownloadError, match=r"1,280,000 bytes with the md5 .*, which is not its publisher's"):
            get(address, tmp_path / "files" / "a.zip", "md5:0123")
        assert left(tmp_path / "files") == []
        get(address, tmp_path / "files" / "a.zip").unlink()
        host.files["/a.zip"] = b"other"
        with pytest.raises(DownloadError, match="not that of its first download"):
            get(address, tmp_path / "files" / "a.zip")
        assert left(tmp_path / "files") == []


def test_what_was_moved_says_so(tmp_path):
    """404 is one line."""
    with (
        hosting() as host,
        pytest.raises(DownloadError, match="HTTP 404 Not Found: it was moved or taken away") as caught,
    ):
        get(f"{host.address}/a.zip", tmp_path / "a.zip")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_full_disk_is_one_line(tmp_path, monkeypatch, when):
    """Looked for before a byte is written; where it fills up meanwhile what was written goes."""
    if when == "before":
        monkeypatch.setattr(downloads.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    else:

        def full(answer):
            yield b"x" * 10
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(downloads, "_chunks", full)
    with (
        hosting(**{"a.zip": CONTENT}) as host,
        pytest.raises(DownloadError, match=r"the disk of .* is full; make room"),
    ):
        get(f"{host.address}/a.zip", tmp_path / "files" / "a.zip")
    assert left(tmp_path / "files") == []


def packed(kind, names, content=b"x"):
    """An archive of files of these names."""
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, content)
    else:
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            for name in names:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize(
    "name", ["../outside.png", "/tmp/outside.png", "a/../../outside.png", "a\\..\\..\\outside.png"]
)
def test_nothing_leaves_the_folder(tmp_path, kind, name):
    """An archive with ../ or a path of its own is refused before anything is written."""
    archive = tmp_path / f"a.{kind}"
    archive.write_bytes(packed(kind, ["good.png", name]))
    with pytest.raises(ArchiveError, match="would write outside its folder"):
        unpack(archive, tmp_path / "deep" / "er")
    assert not list(tmp_path.rglob("*.png"))


def test_the_folder_itself_is_no_harm(tmp_path):
    """``tar cf a.tar .`` begins with "./": nothing is written outside by it."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.png").write_bytes(b"an image")
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(tmp_path / "in", ".")
    unpack(tmp_path / "a.tar", tmp_path / "out")
    assert (tmp_path / "out" / "1.png").read_bytes() == b"an image"


def test_a_member_without_a_name_is_one_line(tmp_path):
    """Found by fuzzing: nothing says where it would go."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("/", b"")
        archive.filelist[0].filename = ""
    with pytest.raises(ArchiveError):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_a_link_is_refused(tmp_path):
    """In a tar, and in a zip by its mode."""
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        one = zipfile.ZipInfo("link")
        one.external_attr = 0o120777 << 16
        archive.writestr(one, "/etc")
    for name in ("a.tar", "a.zip"):
        with pytest.raises(ArchiveError, match=r"holds a link \('link'\)"):
            unpack(tmp_path / name, tmp_path / "out")


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    """What would become fifty times its size is not unpacked."""
    monkeypatch.setattr(archives, "SMALL", 1000)
    (tmp_path / "a.zip").write_bytes(packed("zip", ["a.png"], b"\0" * 10**6))
    with pytest.raises(ArchiveError, match=r"would become 1,000,000; nothing was unpacked"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("kept", [0, 40])
def test_half_an_archive_is_one_line(tmp_path, kind, kept):
    """Empty, or cut off."""
    archive = tmp_path / f"a.{kind}"
    archive.write_bytes(packed(kind, ["a.png"], bytes(range(200)))[:kept])
    with pytest.raises(ArchiveError, match="is no whole archive"):
        unpack(archive, tmp_path / "out")


def test_no_room_to_unpack_is_one_line(tmp_path, monkeypatch):
    """Said before anything is written."""
    (tmp_path / "a.zip").write_bytes(packed("zip", ["a.png"], b"x" * 100))
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(ArchiveError, match=r"needs 100 bytes and the disk of .* has 1; make room"):
        unpack(tmp_path / "a.zip", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
