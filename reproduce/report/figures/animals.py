"""An embedding of photographs that are at hand, drawn: its distances within and between animals, and as a plane."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.report.drawing import COLOURS, Drawn, both

__all__ = ["body_part", "distances", "plane"]

MARKERS = "osD^vP*X<>hp"
SHADES = ("accent", "fails", "holds", "open", "bad", "good", "soft", "ink")


def distances(key: str, rows: np.ndarray, identities: np.ndarray) -> Drawn:
    """Return histograms of the Euclidean distances of embeddings (N, D), for pairs of one animal and of two."""
    from scipy.spatial.distance import pdist

    between = pdist(rows)
    upper = np.triu_indices(len(rows), 1)
    same = identities[upper[0]] == identities[upper[1]]
    edges = np.linspace(0, between.max() or 1.0, 41)
    nearer = float(np.mean(between[same] < np.median(between[~same]))) if same.any() and not same.all() else 0.0
    says = (
        f"Histogram of distances of {int(same.sum()):,} pairs of one animal and {int((~same).sum()):,} of two; "
        f"{100 * nearer:.0f} % of the pairs of one animal are nearer than half of the others."
    )

    def paint(picture: Any, narrow: bool) -> None:
        panel = picture.subplots()
        for chosen, words, colour, style in (
            (same, "one animal", "accent", "-"),
            (~same, "two animals", "fails", "--"),
        ):
            share = np.histogram(between[chosen], edges)[0] / max(1, chosen.sum())
            panel.stairs(100 * share, edges, color=COLOURS[colour], linewidth=1.6, linestyle=style, label=words)
        panel.legend(loc="upper left")
        panel.set(xlabel="distance of a pair", ylabel="share of pairs, %")

    wide, narrow = both(f"pairs-{key}", says, paint, {False: 2.6, True: 2.6})
    return Drawn(wide, narrow, says)


def plane(key: str, rows: np.ndarray, identities: np.ndarray, paths: Sequence[str]) -> Drawn:
    """Draw the two directions in which embeddings (N, D) vary most, once by animal and once by the part shown."""
    from sklearn.decomposition import PCA

    found = PCA(n_components=2, random_state=0).fit(rows)
    points, kept = found.transform(rows), 100 * found.explained_variance_ratio_.sum()
    parts = np.array([body_part(path) for path in paths])
    says = (
        f"Map of the embedding of {len(rows)} images on its first two principal components ({kept:.0f} % of the "
        f"variance), by animal ({len(np.unique(identities))}) and by part ({', '.join(np.unique(parts))})."
    )

    def paint(picture: Any, narrow: bool) -> None:
        panels = picture.subplots(*((2, 1) if narrow else (1, 2)))
        for panel, labels, title in zip(panels, (identities, parts), ("by animal", "by part shown"), strict=True):
            looks = zip(cycle(SHADES), cycle(MARKERS), strict=False)
            for label, (shade, marker) in zip(np.unique(labels), looks, strict=False):
                chosen = points[labels == label]
                name = str(label).replace("$", r"\$")
                panel.plot(*chosen.T, marker, color=COLOURS[shade], markersize=4, alpha=0.8, label=name)
            panel.set_title(title)
            panel.set(xticks=[], yticks=[])
            panel.legend(fontsize=6.5, loc="center left", bbox_to_anchor=(1, 0.5), handletextpad=0.1)

    wide, narrow = both(f"plane-{key}", says, paint, {False: 3.6, True: 6.4})
    return Drawn(wide, narrow, says)


def body_part(path: str) -> str:
    """Return a file's last word, by which LionData says what an image shows: "Ayo_Left_Face.png" is a face."""
    return Path(path).stem.rpartition("_")[2].lower().rstrip("0123456789 ()")
