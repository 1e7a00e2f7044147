"""Training the whole network beside Keras' own ``fit`` on the same batches, and what 128 and 224 px cost.

The first test interleaves A B A B in one run and holds the ratio. The second prints the README's lines, each
measured in a process of its own so that peak memory is its own; REPRODUCE_BENCH_SIZES (such as "128,224") and
REPRODUCE_BENCH_BACKBONE choose them.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
from benchmarks.alone import HEAD, measured

import reproduce

#: The bar: our throughput over that of ``fit`` with a loss that costs nothing.
BAR = 0.9
SIZE, BATCH, STEPS, ROUNDS = 96, 32, 3, 7


def _batches(count):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCH * count, SIZE, SIZE, 3)).astype("float32")
    labels = np.tile(np.repeat(np.arange(16), 2), count).astype("int32")
    return [(images[i * BATCH : (i + 1) * BATCH], labels[i * BATCH : (i + 1) * BATCH]) for i in range(count)]


def _network():
    import keras

    from reproduce.models.dcnn.backbone import build
    from reproduce.models.dcnn.layers import UnitLength

    body = build("MobileNetV2", None, SIZE)
    x = UnitLength()(keras.layers.Dense(64)(body.outputs[0]))
    return keras.Model(body.inputs[0], x)


def test_training_keeps_up_with_keras_fit(benchmark, held):
    """Images per second of triplet training are at least 0.9 of those of ``fit`` with a trivial loss."""
    import keras

    from reproduce.models.dcnn.step import compiled_step
    from reproduce.models.dcnn.training import Training
    from reproduce.models.dcnn.triplet import summary

    batches = _batches(STEPS)

    class Same(keras.utils.PyDataset):
        def __len__(self):
            return STEPS

        def __getitem__(self, index):
            return batches[index]

    ours, theirs = _network(), _network()
    optimizer = keras.optimizers.Adam(1e-3)
    step = compiled_step(ours, optimizer, summary)
    theirs.compile(keras.optimizers.Adam(1e-3), loss=lambda y, z: keras.ops.mean(z))
    data = Same()

    def train():
        Training(step, ours, optimizer, "bench").run(lambda number: batches[number], STEPS)

    def fit():
        theirs.fit(data, epochs=1, verbose=0)

    train(), fit()
    pairs = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        train()
        middle = time.perf_counter()
        fit()
        pairs.append((middle - began, time.perf_counter() - middle))
    ratio = median(theirs_took / ours_took for ours_took, theirs_took in pairs)
    benchmark.extra_info["throughput over fit"] = round(ratio, 3)
    benchmark.pedantic(train, rounds=2)
    images = STEPS * BATCH / median(took for took, _ in pairs)
    print(f"\nMobileNetV2 {SIZE} px, whole network: {images:.1f} images/s, {ratio:.3f} of Keras' fit (bar {BAR})")
    held("whole MobileNetV2, throughput / Keras' fit", ratio, at_least=BAR)


STREAMED = """
import os, sys
import numpy as np
from reproduce.models.dcnn.features import BLOCK, features
images, size, plain = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
rng = np.random.default_rng(0)

def pixels(rows):
    return rng.integers(0, 256, (len(rows), size, size, 3), dtype=np.uint8)

def of(first, last, pixels=pixels):
    keys = [f"{row:064x}" for row in range(first, last)]
    return features(keys, pixels, backbone="MobileNetV2", weights="none", size=size)

of(0, BLOCK)  # the network is built and compiled
base = reset()
if plain:
    every = pixels(range(images)).astype("float32")
    of(BLOCK, 2 * BLOCK, lambda rows: every[rows])
else:
    of(BLOCK, BLOCK + images)
print(peak() - base)
"""


def test_features_of_many_images_are_streamed(held, tmp_path, monkeypatch):
    """3,000 images of 96 px pass through MobileNetV2 with at most 128 MB beside it; as float32 they are 316 MB."""
    extra = []
    for plain in (False, True):
        monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / str(plain)))
        extra.append(float(measured(STREAMED, 3000, SIZE, plain)))
    held("MobileNetV2's features of 3,000 images, extra MB", extra[0], at_most=128, shown=extra[1])


TRAINED = """
import sys
import numpy as np, keras
from reproduce.models.dcnn.backbone import build
from reproduce.models.dcnn.layers import UnitLength
kind, size, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
body = build("MobileNetV2", None, size)
net = keras.Model(body.inputs[0], UnitLength()(keras.layers.Dense(64)(body.outputs[0])))
x = np.random.default_rng(0).integers(0, 256, (batch, size, size, 3)).astype("float32")
y = np.repeat(np.arange(batch // 2), 2).astype("int32")
net.predict_on_batch(x[:2])
base = reset()
if kind == "ours":
    from reproduce.models.dcnn.step import compiled_step
    from reproduce.models.dcnn.triplet import summary
    step = compiled_step(net, keras.optimizers.Adam(1e-3), summary)
    for _ in range(3):
        step(x, y)
else:
    net.compile(keras.optimizers.Adam(1e-3), loss=lambda y, z: keras.ops.mean(z))
    for _ in range(3):
        net.train_on_batch(x, y)
print(peak() - base)
"""


def test_training_takes_the_memory_of_keras_fit(held):
    """Triplets on a batch of 32 take at most 1.2 times the memory of ``fit`` with a trivial loss; of 128, far more."""
    ours, theirs, large = (
        float(measured(TRAINED, kind, SIZE, batch)) for kind, batch in (("ours", 32), ("fit", 32), ("ours", 128))
    )
    print(f"\nMobileNetV2 {SIZE} px, a batch of 32: {ours:.0f} MB beside the network, Keras' fit {theirs:.0f} MB")
    held("whole MobileNetV2, training's memory / Keras' fit's", ours / theirs, at_most=1.2, shown=large / theirs)


COST = """
import json, sys, time
import numpy as np, keras
from reproduce.models.dcnn.backbone import build
from reproduce.models.dcnn.layers import UnitLength
from reproduce.models.dcnn.step import compiled_step
from reproduce.models.dcnn.triplet import summary
name, size, dtype, batch = sys.argv[1], int(sys.argv[2]), sys.argv[3], 32
body = build(name, None, size, dtype=dtype)
net = keras.Model(body.inputs[0], UnitLength()(keras.layers.Dense(64, dtype="float32")(body.outputs[0])))
x = np.random.default_rng(0).integers(0, 256, (batch, size, size, 3)).astype("float32")
y = np.repeat(np.arange(16), 2).astype("int32")
def rate(call, times):
    float(np.asarray(keras.ops.convert_to_numpy(call())).ravel()[0])
    took = []
    for _ in range(times):
        began = time.perf_counter()
        float(np.asarray(keras.ops.convert_to_numpy(call())).ravel()[0])
        took.append(time.perf_counter() - began)
    return batch / sorted(took)[len(took) // 2]
forward = rate(lambda: net.predict_on_batch(x), 3)
step = compiled_step(net, keras.optimizers.Adam(1e-3), summary)
train = rate(lambda: step(x, y)["loss"], 3)
top = peak()
device = "cpu"
if keras.backend.backend() == "torch":
    import torch
    if torch.cuda.is_available():
        device, top = torch.cuda.get_device_name(), torch.cuda.max_memory_allocated() / 2**20
elif keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    if tf.config.list_physical_devices("GPU"):
        device, top = "gpu", tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**20
print(json.dumps([device, forward, train, top]))
"""


def test_what_each_size_and_dtype_costs():
    """Prints images per second, forward and in training, and peak memory, for each size and dtype."""
    name = os.environ.get("REPRODUCE_BENCH_BACKBONE", "MobileNetV2")
    sizes = os.environ.get("REPRODUCE_BENCH_SIZES", "128").split(",")
    root = str(Path(reproduce.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    print(f"\n| {name}, batch 32 | device | forward, images/s | training, images/s | peak MB |\n|---|---|---|---|---|")
    for size in sizes:
        for dtype in ("float32", "bfloat16"):
            command = [sys.executable, "-c", HEAD + COST, name, size, dtype]
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-2000:]
            device, forward, train, peak = json.loads(done.stdout.splitlines()[-1])
            print(f"| {size} px {dtype} | {device} | {forward:.1f} | {train:.1f} | {peak:.0f} |")
            assert min(forward, train, peak) > 0
