"""Words that people use where no animal is meant: sides of a split, and names of an animal that nobody knows."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

__all__ = ["WITHOUT_A_NAME", "is_unknown", "names_alike", "side_of", "unnumbered"]

_TRAIN = ("train", "training", "bounding_box_train")
_TEST = ("test", "testing", "val", "valid", "validation", "eval", "evaluation", "dev", "holdout", "held_out")
_QUERY = ("query", "queries", "probe", "probes")
_GALLERY = ("gallery", "database", "reference", "bounding_box_test")
_SIDES = {
    _plain: side
    for side, words in {"train": _TRAIN, "test": _TEST, "query": _QUERY, "gallery": _GALLERY}.items()
    for _plain in (re.sub(r"[\W_]+", "", word) for word in words)
}
#: Folders beside the sides of a split whose photographs show nobody in particular.
WITHOUT_A_NAME = frozenset(["unlabelled", "unlabeled", "unsorted", "unidentified", "unknown", "unknowns", "inbox"])
#: What stands for "nobody knows who this is": letters and digits alone, in lower case.
_UNKNOWN = frozenset([
    "unknown", "unknowns", "unidentified", "unid", "unk", "unkn", "na", "nan", "none", "null", "nil", "new",
    "newindividual", "newanimal", "stranger", "strangers", "tbd", "tbc", "notidentified", "noid", "noidentity",
    "noname", "nomatch", "unmatched", "unassigned", "undetermined", "indet", "unlabelled", "unlabeled",
    "uncertain", "notassigned", "missing", "notknown", "notavailable", "unnamed",
])  # fmt: skip
_NUMBER = re.compile(r"\d+(\.0*)?")
_NO_LETTER = re.compile(r"[?\-–—._*#/ ]+")


def side_of(word: str) -> str | None:
    """Return "train", "test", "query" or "gallery" for a word that says so ("Train set", "database"); else None."""
    plain = re.sub(r"[\W_]+", "", word).lower()
    return _SIDES.get(plain) or _SIDES.get(re.sub(r"(set|data|images|imgs)$", "", plain))


def is_unknown(identity: str) -> bool:
    """Return whether a name says the animal is not known: "unknown", "NA", "nan", "new_individual", "?", "-", "-1"."""
    identity = unnumbered(identity)
    if re.fullmatch(r"-1(\.0*)?", identity.strip()):
        return True
    plain = re.sub(r"[\W_]+", "", identity).lower()
    numbered = re.sub(r"\d+$", "", plain)  # unknown_1, unknown 02
    words = [word for word in re.split(r"[\W_]+", identity.lower()) if word]  # Unknown lion, individual_unknown
    return (
        {"unknown", "unidentified"} & {*words[:1], *words[-1:]} != set()
        or identity.strip() in ("NaT", "n/d", "N/D")  # Nat and ND may be somebody
        or bool(_NO_LETTER.fullmatch(identity.strip()))
        or plain in _UNKNOWN
        or numbered in ("unknown", "unidentified", "newindividual", "unk")
    )


def unnumbered(identity: str) -> str:
    """Return the name without the " #17" that a stranger is given where the others are ranked among strangers."""
    return re.sub(r" #\d+$", "", identity)


def names_alike(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return groups of distinct names that are one but for case, blanks, signs, leading zeros, decimals, encoding."""
    groups = defaultdict(set)
    for name in names:
        if _NUMBER.fullmatch(name.strip()):
            groups[f"number {float(name):g}"].add(name)
            continue
        letters = "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())
        groups[letters.lstrip("0") or letters or name].add(name)
    return tuple(tuple(sorted(group)) for group in groups.values() if len(group) > 1)
