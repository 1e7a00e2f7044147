"""``reproduce score``: every figure of anyone's embeddings, each beside its chance level."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from reproduce.metrics.files import read_embeddings, read_labels
from reproduce.metrics.retrieval import Figures, Retrieval, retrieval_scores
from reproduce.metrics.scoring import Precision

__all__ = ["as_json", "print_scores", "score_files"]

_CMC_AT = (1, 5, 10, 20)


def score_files(embeddings: Path, labels: Path, column: str | None = None, dtype: Precision = "float64") -> Retrieval:
    """Score the embeddings of a .npy file by the labels of a .csv, .tsv or .txt file."""
    matrix = read_embeddings(embeddings)
    return retrieval_scores(matrix, read_labels(labels, len(matrix), column), dtype=dtype)


def _rows(figures: Figures) -> dict[str, float]:
    named = {
        "MAP@R": figures.map_at_r,
        "R-precision": figures.r_precision,
        "precision at 1": figures.precision_at_1,
        "mean average precision": figures.map,
    }
    return named | {f"CMC at {k}": float(figures.cmc[k - 1]) for k in _CMC_AT if k <= len(figures.cmc)}


def as_json(scores: Retrieval) -> str:
    """All figures as JSON: fractions of 1, means per class and per query, chance levels, MAP@R of each class."""
    content: dict[str, Any] = {
        "per class": _rows(scores),
        "per class, chance": _rows(scores.at_chance),
        "per query": _rows(scores.query),
        "per query, chance": _rows(scores.query_at_chance),
        "classes": {str(label): value for label, value in scores.per_class.items()},
        "queries": scores.queries,
        "lone classes": scores.lone,
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def print_scores(scores: Retrieval, console: Console, each_class: bool = False) -> None:
    """A table of all figures in percent, and MAP@R of each class on request."""
    table = Table(title=f"{scores.queries:,} queries of {scores.classes:,} classes, %")
    table.add_column("")
    for heading in ("per class", "chance", "per query", "chance"):
        table.add_column(heading, justify="right", style="dim" if heading == "chance" else "")
    sides = [_rows(side) for side in (scores, scores.at_chance, scores.query, scores.query_at_chance)]
    for name in sides[0]:
        table.add_row(name, *(f"{side[name]:.2%}"[:-1] for side in sides))
    console.print(table)
    if scores.lone:
        plural = "class of one image is" if scores.lone == 1 else "classes of one image are"
        console.print(f"{scores.lone:,} {plural} in the rankings of the others and not in the means.")
    if each_class:
        table = Table("class", title="MAP@R of each class, %")
        table.add_column("MAP@R", justify="right")
        for label, value in scores.per_class.items():
            table.add_row(str(label), f"{value:.2%}"[:-1])
        console.print(table)
