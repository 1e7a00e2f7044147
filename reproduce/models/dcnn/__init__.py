"""The paper's DCNN: a Keras backbone and a unit-length head, trained by triplet loss on balanced batches (II-B.2)."""
