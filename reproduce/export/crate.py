"""The claims, their record and verdicts as an RO-Crate: a folder that says, in JSON-LD, what made what.

A Process Run Crate: each experiment's file is the result of an action, its objects are data sets and weights by their
digests, its instruments the commits of this package.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.export import schemas
from reproduce.record import Store
from reproduce.record.schema import Entry
from reproduce.record.seen import FILE as FIRST_SEEN
from reproduce.report import headlines
from reproduce.running.inputs import Data
from reproduce.verdicts.plugin import kept
from reproduce.verdicts.plugin.collect import record_of
from reproduce.verdicts.runs import saving

__all__ = ["METADATA", "write"]

METADATA = "ro-crate-metadata.json"
LICENCE = "LICENSE"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
#: What the files beside the claims are, by their endings.
KINDS = {".py": "Claims, as pytest cases", ".toml": "What the claims are judged by", ".md": "Verdicts"}
FORMATS = {
    **{".py": "text/x-python", ".toml": "application/toml", ".md": "text/markdown"},
    **{".json": "application/json", ".jsonl": "application/jsonl"},
}


def write(claims: Path, folder: Path, licence: str = "") -> Path:
    """Write a crate of the claims into a new folder, whole or not at all; return its metadata file.

    licence: an address, where no ``LICENSE`` lies beside the claims. InvalidInputError where there is neither, and for
    a folder that holds something.
    """
    from rocrate.rocrate import ROCrate

    beside = claims.resolve().parent / LICENCE
    if not licence and not beside.is_file():
        raise InvalidInputError(f"no {beside}: say under which licence the record is, --licence ADDRESS")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInputError(f"{folder} is there and not empty; name a new folder")
    outcomes = kept.answer(claims).outcomes
    made = _Crate(ROCrate(version="1.1"))  # which the profile builds on
    made.crate.name = f"A paper's claims with their record: {len(outcomes)} verdicts"
    made.crate.description = headlines.lead(claims) or f"The claims of {claims.resolve().name}, judged by their record."
    made.crate.license = licence or made.file(beside, LICENCE, "The licence")
    profile = {"name": "Process Run Crate", "version": "0.5"}
    made.crate.root_dataset["conformsTo"] = made.thing(PROFILE, "CreativeWork", **profile)
    for path in sorted(one for one in claims.iterdir() if one.suffix in KINDS):
        made.file(path, f"claims/{path.name}", KINDS[path.suffix])
    store = Store(record_of(claims))
    if (seen := store.folder / FIRST_SEEN).is_file():
        made.file(seen, f"claims/record/{FIRST_SEEN}", "When each score was first seen")
    folder.resolve().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.resolve().parent, prefix=".crate-") as beside_it:
        part = Path(beside_it)
        run = saving.write(part / "verdicts.json", saving.describe(outcomes))
        shapes = {path.name: made.file(path, f"schemas/{path.name}", "JSON Schema") for path in schemas.write(part)}
        made.file(run, run.name, "Every verdict")["conformsTo"] = shapes["saved-run.schema.json"]
        for experiment in store.experiments():
            made.ran(store, experiment, shapes["record.schema.json"])
        made.crate.write(part / "crate")
        os.replace(part / "crate", folder)
    return folder / METADATA


@dataclass
class _Crate:
    """A crate that is being filled; an entity that is there already is not made again."""

    crate: Any

    def thing(self, at: str, kind: str, **properties: Any) -> Any:
        """Add an entity that is no file."""
        from rocrate.model.contextentity import ContextEntity

        known = self.crate.dereference(at)
        return known or self.crate.add(ContextEntity(self.crate, at, properties={"@type": kind, **properties}))

    def file(self, source: Path, name: str, what: str) -> Any:
        """Add a file that is copied into the crate."""
        properties = {"name": f"{what}: {Path(name).name}", "encodingFormat": FORMATS.get(source.suffix, "text/plain")}
        return self.crate.add_file(source, name, properties=properties)

    def ran(self, store: Store, experiment: str, shape: Any) -> None:
        """Add an experiment's file, and the action that made it."""
        entries = store.entries(experiment)
        result = self.file(store.path(experiment), f"claims/record/{experiment}.json", "Results")
        result["conformsTo"] = shape
        objects = {one.id: one for entry in entries for one in self.inputs(entry)}
        action = self.crate.add_action(
            [self.commit(name) for name in sorted({entry.commit for entry in entries})],
            identifier=f"#run-{experiment}",
            object=list(objects.values()),
            result=[result],
            properties={"name": f"{experiment}: {len(entries)} results"},
        )
        self.crate.root_dataset.append_to("mentions", action)
        if times := sorted(entry.time for entry in entries if entry.time):
            action["startTime"], action["endTime"] = times[0], times[-1]

    def inputs(self, entry: Entry) -> list[Any]:
        """Add the data set and the weights of a result, by the digests that it was computed with."""
        found = []
        if entry.cell.data:
            found.append(self.data(entry.cell.data, entry.cell.data_hash))
        if digest := entry.cell.weights_hash:
            name = str(entry.cell.factors.get("weights"))
            said = f"Pretrained weights: {name}"
            found.append(
                self.thing(f"#weights-{digest[:12]}", "CreativeWork", name=said, identifier=f"sha256:{digest}")
            )
        return found

    def data(self, name: str, digest: str) -> Any:
        """Add a data set, its content's digest and, of one that is drawn from another, from which."""
        about = Data(name)
        properties: dict[str, Any] = {"name": name, "identifier": f"sha256:{digest}"}
        if about.url:
            properties["url"] = about.url
        if about.licence:
            stated = {"name": about.licence, "description": "As the publisher of the data set states it."}
            properties["license"] = self.thing(f"#licence-{about.origin}", "CreativeWork", **stated)
        return self.thing(f"#data-{name}-{digest[:12]}", "Dataset", **properties)

    def commit(self, name: str) -> Any:
        """Add the package as it was at a commit."""
        said = f"reproduce at {name or 'an unknown commit'}"
        return self.thing(f"#commit-{name or 'unknown'}", "SoftwareApplication", name=said, version=name or "unknown")
