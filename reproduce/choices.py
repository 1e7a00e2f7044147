"""Refuse a value that its annotation does not take, in one line that names it and what is taken."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from reproduce.errors import InvalidInputError

__all__ = ["check"]

WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a name", NoneType: "null"}


def check(whose: str, annotations: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raise InvalidInputError for the first value that is not of its annotation; what has none is not checked.

    A number may be whole where a number is asked for, and a tuple stands for a list; nothing else is converted.
    """
    for name, value in values.items():
        annotation = annotations.get(name)
        if annotation is None or isinstance(annotation, str) or _takes(annotation, value):
            continue
        raise InvalidInputError(f"{whose}: {name} is {_taken(annotation)}, not {value!r:.60}")


def _takes(annotation: Any, value: Any) -> bool:
    import msgspec

    try:
        msgspec.convert(value, annotation)
    except msgspec.ValidationError:
        return False
    except TypeError:  # a type that msgspec does not know
        return True
    return True


@lru_cache
def _taken(annotation: Any) -> str:
    """Say what an annotation takes: "one of average, gem"; "soft or a number"; "a list of whole numbers"."""
    inner = get_args(annotation)
    if get_origin(annotation) is Literal:
        return f"one of {', '.join(map(str, inner))}" if len(inner) > 1 else str(inner[0])
    if annotation in WORDS:
        return WORDS[annotation]
    if get_origin(annotation) is Sequence:
        return "a list, each " + _taken(inner[0])
    return " or ".join(map(_taken, inner)) if inner else str(annotation)
