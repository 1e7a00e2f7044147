"""wildlife-datasets at arm's length: what classes it has, read from its source; its catalogues, by importing it.

Importing wildlife-datasets takes several seconds (pandas, matplotlib, Hugging Face), so the questions that need
only names and addresses are answered from its source files, parsed once per process.
"""

import ast
import contextlib
import importlib.util
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reproduce.extras import ExtraMissingError, lacking

__all__ = [
    "SetClass",
    "classes",
    "home",
    "installed_version",
    "plain_archives",
    "quietly",
    "split_column",
    "wildlife_class",
]

_BASES = {"WildlifeDataset", "DatasetFactory"}


@dataclass(frozen=True)
class SetClass:
    """What the source of a wildlife-datasets class says: its ancestors' and its own plain attributes.

    ``via`` is how its images come: "url", "kaggle", "huggingface", "inaturalist" or "hand".
    ``images``, ``animals`` are the counts its authors report and ``megabytes`` the size of the download, where known.
    """

    name: str
    via: str
    urls: tuple[str, ...]
    images: int | None
    animals: int | None
    megabytes: float | None
    licence: str | None


def _package() -> Path:
    spec = importlib.util.find_spec("wildlife_datasets")
    if spec is None or not spec.submodule_search_locations:
        raise ExtraMissingError(lacking("wildlife_datasets"))
    return Path(next(iter(spec.submodule_search_locations))) / "datasets"


def installed_version() -> str:
    """Return the installed release of wildlife-datasets: part of every key its catalogues are kept under."""
    from importlib.metadata import version

    return version("wildlife-datasets")


def _literal(node: ast.AST, constants: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def _plain_assignments(body: list[ast.stmt], constants: dict[str, Any]) -> dict[str, Any]:
    return {
        target.id: _literal(statement.value, constants)
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def _class_facts(folder: Path) -> dict[str, tuple[list[str], dict[str, Any]]]:
    """Return for every class of the package the names of its bases and its plain attributes."""
    facts = {}
    for file in sorted(folder.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = _plain_assignments(tree.body, {})
        for statement in tree.body:
            if isinstance(statement, ast.ClassDef):
                bases = [base.id for base in statement.bases if isinstance(base, ast.Name)]
                attributes = _plain_assignments(statement.body, constants)
                if addresses := _addresses(statement):
                    attributes["addresses"] = addresses
                facts[statement.name] = (bases, attributes)
    return facts


def _addresses(node: ast.AST) -> list[str]:
    """Return every web address written in a class, in order: where its downloads come from, however it does them."""
    strings = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [text for text in dict.fromkeys(strings) if text.startswith(("http://", "https://", "ftp://"))]


@cache
def classes() -> dict[str, SetClass]:
    """Return every data set class that wildlife-datasets exports, by name, from its source alone (about 0.1 s)."""
    folder = _package()
    facts = _class_facts(folder)
    exported = {
        alias.asname or alias.name
        for statement in ast.parse((folder / "__init__.py").read_text(encoding="utf-8")).body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }

    def lineage(name: str) -> list[str]:
        return [name] + [above for base in facts.get(name, ([], {}))[0] for above in lineage(base)]

    found = {}
    for name in sorted(exported & set(facts)):
        ancestors = lineage(name)
        if "WildlifeDataset" in ancestors and name not in _BASES:
            attributes: dict[str, Any] = {}
            for ancestor in reversed(ancestors):
                attributes |= facts.get(ancestor, ([], {}))[1]
            found[name] = _set_class(name, ancestors, attributes)
    return found


def _set_class(name: str, ancestors: list[str], attributes: dict[str, Any]) -> SetClass:
    ways = {"Kaggle": "kaggle", "HuggingFace": "huggingface", "INaturalist": "inaturalist", "URL": "url"}
    addresses = attributes.get("addresses", [])
    via = next(
        (way for suffix, way in ways.items() if f"Download{suffix}" in ancestors), "url" if addresses else "hand"
    )
    hosts = {"kaggle": "https://www.kaggle.com", "huggingface": "https://huggingface.co"}
    urls = [hosts[via]] if via in hosts else addresses
    summary = attributes.get("summary") or {}
    return SetClass(
        name,
        via,
        tuple(urls),
        summary.get("reported_n_total"),
        summary.get("reported_n_individuals"),
        summary.get("size"),
        summary.get("licenses"),
    )


def wildlife_class(name: str) -> Any:
    """Return the class itself; imports wildlife-datasets."""
    with quietly():
        from wildlife_datasets import datasets
    return getattr(datasets, name)


def plain_archives(kind: Any) -> list[tuple[str, str, str]]:
    """Return (address, archive, folder to unpack into) of a class that fetches and unpacks as all do; else []."""
    from wildlife_datasets.datasets.downloads import DownloadURL

    for name in ("_download", "_extract"):
        if getattr(getattr(kind, name), "__func__", None) is not getattr(DownloadURL, name).__func__:  # type: ignore[attr-defined]
            return []
    own = [(kind.url, kind.archive, "")] if kind.url and kind.archive else []
    return own + [(url, file, file.split(".")[0] if kind.extract_add_folder else "") for url, file in kind.downloads]


def home(kind: Any) -> str:
    """Return where a person finds the set: its publisher's page, else the address it is fetched from."""
    return str((getattr(kind, "summary", None) or {}).get("url") or kind.url)


def split_column(table: Any) -> str | None:
    """Return the name of the column in which a set keeps its own split, if it has one."""
    return next((column for column in ("original_split", "split_original", "split") if column in table), None)


@contextlib.contextmanager
def quietly() -> Iterator[io.StringIO]:
    """Catch what wildlife-datasets prints: ``reproduce`` keeps stdout for its own answers."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        yield printed
