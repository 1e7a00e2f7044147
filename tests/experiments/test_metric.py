"""What experiments on the metric itself measure, written out."""

import numpy as np
import pytest

from reproduce.experiments.metric import clustered, rounding
from reproduce.metrics import map_at_r

SMALL = {"count": 400, "width": 8}


@pytest.mark.parametrize("precision, rows_as", [("float32", np.float64), ("float16", np.float16)])
def test_rounding_is_of_the_precision_that_is_asked_for(precision, rows_as):
    """Of the distances alone, or of the embeddings too: a few neighbours change places under the second."""
    embeddings, labels = clustered(3, **SMALL, classes=10)
    found = rounding(None, 3, precision=precision, **SMALL).scores
    assert found["float64"] == map_at_r(embeddings, labels)
    assert found["rounded"] == map_at_r(embeddings.astype(rows_as), labels, dtype="float32")
    assert found["difference"] == abs(found["rounded"] - found["float64"])
    assert (found["difference"] > 1e-6) == (precision == "float16")
