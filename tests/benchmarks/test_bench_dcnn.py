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
from benchmarks.alone import HEAD

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
