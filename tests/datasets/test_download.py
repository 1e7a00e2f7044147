"""Downloads: from a local server, whole or not at all, never unasked but for LionData, and offline at once."""

import contextlib
import functools
import http.server
import socket
import threading
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from wildlife_datasets import datasets as wild

from reproduce import downloads
from reproduce.datasets import available, download, images, load, places, wildlife
from reproduce.errors import DataMissingError


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    """Failures of one test are not recalled in the next, and no proxy of this machine's is asked."""
    monkeypatch.setattr(download, "_failed", {})
    for scheme in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme.upper()}_PROXY", raising=False)


def point_at(monkeypatch, url):
    """Let LionData come from this address, for wildlife-datasets and for the probe."""
    monkeypatch.setattr(wild.LionData, "url", url)
    entry = wildlife.classes()["LionData"]
    changed = type(entry)(entry.name, "url", (url,), entry.images, entry.animals, entry.megabytes, entry.licence)
    monkeypatch.setitem(wildlife.classes(), "LionData", changed)


@contextlib.contextmanager
def serving(folder):
    """A web server for the folder, on this machine."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def closed_port():
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_lions_are_fetched_unasked_and_found_the_next_time(lion_archive, monkeypatch):
    """A load without data downloads, unpacks and reads; afterwards the server is not needed."""
    with serving(lion_archive.parent) as address:
        point_at(monkeypatch, f"{address}/main.zip")
        assert not available("LionData")
        first = load("LionData")
    assert (len(first.train), len(first.test)) == (6, 4)
    assert set(first.identities[first.test]) == {"Kito", "Leo"}
    assert available("LionData", pixels=True)
    assert load("LionData").content_hash == first.content_hash


def test_an_archive_on_this_machine_will_do(lion_archive, monkeypatch):
    """A file address needs no network and no probe."""
    point_at(monkeypatch, lion_archive.as_uri())
    assert len(load("LionData")) == 10


@pytest.mark.parametrize("kept", [0, 300, -40], ids=["empty", "first part", "all but the end"])
def test_half_a_download_is_an_error_and_never_counts_as_the_set(lion_archive, monkeypatch, kept):
    """A cut-off archive leaves nothing behind, and the next, whole one is taken."""
    whole = lion_archive.read_bytes()
    lion_archive.write_bytes(whole[:kept])
    point_at(monkeypatch, lion_archive.as_uri())
    with pytest.raises(DataMissingError, match=r"LionData.*the download failed.*reproduce datasets --get LionData"):
        load("LionData", download=True)
    assert not available("LionData")
    assert not list(places.download_folder("LionData").parent.glob("*LionData*partial*"))
    lion_archive.write_bytes(whole)
    assert len(load("LionData", download=True)) == 10


def test_what_a_killed_download_left_is_not_the_set(nowhere, lion_archive, monkeypatch):
    """Power lost between unpacking and naming: the leftover is ignored, then removed by the next download."""
    left = places.download_folder("LionData").with_name(".LionData.partial") / "a" / "b" / "train" / "Ayo"
    left.mkdir(parents=True)
    (left / "half.png").write_bytes(b"\xff\xd8")
    assert not available("LionData")
    point_at(monkeypatch, lion_archive.as_uri())
    assert len(load("LionData")) == 10
    assert not left.exists()


def test_an_interrupt_leaves_nothing_that_counts(lion_archive, monkeypatch):
    """Ctrl-C while unpacking goes through, and the set is still missing."""

    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(wild.LionData, "_extract", interrupted)
    point_at(monkeypatch, lion_archive.as_uri())
    with pytest.raises(KeyboardInterrupt):
        load("LionData")
    assert not available("LionData")


def test_an_archive_of_something_else_is_an_error(nowhere, lion_archive, monkeypatch):
    """An archive without LionData's folders is not whole, whatever it is called."""
    monkeypatch.setattr(wild.LionData, "rmtree", "wildlife_reidentification-main/Lion_Data_Zero")
    monkeypatch.setattr(wild.LionData, "create_catalogue", lambda self: 1 / 0)
    point_at(monkeypatch, lion_archive.as_uri())
    with pytest.raises(DataMissingError, match="what was downloaded is not whole"):
        load("LionData")
    assert not available("LionData")


def test_offline_is_one_error_at_once(nowhere, monkeypatch):
    """Nothing listens: the error names the set, where it was sought and the command, without a time-out."""
    point_at(monkeypatch, f"http://127.0.0.1:{closed_port()}/main.zip")
    monkeypatch.setattr(downloads, "PROBE", 60)  # so that a time-out would be told from a busy machine
    began = time.monotonic()
    with pytest.raises(DataMissingError) as raised:
        load("LionData")
    assert time.monotonic() - began < 30
    message = str(raised.value)
    assert "\n" not in message
    assert "offline" in message
    assert str(places.download_folder("LionData")) in message
    assert "reproduce datasets --get LionData" in message


def test_a_host_that_swallows_packets_costs_two_seconds_once(nowhere, monkeypatch):
    """A probe that hangs is left behind after two seconds, and a second load does not ask again."""
    asked = []

    def swallow(address, **_):
        asked.append(address)
        time.sleep(60)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", swallow)
    point_at(monkeypatch, "https://example.invalid/main.zip")
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(DataMissingError, match="offline"):
            load("LionData")
    assert downloads.PROBE == 2
    assert 2 <= time.monotonic() - began < 30  # a busy machine takes its time; the probe itself hangs for 60 s
    assert len(asked) == 1


def test_the_probe_asks_the_proxy_where_there_is_one(monkeypatch):
    """Behind a proxy the host itself need not answer."""
    with serving(".") as address:
        monkeypatch.setenv("https_proxy", address)
        assert download.reachable("https://example.invalid/main.zip")
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{closed_port()}")
    assert not download.reachable("https://example.invalid/main.zip")


@pytest.mark.parametrize("name", ["OpenCows2020", "OpenCows2020-thinned", "NyalaData", "SealID"])
def test_nothing_but_the_lions_is_fetched_unasked(nowhere, monkeypatch, name):
    """Another set that is missing is an error, and no connection is tried."""
    monkeypatch.setattr(download, "reachable", lambda url: pytest.fail(f"asked for {url}"))
    with pytest.raises(DataMissingError, match=r"images of .* are missing"):
        load(name)


@pytest.mark.parametrize("name, hint", [("SealID", "cannot download"), ("SeaTurtleID2022", "kaggle command")])
def test_a_set_that_must_be_fetched_by_hand_says_so(nowhere, monkeypatch, name, hint):
    """Asked for, a set that wildlife-datasets cannot download names what is in the way."""
    monkeypatch.setattr(download.shutil, "which", lambda _: None)
    with pytest.raises(DataMissingError, match=hint):
        load(name, download=True)


def test_the_folder_the_caller_names_is_the_only_place(lions, nowhere):
    """With a root nothing else is searched or fetched; root may be the set's folder or the one above it."""
    assert load("LionData", root=lions).content_hash == load("LionData", root=lions.parent).content_hash
    empty = nowhere / "empty"
    empty.mkdir()
    for root in (empty, nowhere / "absent"):
        with pytest.raises(DataMissingError, match=root.name):
            load("LionData", root=root)


def test_a_set_without_files_is_written_out_as_images(nowhere, monkeypatch):
    """What wildlife-datasets keeps in a Hugging Face cache becomes a folder of images, found the next time."""

    def table(self):
        rows = {"image_id": range(12), "identity": [f"hen {row // 3}" for row in range(12)], "path": np.nan}
        return self.finalize_catalogue(pd.DataFrame(rows))

    monkeypatch.setattr(download, "reachable", lambda url: True)
    monkeypatch.setattr(wild.Chicks4FreeID, "get_data", classmethod(lambda cls, root: None))
    monkeypatch.setattr(wild.Chicks4FreeID, "create_catalogue", table)
    monkeypatch.setattr(wild.Chicks4FreeID, "get_image", lambda self, row: Image.new("RGB", (8, 8), (20 * row, 0, 0)))
    hens = load("Chicks4FreeID", download=True)
    assert sorted(set(hens.identities)) == ["hen 0", "hen 1", "hen 2", "hen 3"]
    red = images(hens, (8, 8), "colour")[:, 0, 0, 0]
    assert sorted(red.tolist()) == [20 * row for row in range(12)]
    monkeypatch.setattr(wild.Chicks4FreeID, "create_catalogue", lambda self: pytest.fail("asked again"))
    assert load("Chicks4FreeID").content_hash == hens.content_hash
