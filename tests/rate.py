"""How many photographs of unknown animals ``match`` takes for known ones, beside the rate that it was told.

``python tests/rate.py CATALOGUE --model histogram --splits 50 --held 19``: in each split so many animals, drawn at
random, are taken out of the catalogue. Probabilities and threshold are learned from the others alone, and the
photographs of those taken out are matched. The last line is the mean over animals, each in all splits in which it was
taken out, with its 90 % interval over animals, and the least and most of nine splits in ten. The rate holds where it is
in that interval.
"""

import argparse

import numpy as np

from reproduce.animals.calibration import Trials, calibrate
from reproduce.animals.evaluation import mean_over_animals
from reproduce.animals.matching import Settings, catalogue_trials, scale_of
from reproduce.animals.models import embed
from reproduce.animals.ranking import SHORT, Ranked, ranked
from reproduce.datasets.image_files import readable
from reproduce.datasets.loading import published
from reproduce.determinism import generator

__all__ = ["among", "held_out"]


def among(found: Ranked, animals: np.ndarray, scale: float) -> Ranked:
    """Return the same photographs against these animals (numbers) alone, the first few of them looked at closely."""
    least, nearest = found.distances[:, animals], found.nearest[:, animals]
    agree = None
    if found.features.shape[2] > 2:
        place = np.argsort(np.argsort(least, axis=1, kind="stable"), axis=1, kind="stable")
        agree = np.where(place < SHORT, np.expm1(found.features[:, animals, 2].astype(float)), 0)
    return ranked(found.animals[animals], least, nearest, agree, scale)


def held_out(trials: Trials, held: np.ndarray, rate: float) -> np.ndarray:
    """Return for each photograph of the held animals, in order, whether it is matched, by what the others teach."""
    kept = np.setdiff1d(np.arange(len(trials.known.animals)), held)
    inside = np.flatnonzero(np.isin(trials.truth, kept))
    own = trials.take(inside)
    scale = scale_of(among(own.known, kept, 1.0).distances)
    truth = np.searchsorted(kept, own.truth)
    fitted = calibrate(Trials(among(own.known, kept, scale), among(own.stranger, kept, scale), truth), rate)
    strangers = among(trials.known.take(np.flatnonzero(np.isin(trials.truth, held))), kept, scale)
    return np.asarray(fitted.probabilities(strangers).max(axis=1) >= fitted.threshold)


def main() -> None:
    """Print the rate of each split, and of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue")
    parser.add_argument("--model", default="histogram")
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--splits", type=int, default=50)
    parser.add_argument("--held", type=int, default=19)
    parser.add_argument("--no-local", dest="local", action="store_false")
    chosen = parser.parse_args()
    catalogue, _ = readable(published(chosen.catalogue))
    settings = Settings(chosen.model, chosen.rate, local=chosen.local)
    trials = catalogue_trials(catalogue, embed(catalogue, chosen.model), settings, SHORT + chosen.held)
    animals, passed, shares = list[np.ndarray](), list[np.ndarray](), list[float]()
    for split in range(chosen.splits):
        drawn = generator(split, "match", "held out").permutation(len(trials.known.animals))[: chosen.held]
        names, taken = trials.truth[np.isin(trials.truth, drawn)], held_out(trials, drawn, chosen.rate)
        animals.append(names)
        passed.append(taken)
        shares.append(mean_over_animals("", names, taken, np.nan).value)
        print(f"split {split}: {100 * shares[-1]:.1f} %", flush=True)
    found = mean_over_animals("", np.concatenate(animals), np.concatenate(passed), np.nan)
    low, high = found.interval or (np.nan, np.nan)
    least, most = np.quantile(shares, [0.05, 0.95])
    print(
        f"{chosen.catalogue}, {chosen.model}, told {100 * chosen.rate:g} %: {100 * found.value:.1f} "
        f"({100 * low:.1f} to {100 * high:.1f}) over {found.animals} animals; nine splits in ten {100 * least:.1f} to "
        f"{100 * most:.1f}"
    )


if __name__ == "__main__":
    main()
