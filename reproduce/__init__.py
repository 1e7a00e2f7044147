"""Photographs go in, a verdict on each of the paper's claims comes out."""

import os

__version__ = "0.1.0"

# TensorFlow reads it once, when it is imported. Its oneDNN kernels train and embed two to three times as fast as its
# plain ones, and TensorFlow itself takes them on some processors only: everywhere, so that machines differ less.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
