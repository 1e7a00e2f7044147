"""Labels of any kind become integer codes: strings, integers of any size, or a mixture."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.inputs import plain

__all__ = ["Coded", "encode"]

# Kinds whose equality survives np.unique; objects and mixtures go through a dict, which keeps 1 apart from
# "1".
_NATIVE = {"i": "integer", "u": "integer", "U": "text", "S": "bytes", "b": "bool", "f": "float"}


class Coded:
    """Label codes of one or more sets over one list of classes.

    ``classes`` holds the distinct labels as Python objects, sorted where they can be compared, else in
    order of appearance; ``codes`` holds one int64 array per set.
    """

    def __init__(self, classes: list[Hashable], codes: list[np.ndarray]) -> None:
        self.classes = classes
        self.codes = codes


def encode(*sets: Any, names: Sequence[str] = ("labels", "reference_labels")) -> Coded:
    """Encode one or more sets of labels over one list of classes, without casting (2**24 + 1 is not 2**24).

    Raises InvalidInputError for labels that are empty, not one-dimensional, missing (None, NaN) or
    unhashable.
    """
    listed = [_one_dimensional(labels, name) for labels, name in zip(sets, names, strict=False)]
    lengths = np.cumsum([len(labels) for labels in listed])[:-1]
    kinds = {_NATIVE.get(labels.dtype.kind) if isinstance(labels, np.ndarray) else None for labels in listed}
    if len(kinds) == 1 and None not in kinds and not _unsafe(listed):
        for labels, name in zip(listed, names, strict=False):
            if labels.dtype.kind == "f" and np.isnan(labels).any():
                raise _missing(int(np.flatnonzero(np.isnan(labels))[0]), name)
        classes, codes = np.unique(np.concatenate(listed), return_inverse=True)
        return Coded(classes.tolist(), np.split(codes.astype(np.int64), lengths))
    return _encode_objects([_as_list(labels) for labels in listed], lengths, names)


def _unsafe(arrays: list[np.ndarray]) -> bool:
    """Return whether NumPy would join the arrays' types into one that loses digits: int64 and uint64 give float64."""
    joined = np.result_type(*[labels.dtype for labels in arrays])
    return joined.kind == "f" and any(labels.dtype.kind != "f" for labels in arrays)


def _one_dimensional(labels: Any, name: str) -> Any:
    if not isinstance(labels, (str, bytes, np.ndarray)):
        labels = plain(labels)
    if isinstance(labels, (str, bytes)):
        raise InvalidInputError(f"{name} is one {type(labels).__name__}; give one label per row")
    if not isinstance(labels, np.ndarray):
        try:
            labels = list(labels)
        except TypeError:
            raise InvalidInputError(f"{name} is {type(labels).__name__}; give one label per row") from None
    elif labels.ndim != 1:
        raise InvalidInputError(f"{name} has shape {labels.shape}; give one label per row, shape (N,)")
    if len(labels) == 0:
        raise InvalidInputError(f"{name} is empty; give one label per row")
    return labels


def _as_list(labels: Any) -> list:
    # NumPy scalars of a list become Python's: np.str_("a") and "a" are one class, and JSON can print both.
    raw = labels.tolist() if isinstance(labels, np.ndarray) else labels
    return [label.item() if isinstance(label, np.generic) else label for label in raw]


def _encode_objects(listed: list[list], lengths: np.ndarray, names: Sequence[str]) -> Coded:
    table: dict[Hashable, int] = {}
    codes = []
    for labels, name in zip(listed, names, strict=False):
        for row, label in enumerate(labels):
            if _is_missing(label):
                raise _missing(row, name)
            try:
                codes.append(table.setdefault(label, len(table)))
            except TypeError:
                kind = type(label).__name__
                raise InvalidInputError(f"{name}, row {row}: a {kind} cannot be a label; use text or numbers") from None
    classes = list(table)
    array = np.array(codes, dtype=np.int64)
    try:
        ranked = sorted(classes)  # type: ignore[type-var]
    except TypeError:
        return Coded(classes, np.split(array, lengths))
    place = {label: rank for rank, label in enumerate(ranked)}
    return Coded(ranked, np.split(np.array([place[label] for label in classes])[array], lengths))


def _is_missing(label: Any) -> bool:
    return (
        label is None or type(label).__name__ in ("NAType", "NaTType") or (isinstance(label, float) and label != label)
    )


def _missing(row: int, name: str) -> InvalidInputError:
    return InvalidInputError(f"{name}, row {row}: the label is missing; give every row a label or drop the row")
