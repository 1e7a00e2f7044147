"""The shape of a record file: what it is read by, and what its published JSON Schema is made from."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from reproduce.record.schema import SCHEMA

__all__ = ["Head", "RecordFile", "Row"]

#: JSON has no number for these three.
Score = Annotated[float | Literal["nan", "inf", "-inf"], Meta(description="A figure; by its name where not finite.")]


class Row(Struct, forbid_unknown_fields=True):
    """One result: an experiment under its factors, on one data set, with one seed, at one place."""

    data: Annotated[str, Meta(description="The data set's name; empty where there is none.")]
    seed: int
    version: Annotated[int, Meta(description="Raised when the experiment's meaning changes.")]
    factors: Annotated[dict[str, Any], Meta(description="Every factor, defaults filled in.")]
    data_hash: str
    weights_hash: Annotated[str | None, Meta(description="Null where no pretrained weights enter.")]
    machine: Annotated[str, Meta(description="The class of device that did the arithmetic: x86_64-cpu, x86_64-h200.")]
    backend: str
    dtype: str
    environment: Annotated[str, Meta(description="A key of the file's environments.")]
    commit: Annotated[str, Meta(description="+dirty behind it where the package was modified.")]
    scores: Annotated[dict[str, Score], Meta(description="MAP@R and its like are fractions.")]
    details: Annotated[dict[str, Any], Meta(description="The names of the animals that were left out among them.")]
    leave_one_out: Annotated[dict[str, list[Score]], Meta(description="A score without each animal in turn.")]
    seconds: float
    time: Annotated[str, Meta(description="UTC, ISO 8601.")]
    digests: Annotated[dict[str, str], Meta(description="Of each field, by dotted name.")]
    digest: Annotated[str, Meta(description="Of all but the times.")]


class RecordFile(Struct, forbid_unknown_fields=True):
    """All results of one experiment."""

    schema: Literal[SCHEMA]  # type: ignore[valid-type]
    experiment: str
    digest: Annotated[str, Meta(description="Of the results' digests in their order.")]
    environments: Annotated[
        dict[str, dict[str, Any]],
        Meta(description="Device, driver, flags, Python, BLAS and packages, by a digest of them."),
    ]
    results: list[Row]


class Head(Struct):
    """What says whether the rest can be read by this version."""

    schema: Any = None
