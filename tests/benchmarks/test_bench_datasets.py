"""The second load of a set's images is at memory speed: against NumPy reading the same bytes, and against decoding."""

import statistics
import time

import cv2
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from reproduce.datasets import Catalogue, images, raw_image

COUNT, ROUNDS = 2000, 15


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """Two thousand JPEGs of 130 pixels, the lions' size, in a catalogue made by hand with their digests."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    coarse = np.random.default_rng(0).integers(0, 256, (COUNT, 6, 6, 3), dtype=np.uint8)
    paths = [str(tmp_path / f"{row}.jpg") for row in range(COUNT)]
    for path, pixels in zip(paths, coarse, strict=True):
        cv2.imwrite(path, cv2.resize(pixels, (130, 130)))
    names = np.array(paths)
    return Catalogue("bench", names, names, np.full(COUNT, "train"), digests=names)


def seconds(work):
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def test_the_second_load_is_at_memory_speed(benchmark, held, catalogue, tmp_path):
    """Reading 131 MB of kept pixels costs at most twice what NumPy takes for a plain array file of the same bytes."""
    size, mode = (148, 148), "colour"
    plain = tmp_path / "plain.npy"
    np.save(plain, images(catalogue, size, mode))

    def kept():
        return np.array(images(catalogue, size, mode))

    def loaded():
        return np.load(plain)

    with threadpool_limits(1):
        assert np.array_equal(kept(), loaded())
        pairs = [(seconds(kept), seconds(loaded)) for _ in range(ROUNDS)]
        decoding = seconds(lambda: [raw_image(path) for path in catalogue.paths[:200]]) * COUNT / 200
        benchmark.pedantic(kept, rounds=5)
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    faster = decoding / statistics.median(ours for ours, _ in pairs)
    benchmark.extra_info |= {"ratio to np.load": round(ratio, 2), "times faster than decoding": round(faster, 1)}
    print(f"\nsecond load: {ratio:.2f} x np.load of the same bytes, {faster:.0f} times faster than decoding")
    held("second load / np.load of the same bytes", ratio, at_most=2)
    held("second load, times faster than decoding", faster, at_least=5)
