"""The training loop: steps that can be stopped anywhere and go on to the same bits, and curves that show a collapse."""

import io
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.cache import digest, write_atomically
from reproduce.errors import InvalidInputError
from reproduce.progress import track

__all__ = ["CURVES", "Training"]

#: What is kept of every step.
CURVES = ("loss", "active", "spread")
#: A mean cosine distance between embeddings below which a batch is called collapsed.
COLLAPSED = 1e-4

log = logging.getLogger("reproduce.dcnn")


class Training:
    """Runs ``step(inputs, labels)`` for steps 0 .. ``steps`` - 1 and keeps its curves.

    ``batch(step) -> (inputs, labels)`` must depend on the step's number alone. With ``checkpoint`` (a path) all
    variables, the optimiser's state and the curves are written every ``every`` steps, whole or not at all, under
    ``key``; a run that finds its own checkpoint goes on from there. One of another key, or one that a disk or a hand
    has changed since, is not gone on with: the training starts anew.
    """

    def __init__(
        self, step: Callable[..., dict[str, Any]], model: Any, optimizer: Any, key: str, checkpoint: Path | None = None
    ) -> None:
        self.step, self.model, self.optimizer, self.key, self.checkpoint = step, model, optimizer, key, checkpoint
        self.curves: dict[str, list[float]] = {name: [] for name in CURVES}
        self._waiting: list[dict[str, Any]] = []
        self._collapsed = False

    def run(self, batch: Callable[[int], tuple[Any, Any]], steps: int, every: int = 50) -> dict[str, list[float]]:
        """Train and return the curves, one value per step; InvalidInputError where the loss is not a number."""
        todo = range(self._resume(), steps)
        for number in track(todo, len(todo), "training"):
            self._waiting.append(self.step(*batch(number)))
            if (number + 1) % every == 0 or number + 1 == steps:
                self._read()
                if number + 1 < steps:
                    self._save(number + 1)
        if self.checkpoint is not None:
            self.checkpoint.unlink(missing_ok=True)
        return self.curves

    def _read(self) -> None:
        """Fetch the scalars of the steps since the last time; until now nobody waited for them."""
        from reproduce.models.dcnn.loaded import ops

        for scalars in self._waiting:
            for name in CURVES:
                self.curves[name].append(float(ops.convert_to_numpy(scalars[name])))
            number, loss = len(self.curves["loss"]) - 1, self.curves["loss"][-1]
            if not np.isfinite(loss):
                raise InvalidInputError(f"training: the loss at step {number} is {loss}; lower the learning rate")
            if self.curves["spread"][-1] < COLLAPSED and not self._collapsed:
                self._collapsed = True
                log.warning("step %d: the batch has collapsed to one point (loss %.4f; ln 2 is 0.6931)", number, loss)
        self._waiting.clear()

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.optimizer.variables]

    def _save(self, done: int) -> None:
        if self.checkpoint is None:
            return
        from reproduce.models.dcnn.loaded import ops

        values = [ops.convert_to_numpy(variable.value) for variable in self._variables()]
        curves = np.array([self.curves[name] for name in CURVES])
        named = {f"v{i}": value for i, value in enumerate(values)}
        seal = np.array(self._seal(done, curves, values))
        file = io.BytesIO()
        np.savez(file, key=np.array(self.key), done=np.array(done), digest=seal, curves=curves, **named)
        write_atomically(self.checkpoint, file.getvalue())

    def _seal(self, done: int, curves: np.ndarray, values: list[Any]) -> str:
        """Return a digest over all that a checkpoint holds."""
        return digest(self.key, done, *(array.tobytes() for array in (curves, *values)))

    def _resume(self) -> int:
        if self.checkpoint is None or not self.checkpoint.exists():
            return 0
        try:
            with np.load(self.checkpoint, allow_pickle=False) as kept:
                done, curves, own = int(kept["done"]), kept["curves"], str(kept["digest"])
                values = [kept[f"v{i}"] for i in range(len(self._variables()))]
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError):
            return 0
        if own != self._seal(done, curves, values):  # of another key, too
            return 0
        for variable, value in zip(self._variables(), values, strict=True):
            variable.assign(value)
        self.curves = {name: row.tolist() for name, row in zip(CURVES, curves, strict=True)}
        return done


def training_key(*parts: object) -> str:
    """Return a digest of all that a run depends on, so that a checkpoint is never taken for another run's."""
    return digest(*parts)
