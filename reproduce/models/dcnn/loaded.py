"""Keras and its backend, imported here and nowhere else: after their flags are set, and without their greetings."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from reproduce.errors import short_of_memory
from reproduce.extras import ExtraMissingError, lacking

__all__ = ["keras", "ops"]

#: TensorFlow reads it once, when it is imported. Its oneDNN kernels train and embed two to three times as fast as its
#: plain ones, and TensorFlow itself takes them on some processors only: everywhere, so that machines differ less.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep file descriptor 2 aside: TensorFlow's C++ writes there whatever it is told, errors where there is no GPU.

    What was written is shown after all where the block fails, but for want of memory, which is one line.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as said:
        before = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            yield
        except BaseException as error:
            if not short_of_memory(error):
                said.seek(0)
                os.write(before, said.read())
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)


if without := lacking("keras"):
    raise ExtraMissingError(without)
with _hushed():
    import keras
    from keras import ops

    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.config.list_physical_devices()  # the first look for a GPU says that there is none
