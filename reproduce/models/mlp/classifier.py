"""The paper's first model (II-B.1): an MLP that learns to classify and whose last hidden layer embeds."""

import warnings
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from reproduce.errors import InvalidInputError
from reproduce.models.mlp.adam import Adam
from reproduce.models.mlp.batches import held_out
from reproduce.models.mlp.network import Network
from reproduce.models.mlp.objectives import OBJECTIVES
from reproduce.models.mlp.output import softmax

__all__ = ["MLPClassifier"]


class MLPClassifier(ClassifierMixin, BaseEstimator):
    """ReLU hidden layers and a softmax, trained by Adam on mini-batches, stopped early.

    ``hidden_layer_sizes``: units per hidden layer, at least one layer. ``batch_size``, ``learning_rate``, ``beta_1``,
    ``beta_2``, ``epsilon``: the paper's Adam (see ``Adam`` for which epsilon). ``max_epochs``: at most so many passes.
    ``early_stopping``: hold out ``validation_fraction`` of the images (every class keeps one to train on) and stop
    when their loss has not fallen for ``patience`` epochs; the best epoch's parameters are kept. Where no image can be
    spared, the training loss is watched instead. ``objective``: "cross-entropy", or "triplet" on the last hidden
    layer, the output layer then being a nearest-class-mean rule whose probabilities are not calibrated. ``output``:
    the last hidden layer, which embeds, ends in a "relu", as the paper's, or is "linear", as embeddings trained by a
    triplet loss usually are. ``dtype``: "float32" or "float64" arithmetic in training. ``random_state`` fixes
    initialisation, order and held-out images: the same seed gives the same bits on the same machine.

    After ``fit``: ``classes_``, ``n_features_in_``, ``loss_curve_`` (mean batch loss per epoch),
    ``held_out_`` (indices), ``held_out_curve_``, ``n_epochs_`` run, ``best_epoch_`` kept (from 1),
    ``n_steps_`` of Adam taken.
    """

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (64,),
        *,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        max_epochs: int = 100,
        early_stopping: bool = True,
        patience: int = 5,
        validation_fraction: float = 0.1,
        objective: str = "cross-entropy",
        output: str = "relu",
        dtype: str = "float32",
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.objective = objective
        self.output = output
        self.dtype = dtype
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        """Train from scratch on X (N, D), y (N,) labels of any kind.

        Raises ValueError for NaN, too few classes, or settings out of range; InvalidInputError (one too) if
        the loss leaves the numbers.
        """
        self._check_settings()
        X, y = validate_data(self, X, y, dtype=self.dtype, order="C")
        _check_labels(y)
        self._begin(unique_labels(y))
        y = np.searchsorted(self.classes_, y)
        self.held_out_ = np.empty(0, int)
        if self.early_stopping:
            self.held_out_ = held_out(y, self.validation_fraction, self._rng)
        held_X, held_y = X[self.held_out_], y[self.held_out_]
        train = np.setdiff1d(np.arange(len(X)), self.held_out_)
        X, y = (X[train], y[train]) if len(self.held_out_) else (X, y)

        best, best_parameters = np.inf, self.network_.parameters.copy()
        self.held_out_curve_: list[float] = []
        for epoch in range(1, self.max_epochs + 1):
            loss = self._epoch(X, y)
            if len(self.held_out_):
                loss = self._objective.held_out_loss(self.network_, X, y, held_X, held_y)
                self.held_out_curve_.append(loss)
            if not self.early_stopping or loss < best:
                best, self.best_epoch_ = loss, epoch
                np.copyto(best_parameters, self.network_.parameters)
            elif epoch - self.best_epoch_ >= self.patience:
                break
        np.copyto(self.network_.parameters, best_parameters)
        self._objective.finish(self.network_, X, y)
        return self

    def partial_fit(self, X: np.ndarray, y: np.ndarray, classes: np.ndarray | None = None) -> Self:
        """Train one epoch of mini-batches over X (N, D), y (N,), nothing held out.

        ``classes``: every label that will ever be seen, for the first call; by default the labels of that
        call.
        """
        first = not hasattr(self, "network_")
        self._check_settings()
        X, y = validate_data(self, X, y, dtype=self.dtype, order="C", reset=first)
        _check_labels(y)
        if first:
            self._begin(unique_labels(y if classes is None else classes))
        elif classes is not None and not np.array_equal(unique_labels(classes), self.classes_):
            raise InvalidInputError("partial_fit: classes differ from the first call's; use a new classifier")
        if len(unknown := np.setdiff1d(y, self.classes_)):
            raise InvalidInputError(
                f"partial_fit: y holds {unknown[0]!r}, which is none of the "
                f"{len(self.classes_)} known classes; name every label in classes= at the first call"
            )
        y = np.searchsorted(self.classes_, y)
        self._epoch(X, y)
        self._objective.finish(self.network_, X, y)
        return self

    def embed(self, X: np.ndarray) -> np.ndarray:
        """Return the last hidden layer (N, units) of X (N, D), not normalised, in the classifier's dtype."""
        X = self._checked(X)
        return self.network_.infer(X, -1).astype(self.dtype)

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Return class probabilities (N, K) of X (N, D), columns as in ``classes_``, float64."""
        X = self._checked(X)
        return softmax(self.network_.infer(X))

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the most probable class (N,) of X (N, D)."""
        X = self._checked(X)
        return self.classes_[self.network_.infer(X).argmax(axis=1)]

    def _begin(self, classes: np.ndarray) -> None:
        if len(classes) < 2:
            raise InvalidInputError(
                f"MLPClassifier: y holds {len(classes)} class; to classify takes two or more: "
                "give images of another class, or name all in partial_fit's classes="
            )
        self.classes_ = classes
        self._rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        self._objective = OBJECTIVES[self.objective]()
        sizes = (self.n_features_in_, *self._hidden(), len(classes))
        self.network_ = Network(sizes, self.dtype, linear=self.output == "linear")
        self.network_.initialise(self._rng)
        self._adam = Adam(self.learning_rate, self.beta_1, self.beta_2, self.epsilon)
        self._batch = np.empty((self.batch_size, self.n_features_in_), self.dtype)
        self.loss_curve_: list[float] = []
        self.n_epochs_ = self.n_steps_ = 0

    def _epoch(self, X: np.ndarray, y: np.ndarray) -> float:
        """Make one pass in mini-batches; return the mean of their losses."""
        losses = []
        with np.errstate(over="ignore", invalid="ignore"):  # a loss that is no number is reported below
            for chosen in self._objective.batches(y, self.batch_size, self._rng):
                rows = np.take(X, chosen, axis=0, out=self._batch[: len(chosen)], mode="clip")
                losses.append(self._objective.gradient(self.network_, rows, y[chosen]))
                self._adam.step(self.network_.parameters, self.network_.gradient)
        self.n_epochs_ += 1
        self.n_steps_ = self._adam.steps
        self.loss_curve_.append(float(np.mean(losses)))
        if not np.isfinite(self.loss_curve_[-1]) or not np.isfinite(self.network_.parameters).all():
            raise InvalidInputError(
                f"MLPClassifier: the loss left the numbers in epoch {self.n_epochs_}; scale the inputs "
                f"(pixels to [0, 1]) or lower learning_rate={self.learning_rate:g}"
            )
        return self.loss_curve_[-1]

    def _checked(self, X: np.ndarray) -> np.ndarray:
        check_is_fitted(self, "network_")
        return validate_data(self, X, dtype=(np.float64, np.float32), reset=False)

    def _hidden(self) -> tuple[int, ...]:
        sizes = self.hidden_layer_sizes
        return (sizes,) if isinstance(sizes, Integral) else tuple(sizes)  # type: ignore[return-value]

    def _check_settings(self) -> None:
        def wants(name: str, good: bool, what: str) -> None:
            if not good:
                raise InvalidInputError(f"MLPClassifier: {name} must be {what}, got {getattr(self, name)!r}")

        def whole(value: Any) -> bool:
            return isinstance(value, Integral) and int(value) >= 1

        hidden = self._hidden()
        wants(
            "hidden_layer_sizes",
            bool(hidden) and all(map(whole, hidden)),
            "one or more whole numbers above 0",
        )
        for name in ("batch_size", "max_epochs", "patience"):
            wants(name, whole(getattr(self, name)), "a whole number above 0")
        fraction = self.validation_fraction
        wants("validation_fraction", isinstance(fraction, Real) and 0 < fraction < 1, "between 0 and 1")
        wants("objective", self.objective in OBJECTIVES, f"one of {', '.join(OBJECTIVES)}")
        wants("output", self.output in ("relu", "linear"), "'relu' or 'linear'")
        wants("dtype", self.dtype in ("float32", "float64"), "'float32' or 'float64'")


def _check_labels(y: np.ndarray) -> None:
    """Check as scikit-learn does, without its doubt whether many classes of few images are classes: animals are."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes")
        check_classification_targets(y)
