"""What the tests hold the metrics against: every figure beside MAP@R written out, and ties by trying every order."""

from itertools import groupby, pairwise, permutations, product

import numpy as np

from reproduce.metrics import definition


def squared_distances(embeddings, reference=None):
    """Squared distances (Q, M), difference by difference."""
    x = np.asarray(embeddings, dtype=float)
    y = x if reference is None else np.asarray(reference, dtype=float)
    return ((x[:, None, :] - y[None, :, :]) ** 2).sum(axis=2)


def scale(reference, embeddings=None):
    """max|x - mean|^2 over both sets about the reference's mean: the unit of the tie rule."""
    y = np.asarray(reference, dtype=float)
    x = y if embeddings is None else np.concatenate((np.asarray(embeddings, dtype=float), y))
    return ((x - y.mean(axis=0)) ** 2).sum(axis=1).max()


def orders(keys, relevant, tolerance):
    """Every ranking that the ties allow, each a list of True and False from the nearest on."""
    rank = sorted(range(len(keys)), key=lambda i: keys[i])
    group = [0]
    for a, b in pairwise(rank):
        group.append(group[-1] + (keys[b] - keys[a] > tolerance))
    tied = [
        [relevant[i] for _, i in part] for _, part in groupby(zip(group, rank, strict=True), key=lambda pair: pair[0])
    ]
    for parts in product(*(set(permutations(part)) for part in tied)):
        yield [hit for part in parts for hit in part]


def figures(hits):
    """AP@R, R-precision, precision at 1, AP and CMC of one ranking, by the definitions."""
    big_r = sum(hits)
    gain = [hit * sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits)]
    cmc = [float(any(hits[: k + 1])) for k in range(len(hits))]
    return np.array(
        [definition.ap_at_r(hits), sum(hits[:big_r]) / big_r, hits[0], sum(gain) / big_r, *cmc], dtype=float
    )


def per_query(distances, labels, tolerance, reference_labels=None):
    """The figures of each query that has a relevant image: {row: array}. set() above makes orders equally likely."""
    found = {}
    for q, keys in enumerate(distances):
        rivals = [j for j in range(len(keys)) if reference_labels is not None or j != q]
        names = labels if reference_labels is None else reference_labels
        relevant = [bool(names[j] == labels[q]) for j in rivals]
        if any(relevant):
            found[q] = np.mean([figures(o) for o in orders([keys[j] for j in rivals], relevant, tolerance)], axis=0)
    return found


def mean(found, labels, average):
    """The mean of the figures over queries, or over classes of the means over their queries."""
    if average == "query":
        return np.mean(list(found.values()), axis=0)
    classes = {labels[q] for q in found}
    return np.mean([np.mean([found[q] for q in found if labels[q] == c], axis=0) for c in classes], axis=0)
