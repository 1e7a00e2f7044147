"""A result per (experiment, factors, data, seed), kept for good: store, schema, machine, replay."""

from reproduce.record.schema import Cell, Entry
from reproduce.record.store import Store

__all__ = ["Cell", "Entry", "Store"]
