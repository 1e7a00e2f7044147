"""The wide model: LightGBM decides, from two image vectors, whether they show one animal (sections II-B.3, III-C).

Trained on every pair of training images, which are never held at once: LightGBM reads them through
`lightgbm.Sequence`, block by block, and keeps one byte per pair and feature. Hyper-parameters are LightGBM's defaults;
only ``bin_construct_sample_cnt`` is 20,000 instead of 200,000, which changes where the bins lie and saves the memory
of the sample.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from reproduce.determinism import integer_seed
from reproduce.errors import InvalidInputError
from reproduce.models.wide.pairs import ENCODINGS, SYMMETRIC, PairSet, blocks, encode, pair_rows, sample_pairs

__all__ = ["PairClassifier"]

#: The paper trains with default hyper-parameters; these only make it repeatable and lean.
REPEATABLE = {
    "objective": "binary",
    "deterministic": True,
    "force_row_wise": True,
    "bin_construct_sample_cnt": 20_000,
    "verbosity": -1,
}


class PairClassifier:
    """P(same animal) for pairs of image vectors; scikit-learn's manners, but X are images and the pairs are made here.

    ``encoding``: "difference-product" (|a-b|, a*b), "difference" (|a-b|) or "concatenation" (a, b: its answer
    depends on the order of the two). ``max_pairs``: where there are more pairs than this, train on a weighted sample
    (see `reproduce.models.pairs.sample_pairs`); None trains on all. ``parameters`` go to LightGBM over its defaults,
    ``rounds`` trees are grown. ``n_jobs`` threads; ``block`` pairs are encoded at a time. ``ordered`` trains on (j, i)
    too, ``self_pairs`` on every image beside itself: other readings of "every pair".

    Learned: ``booster_``, ``pairs_`` (pairs trained on, by LightGBM's own count), ``same_pairs_`` (of one animal).
    """

    def __init__(
        self,
        encoding: str = "difference-product",
        max_pairs: int | None = None,
        rounds: int = 100,
        random_state: int = 0,
        n_jobs: int = 1,
        block: int = 8192,
        parameters: Mapping[str, Any] | None = None,
        ordered: bool = False,
        self_pairs: bool = False,
    ) -> None:
        self.encoding = encoding
        self.max_pairs = max_pairs
        self.rounds = rounds
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.block = block
        self.parameters = parameters
        self.ordered = ordered
        self.self_pairs = self_pairs

    def fit(self, X: ArrayLike, y: ArrayLike) -> "PairClassifier":
        """Train on the pairs of X (N, D) float vectors, kept as float32, with animals y (N,) of any kind."""
        import lightgbm

        vectors, labels = _vectors(X), np.asarray(y)
        if labels.shape != (len(vectors),):
            raise InvalidInputError(f"PairClassifier: {len(vectors)} vectors but labels of shape {labels.shape}")
        if self.encoding not in ENCODINGS:
            raise InvalidInputError(f"no encoding {self.encoding!r}: there are {', '.join(ENCODINGS)}")
        codes = np.unique(labels, return_inverse=True)[1]
        total = len(codes) * (len(codes) - 1) // 2
        chosen, weights = None, None
        if self.max_pairs is not None and total > self.max_pairs:
            if self.ordered or self.self_pairs:
                raise InvalidInputError("PairClassifier: max_pairs samples unordered pairs without self-pairs only")
            chosen, weights = sample_pairs(codes, self.max_pairs, self.random_state)
        pairs = PairSet(len(codes), self.ordered, self.self_pairs, chosen)
        same = _same(codes, pairs, self.block)
        self.same_pairs_ = int(same.sum())
        if not 0 < self.same_pairs_ < len(same):
            raise InvalidInputError(
                f"PairClassifier: {self.same_pairs_} of {len(same)} pairs show one animal: nothing to tell apart"
            )
        settings = {
            **REPEATABLE,
            "num_threads": self.n_jobs,
            "seed": integer_seed(self.random_state, "lightgbm"),
            **(self.parameters or {}),
        }
        _hush()
        data = lightgbm.Dataset(
            _sequence(vectors, self.encoding, pairs, self.block),
            label=same,
            weight=weights,
            params=settings,
            free_raw_data=True,
        )
        self.booster_ = lightgbm.train(settings, data, num_boost_round=self.rounds)
        self.pairs_ = data.num_data()
        self.booster_.free_dataset()
        self.n_features_in_ = vectors.shape[1]
        return self

    def probability(self, a: ArrayLike, b: ArrayLike) -> np.ndarray:
        """Return P(same animal) of the row pairs of a and b, (n, D) each: (n,) float64."""
        first, second = _vectors(a), _vectors(b)
        if first.shape != second.shape or first.shape[1] != self.n_features_in_:
            raise InvalidInputError(
                f"probability: {first.shape} and {second.shape} are not two arrays (n, {self.n_features_in_})"
            )
        answer = np.empty(len(first))
        for start in range(0, len(first), self.block):
            part = slice(start, start + self.block)
            answer[part] = self._predict(encode(first[part], second[part], self.encoding))
        return answer

    def pair_blocks(
        self, X: ArrayLike, trees: int | None = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield (i, j, P(same animal)) of every pair i < j of X, a block at a time: bounded memory for any N.

        ``trees``: by the first so many alone.
        """
        vectors = _vectors(X)
        for numbers in blocks(len(vectors), self.block):
            i, j = pair_rows(numbers, len(vectors))
            yield i, j, self._predict(encode(vectors[i], vectors[j], self.encoding), trees)

    def pair_probabilities(self, X: ArrayLike, trees: int | None = None) -> np.ndarray:
        """Return P(same animal) of every pair i < j of X, (N (N-1) / 2,) float64, in SciPy's condensed order."""
        vectors = _vectors(X)
        return np.concatenate([np.zeros(0), *(p for _, _, p in self.pair_blocks(vectors, trees))])

    def distances(self, X: ArrayLike) -> np.ndarray:
        """Return 1 - P(same animal), (N, N) float64, zero on the diagonal: what MAP@R ranks by."""
        vectors = _vectors(X)
        matrix = np.zeros((len(vectors), len(vectors)))
        for i, j, p in self.pair_blocks(vectors):
            matrix[i, j] = matrix[j, i] = 1 - p
        return matrix

    def asymmetry(self, X: ArrayLike) -> float:
        """Return the mean |p(a, b) - p(b, a)| over the pairs of X: exactly zero for the symmetric encodings."""
        vectors = _vectors(X)
        if self.encoding in SYMMETRIC:
            return 0.0
        total, pairs = 0.0, 0
        for i, j, p in self.pair_blocks(vectors):
            total += float(np.abs(p - self._predict(encode(vectors[j], vectors[i], self.encoding))).sum())
            pairs += len(p)
        return total / max(pairs, 1)

    def _predict(self, features: np.ndarray, trees: int | None = None) -> np.ndarray:
        return np.asarray(self.booster_.predict(features, num_iteration=trees, num_threads=self.n_jobs))


def _hush() -> None:
    """Let LightGBM learn of its verbosity before it reads the parameters it warns of on the first data set."""
    import lightgbm

    lightgbm.Dataset(np.zeros((2, 1)), params={"verbosity": -1, "num_threads": 1}).construct()


def _sequence(vectors: np.ndarray, encoding: str, pairs: PairSet, block: int) -> Any:
    """Return the pairs as LightGBM reads them: by one row for its bins, by slices for the data."""
    import lightgbm

    class Pairs(lightgbm.Sequence):
        batch_size = block

        def __len__(self) -> int:
            return pairs.total

        def __getitem__(self, at: Any) -> np.ndarray:
            if isinstance(at, slice):
                i, j = pairs.rows(at.start, at.stop)
                return encode(vectors[i], vectors[j], encoding)
            i, j = pairs.rows(int(at), int(at) + 1)
            # LightGBM wants the rows it makes its bins from in double precision.
            return encode(vectors[i], vectors[j], encoding)[0].astype(np.float64)

    return Pairs()


def _same(codes: np.ndarray, pairs: PairSet, block: int) -> np.ndarray:
    answers = [np.zeros(0, bool)]
    for start in range(0, pairs.total, block):
        i, j = pairs.rows(start, min(start + block, pairs.total))
        answers.append(codes[i] == codes[j])
    return np.concatenate(answers)


def _vectors(X: ArrayLike) -> np.ndarray:
    vectors = np.ascontiguousarray(X, dtype=np.float32)
    if vectors.ndim != 2:
        raise InvalidInputError(f"PairClassifier: vectors must be (N, D), not of shape {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise InvalidInputError("PairClassifier: vectors hold NaN or infinity (or overflow float32)")
    return vectors
