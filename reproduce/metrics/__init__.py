"""Embeddings and identities become scores, each with its chance level.

What is measured reads in `reproduce.metrics.definition`, some thirty plain lines; how it is made fast, in
`reproduce.metrics.kernel`.
"""

from reproduce.metrics.retrieval import Figures, Retrieval, retrieval_scores, retrieval_scores_from_distances
from reproduce.metrics.scoring import chance_map_at_r, map_at_r

__all__ = [
    "Figures",
    "Retrieval",
    "chance_map_at_r",
    "map_at_r",
    "retrieval_scores",
    "retrieval_scores_from_distances",
]
