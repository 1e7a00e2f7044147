"""Photographs go in, a verdict on each of the paper's claims comes out."""

__version__ = "0.1.0"
