"""Settings: what a statement is judged on. Read from ``settings.toml`` beside the claims, one table for each.

A setting may differ from the paper's own in three ways: other animals, another network, another reading of what the
paper leaves open. Which of them it does decides what a verdict there is worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from reproduce.errors import InvalidInputError
from reproduce.running.inputs import Weights
from reproduce.text import shaped, toml
from reproduce.verdicts.files.once import once
from reproduce.verdicts.files.roles import Role

__all__ = ["DIFFERENCES", "FILE", "PAPER", "Setting", "choose", "read"]

FILE = "settings.toml"
#: The table that is no setting: it moves one factor at a time around one, and each level is a setting of its own.
READINGS = "readings"
#: The paper's own setting: an id without a suffix.
PAPER = "paper"
DIFFERENCES = ("animals", "network", "reading")


@dataclass(frozen=True)
class Setting:
    """A setting: which data and network stand for the paper's.

    A claim reads the values it needs as attributes, such as ``setting.cattle``.

    ``where``: how a verdict there is said, "on OpenCows2020-barn"; ``families``: names by which several settings are
    asked for at once. ``values`` are the rest of the table: data sets by the role they play, and the factors of the
    network on each as a table, ``on_`` before the role's name. A claim gets a data set as a `Role`, with its factors.
    """

    name: str
    stands_for: Annotated[str, Meta(min_length=1)]
    differs: tuple[str, ...] = ()
    where: str = ""
    families: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    #: How many seeds a claim is judged on there, where that is not 14: said before the first is run.
    seeds: Annotated[int, Meta(ge=2)] | None = None
    #: Skip this setting unless these weights are installed: hundreds of rows that cannot run would hide the others.
    only_with: str | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self.values:
            known = ", ".join(self.values) or "nothing"
            raise AttributeError(f"the setting {self.name!r} says no {name!r} (it says {known}); add it to {FILE}")
        value = self.values[name]
        return Role(value, self.values.get(f"on_{name}", {}), self.seeds) if isinstance(value, str) else value

    def __str__(self) -> str:
        return self.name

    @property
    def suffix(self) -> str:
        """Return what it adds to a claim's id."""
        return "" if self.name == PAPER else f"@{self.name}"

    def fidelity(self, own: str) -> str:
        """Return the evidence level here of a claim whose level in the paper's own setting is ``own``."""
        if "animals" in self.differs or "network" in self.differs:
            return "proxy"
        return "assumed" if "reading" in self.differs else own


#: For claims in a folder that has no settings: the paper's own, which says nothing more.
ALONE = {PAPER: Setting(PAPER, "the paper's own data and protocol")}


@once
def read(path: Path) -> dict[str, Setting]:
    """Return the settings of a file, by name, in its order; the paper's own alone where there is no file."""
    if not path.is_file():
        return ALONE
    tables = toml(path)
    moved = tables.pop(READINGS, {})
    found = {name: _setting(path, name, table) for name, table in tables.items()}
    for name, table in moved.items():
        like = moved.get(table.get("like", name), {})
        found |= _readings(path, name, {"move": like.get("move"), **table}, found)
    if PAPER not in found:
        raise InvalidInputError(f"{path}: no [{PAPER}]: say what the paper's own setting is")
    if clash := {family for one in found.values() for family in one.families} & set(found):
        raise InvalidInputError(f"{path}: {', '.join(sorted(clash))} is both a setting and a family")
    return found


def _setting(path: Path, name: str, said: Any) -> Setting:
    where = f"{path}: [{name}]"
    if not isinstance(said, dict):
        raise InvalidInputError(f"{path}: {name} = ... is no setting: write a table, [{name}]")
    known = {one.name for one in fields(Setting)} - {"name", "values"}
    values = {key: value for key, value in said.items() if key not in known}
    own = {key: value for key, value in said.items() if key in known}
    made = shaped(Setting, {**own, "name": name, "values": values}, where)
    if not set(made.differs) <= set(DIFFERENCES) or bool(made.differs) == (name == PAPER):
        raise InvalidInputError(f"{where} differs in one or more of {', '.join(DIFFERENCES)}, the paper's in none")
    if made.differs and not made.where:
        raise InvalidInputError(f"{where} needs where: how a verdict there is said, such as 'on {name}'")
    return made


def _readings(path: Path, name: str, table: Mapping[str, Any], settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return the settings around a centre: each entry of ``move``, its own or of one it is ``like``, moves one."""
    where = f"{path}: [{READINGS}.{name}]"
    centre, moves = settings.get(table.get("of", "")), table.get("move")
    if centre is None:
        raise InvalidInputError(f"{where} needs of: the setting that is its centre")
    if not isinstance(moves, list) or not all(isinstance(move, dict) and move for move in moves):
        raise InvalidInputError(f"{where} needs move: a list of factors to change, such as [{{ steps = 0 }}]")
    found = {}
    for move in moves:
        said = ", ".join(f"{factor} {level}" for factor, level in move.items())
        one = f"{centre.name}.{'.'.join(f'{factor}-{level}' for factor, level in move.items())}"
        values = {role: {**value, **move} if role.startswith("on_") else value for role, value in centre.values.items()}
        found[one] = replace(
            centre,
            name=one,
            stands_for=f"{centre.stands_for}; {said}",
            differs=tuple(dict.fromkeys([*centre.differs, "reading"])),
            where=f"{centre.where}, {said}",
            families=tuple(table.get("families", [READINGS])),
            seeds=table.get("seeds", centre.seeds),
            only_with=table.get("only_with", centre.only_with),
            values=values,
        )
    return found


def choose(settings: Mapping[str, Setting], names: Sequence[str]) -> list[Setting]:
    """Return the settings of these names or families, once each, in the file's order; an unknown name is an error.

    Those that are asked only with weights which are not here are left out.
    """
    families = {family for one in settings.values() for family in one.families}
    if unknown := [name for name in names if name not in settings and name not in families]:
        known = ", ".join([*settings, *sorted(families)])
        raise InvalidInputError(f"no setting or family {unknown[0]!r}; there are: {known}")
    named = [one for one in settings.values() if one.name in names or set(one.families) & set(names)]
    return [one for one in named if not one.only_with or Weights(one.only_with).here()]
