"""The tiers of a run by name: a file of its own, so that the command line knows them without what runs them."""

from enum import StrEnum

__all__ = ["Tier"]


class Tier(StrEnum):
    """How much of the record a run makes."""

    REHEARSAL = "rehearsal"
    CHECK = "check"
    NIGHTLY = "nightly"
    RELEASE = "release"
