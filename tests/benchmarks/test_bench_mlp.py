"""An epoch of the MLP beside torch's and scikit-learn's, one thread, interleaved; and what width and images cost."""

import time
import warnings
from statistics import median

import numpy as np
import pytest
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as ScikitMLP
from threadpoolctl import threadpool_limits

from reproduce.models import MLPClassifier

ROUNDS, EPOCHS = 15, 3
CLASSES = 80


@pytest.fixture(autouse=True)
def one_thread():
    """Everyone computes on one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(limits=1):
        yield
    torch.set_num_threads(before)


def data(images, dtype, inputs=4096):
    """Random images and labels of every class."""
    rng = np.random.default_rng(0)
    return rng.random((images, inputs)).astype(dtype), np.arange(images) % CLASSES


def ours(X, y, width=64):
    """A fit of our classifier for some epochs, input checks included."""
    model = MLPClassifier(
        (width,), batch_size=32, dtype=X.dtype.name, max_epochs=EPOCHS, early_stopping=False, random_state=0
    )
    return lambda: model.fit(X, y)


def scikit(X, y):
    """A fit of scikit-learn's classifier for as many epochs, input checks included."""
    model = ScikitMLP((64,), batch_size=32, max_iter=EPOCHS, n_iter_no_change=EPOCHS, tol=0, random_state=0)

    def epochs():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        assert model.n_iter_ == EPOCHS

    return epochs


def torch_loop(X, y):
    """As many epochs of the plain torch loop, with torch.optim.Adam as it comes."""
    model = torch.nn.Sequential(torch.nn.Linear(4096, 64), torch.nn.ReLU(), torch.nn.Linear(64, CLASSES))
    optimiser, loss = torch.optim.Adam(model.parameters()), torch.nn.CrossEntropyLoss()
    images, labels = torch.from_numpy(X), torch.from_numpy(y)

    def epochs():
        for _ in range(EPOCHS):
            for batch in torch.randperm(len(images)).split(32):
                optimiser.zero_grad()
                loss(model(images[batch]), labels[batch]).backward()
                optimiser.step()

    return epochs


def interleaved(**contenders):
    """Milliseconds of each, taken in turn, A B C A B C; of CPU time, so that other processes do not count."""
    times = {name: [] for name in contenders}
    for epoch in contenders.values():
        epoch()
    for _ in range(ROUNDS):
        for name, epoch in contenders.items():
            start = time.process_time()
            epoch()
            times[name].append(1e3 * (time.process_time() - start) / EPOCHS)
    return times


def ratio(times, of, to):
    """The median of the ratios of neighbours in time: what slows the machine slows both."""
    return median(a / b for a, b in zip(times[of], times[to], strict=True))


def report(benchmark, held, times, bars):
    """Print medians and ratios, keep them beside the benchmark, and hold them to their bars."""
    print("\n4096-64-80, 800 images, batch 32, ms per epoch:", {k: round(median(v), 1) for k, v in times.items()})
    found = {f"{of}/{to}": round(ratio(times, of, to), 3) for of, to in bars}
    benchmark.extra_info.update(found)
    for (of, to), bar in bars.items():
        held(f"MLP epoch, {of}, time / {to}'s", found[f"{of}/{to}"], at_most=bar)


def test_float32_epoch(benchmark, held):
    """An epoch in float32 takes at most 0.75 of torch's and 0.45 of scikit-learn's."""
    X, y = data(800, "float32")
    epoch = ours(X, y)
    times = interleaved(ours=epoch, torch=torch_loop(X, y), scikit=scikit(X, y))
    benchmark.pedantic(epoch, rounds=10, warmup_rounds=1)
    report(benchmark, held, times, {("ours", "torch"): 0.75, ("ours", "scikit"): 0.45})


def test_float64_epoch(benchmark, held):
    """An epoch in float64 takes at most 0.65 of scikit-learn's."""
    X, y = data(800, "float64")
    epoch = ours(X, y)
    times = interleaved(ours=epoch, scikit=scikit(X, y))
    benchmark.pedantic(epoch, rounds=10, warmup_rounds=1)
    report(benchmark, held, times, {("ours", "scikit"): 0.65})


def test_cost_curve(benchmark, held):
    """The cost of an epoch over width and images is printed; twice the images never cost three times as much."""
    table = {}
    for width in (16, 64, 256, 1024):
        for images in (200, 400, 800, 1600):
            epoch = ours(*data(images, "float32"), width)
            table[width, images] = min(milliseconds(epoch) for _ in range(5))
    print("\nms per epoch in float32, 4096 inputs, 80 classes, batch 32")
    print("units \\ images" + "".join(f"{images:>9}" for images in (200, 400, 800, 1600)))
    for width in (16, 64, 256, 1024):
        print(f"{width:>14}" + "".join(f"{table[width, images]:9.1f}" for images in (200, 400, 800, 1600)))
    benchmark.extra_info["ms"] = {f"{width} units, {images} images": ms for (width, images), ms in table.items()}
    benchmark.pedantic(ours(*data(800, "float32"), 16), rounds=5, warmup_rounds=1)
    for width in (64, 256):
        held(f"MLP of {width}, 1600 images / 800", table[width, 1600] / table[width, 800], at_most=3)


def milliseconds(epoch):
    """CPU milliseconds of one epoch."""
    start = time.process_time()
    epoch()
    return 1e3 * (time.process_time() - start) / EPOCHS
