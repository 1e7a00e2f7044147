"""The paper's choice of hyper-parameters (II-B.1): scikit-learn's grid search over five folds, with a progress bar."""

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from reproduce.models import MLPClassifier

__all__ = ["BATCH_SIZES", "GRID_SEED", "LEARNING_RATES", "chosen_point", "chosen_rate", "folded", "search"]

#: The paper names a grid over "the number of batches" and the learning rate, and none of its points.
BATCH_SIZES = (16, 32, 64)
LEARNING_RATES = (1e-4, 3e-4, 1e-3, 3e-3)


#: The paper's "same fixed seed for all methods" (II-B.1): folds, initialisation and animals of the grid search.
GRID_SEED = 0


def chosen_point(
    model: "MLPClassifier",
    X: np.ndarray,
    y: np.ndarray,
    folds: int = 5,
    batch_sizes: Sequence[int] = BATCH_SIZES,
    learning_rates: Sequence[float] = LEARNING_RATES,
) -> dict[str, Any]:
    """Return ``search`` over the grid at ``GRID_SEED``, made once for a model and its images, kept by their content.

    ``model`` carries its own random_state. Returns JSON: "chosen", "grid" [[batch, rate, mean accuracy], ...],
    "grid_seed".
    """
    from reproduce.cache import arrays, digest

    def compute() -> np.ndarray:
        return np.array(search(model, X, y, GRID_SEED, folds, batch_sizes, learning_rates)["grid"])

    # A grid that was kept before there was a choice of output stands.
    settings = repr(sorted(item for item in model.get_params().items() if item != ("output", "relu")))
    key = digest(1, settings, X, np.asarray(y, str), folds, tuple(batch_sizes), tuple(learning_rates))
    grid = np.array(arrays("mlp-grid", key, compute))  # (points, 3)
    batch_size, learning_rate, _ = grid[grid[:, 2].argmax()]
    return {
        "chosen": {"batch_size": int(batch_size), "learning_rate": float(learning_rate)},
        "grid": [[int(batch), float(rate), round(float(mean), 4)] for batch, rate, mean in grid],
        "grid_seed": GRID_SEED,
    }


def chosen_rate(
    model: "MLPClassifier", X: np.ndarray, y: np.ndarray, seed: int, folds: int = 3
) -> tuple[float, list[list[float]]]:
    """Return the learning rate whose embedding best finds animals it was not trained on, and each rate's MAP@R.

    ``X``, ``y`` are the training images and whose they are. The folds share no animal, and rows are compared at
    length one: a loss is not judged by another's measure, as accuracy over classes would judge the triplet loss.
    """
    from sklearn.base import clone

    from reproduce.experiments.folds import best, class_folds
    from reproduce.metrics import map_at_r
    from reproduce.models.baselines.unlearned import l2_normalised

    held = list(class_folds(y, folds, seed))

    def found(rate: float) -> float:
        fresh = (clone(model).set_params(learning_rate=rate) for _ in held)
        rows = (one.fit(X[learn], y[learn]).embed(X[out]) for one, (learn, out) in zip(fresh, held, strict=True))
        scores = [map_at_r(l2_normalised(each), y[out]) for each, (_, out) in zip(rows, held, strict=True)]
        return float(np.mean(scores))

    return best(LEARNING_RATES, found)


def search(
    model: "MLPClassifier",
    X: np.ndarray,
    y: np.ndarray,
    seed: int,
    folds: int = 5,
    batch_sizes: Sequence[int] = BATCH_SIZES,
    learning_rates: Sequence[float] = LEARNING_RATES,
) -> dict[str, Any]:
    """Return the grid point with the highest mean accuracy over the folds, and what was seen on the way.

    Returns JSON: "chosen" {batch_size, learning_rate}, "accuracy" of each fold at that point, "grid" [[batch,
    rate, mean accuracy], ...], "folds" and "points" as run, "small_classes" (fewer images than folds). Folds are
    stratified as far as classes allow: a class with fewer images than folds is in the test part of as many folds
    as it has images, and where a lone image is tested its class was not trained on, so it counts as an error; those of
    ``folded`` are the same. Fits run on threads in a process of their own, one by one in a worker of ``reproduce run``;
    the order of fitting changes no result.
    """
    from joblib import parallel_config
    from sklearn.model_selection import GridSearchCV, StratifiedKFold

    from reproduce.determinism import single_thread

    grid = {"batch_size": list(batch_sizes), "learning_rate": list(learning_rates)}
    fits = folds * len(batch_sizes) * len(learning_rates)
    alone = multiprocessing.parent_process() is None
    with _progress(fits, alone) as tick, parallel_config("threading", n_jobs=_cores() if alone else 1):

        def accuracy(fitted: "MLPClassifier", X_test: np.ndarray, y_test: np.ndarray) -> float:
            tick()
            return float(fitted.score(X_test, y_test))

        splits = StratifiedKFold(folds, shuffle=True, random_state=seed)
        tried = GridSearchCV(model, grid, scoring=accuracy, cv=splits, refit=False, error_score="raise")
        with warnings.catch_warnings(), single_thread():
            warnings.filterwarnings("ignore", "The least populated class")  # counted in small_classes
            tried.fit(X, y)
    results = tried.cv_results_
    points = [
        [point["batch_size"], point["learning_rate"], float(mean)]
        for point, mean in zip(results["params"], results["mean_test_score"], strict=True)
    ]
    _, counts = np.unique(y, return_counts=True)
    return {
        "chosen": tried.best_params_,
        "accuracy": [float(results[f"split{fold}_test_score"][tried.best_index_]) for fold in range(tried.n_splits_)],
        "grid": points,
        "folds": tried.n_splits_,
        "points": len(points),
        "small_classes": int((counts < folds).sum()),
    }


def folded(model: "MLPClassifier", X: np.ndarray, y: np.ndarray, seed: int, folds: int = 5) -> list[np.ndarray]:
    """Return which answers of ``model`` are right, fold by fold: arrays (N,), NaN where an image was learned from."""
    from sklearn.base import clone
    from sklearn.model_selection import StratifiedKFold

    from reproduce.determinism import single_thread

    found = []
    with warnings.catch_warnings(), single_thread():
        warnings.filterwarnings("ignore", "The least populated class")
        for learn, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(X, y):
            right = np.full(len(y), np.nan)
            right[test] = clone(model).fit(X[learn], y[learn]).predict(X[test]) == y[test]
            found.append(right)
    return found


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _progress(total: int, alone: bool) -> Iterator[Callable[[], None]]:
    """Show a bar on an interactive terminal; a worker process draws none, since `reproduce run` has its own view."""
    if not (alone and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("grid search"), BarColumn(), MofNCompleteColumn(), TextColumn("fits"), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
