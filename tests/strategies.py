"""Inputs that hypothesis draws, shared by the rooms."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st


def examples(count, **others):
    """Settings for a law that takes ``count`` examples where others take 100; the profile says how many that is."""
    return settings(max_examples=max(10, count * settings.default.max_examples // 100), **others)


@st.composite
def embeddings_with_labels(draw, max_rows=7):
    """(N, D) embeddings and (N,) integer labels: coarse values, so that rows repeat and distances tie; lone classes."""
    rows, depth = draw(st.integers(2, max_rows)), draw(st.integers(1, 3))
    grid = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.25, 0.1])
    smooth = st.floats(-3, 3, width=16)
    values = draw(st.lists(st.one_of(grid, smooth), min_size=rows * depth, max_size=rows * depth))
    labels = draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows))
    labels[1] = labels[0]  # at least one class is no loner
    return np.array(values).reshape(rows, depth), np.array(labels)


def float_arrays(shape, low=-10.0, high=10.0):
    """A float64 array of the given shape with values in [low, high], many of them zero or whole."""
    size = int(np.prod(shape))
    value = st.one_of(st.sampled_from([0.0, 1.0, -1.0]), st.floats(low, high, allow_subnormal=False))
    return st.lists(value, min_size=size, max_size=size).map(lambda values: np.array(values).reshape(shape))


@st.composite
def logits_with_labels(draw, low=-30.0, high=30.0):
    """(N, K) float64 logits and (N,) integer labels below K."""
    rows, classes = draw(st.integers(1, 5)), draw(st.integers(2, 5))
    z = draw(float_arrays((rows, classes), low, high))
    labels = draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows))
    return z, np.array(labels)
