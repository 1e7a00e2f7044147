"""The wide model's memory and time: 361,000 pairs x 192 against the plain float32 matrix, and up to 50 million pairs.

Each measurement is a process of its own on one thread, so that its peak is the whole process's; ours and the plain
matrix take turns.
"""

import json
import statistics

import pytest
from benchmarks.alone import measured

IMAGES, WIDTH = 850, 192  # 360,825 pairs

PROGRAM = """
import json, sys, time
import numpy as np
import lightgbm
from threadpoolctl import threadpool_limits
from sklearn.metrics import roc_auc_score
from reproduce.models.wide.pairs import encode
from reproduce.models.wide.classifier import PairClassifier

kind, images, width, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
random = np.random.default_rng(0)
animals = max(10, images // 10)
centres = random.normal(size=(animals + 20, width))


def herd(labels):
    return (0.3 * centres[labels] + random.normal(size=(len(labels), width))).astype(np.float32)


labels, unseen = np.arange(images) % animals, animals + np.arange(200) % 20
X, fresh = herd(labels), herd(unseen)

with threadpool_limits(1):
    # Everything is imported and LightGBM's own start-up paid before the base is taken.
    lightgbm.train({"verbosity": -1, "num_threads": 1}, lightgbm.Dataset(random.random((99, 2)), np.arange(99) % 2), 2)
    base, start = reset(), time.perf_counter()
    if kind == "held":  # the plain matrix alone, without LightGBM's copy
        i, j = np.triu_indices(images, 1)
        matrix = np.empty((len(i), width), np.float32)
        for at in range(0, len(i), 100_000):
            part = slice(at, at + 100_000)
            matrix[part] = encode(X[i[part]], X[j[part]], "difference")
        print(json.dumps({"pairs": len(i), "peak": peak()}))
        raise SystemExit
    if kind == "ours":
        model = PairClassifier("difference", max_pairs=most).fit(X, labels)
        predict, pairs = model.booster_.predict, model.pairs_
    else:
        i, j = np.triu_indices(images, 1)
        matrix = encode(X[i], X[j], "difference")
        settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "deterministic": True,
                    "force_row_wise": True}
        data = lightgbm.Dataset(matrix, label=labels[i] == labels[j], params=settings)
        predict, pairs = lightgbm.train(settings, data, 100).predict, len(matrix)
    seconds, extra = time.perf_counter() - start, peak() - base
    i, j = np.triu_indices(len(unseen), 1)
    auc = roc_auc_score(unseen[i] == unseen[j], predict(encode(fresh[i], fresh[j], "difference"), num_threads=1))
    scoring = None
    if most is not None:
        start = time.perf_counter()
        model.distances(X)
        scoring = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "extra": extra, "auc": auc, "pairs": pairs, "scoring": scoring,
                  "peak": peak()}))
"""


def trained(kind, images, width=WIDTH, most=None):
    """One process: seconds and extra MB of training, AUC on unseen animals, and the peak of the whole process."""
    return json.loads(measured(PROGRAM, kind, images, width, json.dumps(most)))


def test_every_pair_without_holding_them(benchmark, held):
    """At most 256 MB beyond the process, 1.1 times the plain matrix's time, the same AUC to 0.005."""
    rounds = []

    def turn():
        rounds.append((trained("ours", IMAGES), trained("plain", IMAGES)))

    benchmark.pedantic(turn, rounds=3, iterations=1)
    ratio = statistics.median(ours["seconds"] / plain["seconds"] for ours, plain in rounds)
    extra, plain_extra = (max(pair[at]["extra"] for pair in rounds) for at in (0, 1))
    gap = abs(rounds[0][0]["auc"] - rounds[0][1]["auc"])
    benchmark.extra_info.update(ratio=ratio, extra_mb=extra, plain_extra_mb=plain_extra, auc_gap=gap)
    print(
        f"\n{rounds[0][0]['pairs']:,} pairs x {WIDTH}: {extra:.0f} MB extra (plain matrix {plain_extra:.0f}), "
        f"{ratio:.2f} times its time, AUC {rounds[0][0]['auc']:.4f} against {rounds[0][1]['auc']:.4f}"
    )
    held("LightGBM streamed, extra MB", extra, at_most=256, shown=plain_extra)
    held("LightGBM streamed, time / the plain matrix's", ratio, at_most=1.1)
    held("LightGBM streamed, AUC apart from the plain matrix's", gap, at_most=0.005)


@pytest.mark.parametrize("most", [500_000])
def test_fifty_million_pairs_within_four_gigabytes(benchmark, held, most):
    """The cost curve of training on a weighted sample and scoring every pair, up to 10,000 images."""
    curve = {}

    def climb():
        for images in (1000, 3000, 10_000):
            curve[images] = trained("ours", images, most=most)

    benchmark.pedantic(climb, rounds=1, iterations=1)
    print(
        f"\n{'images':>8} {'pairs':>12} {'trained on':>11} {'train s':>8} {'score all s':>12} {'peak MB':>8} {'AUC':>6}"
    )
    for images, cost in curve.items():
        print(
            f"{images:>8,} {images * (images - 1) // 2:>12,} {cost['pairs']:>11,} {cost['seconds']:>8.1f} "
            f"{cost['scoring']:>12.1f} {cost['peak']:>8.0f} {cost['auc']:>6.3f}"
        )
    benchmark.extra_info["peak_mb"] = {images: cost["peak"] for images, cost in curve.items()}
    assert curve[10_000]["pairs"] == most
    # The plain matrix passes the target at a third of the images; all of theirs would be 38 GB.
    plain = trained("held", 3400)["peak"]
    held("10,000 images' pairs, peak MB", curve[10_000]["peak"], at_most=4096, shown=plain)
