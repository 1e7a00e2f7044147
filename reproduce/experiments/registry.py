"""What an experiment is: a function (catalogue, seed, factors) -> named scores, and what its seed varies."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reproduce import choices
from reproduce.errors import InvalidInputError, did_you_mean

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["Experiment", "Result", "experiment", "find", "names_animals", "registered", "unknown"]

#: What a seed may vary. A data set whose split the seed draws adds "split" by itself.
SOURCES = ("split", "initialisation", "order", "codebook", "sampling")
_SCALARS = frozenset((bool, int, float, str, type(None)))


def _kinds(value: Any) -> tuple[type, ...]:
    """Return the type of a value, or those of a tuple's: 1, 1.0 and True are equal, and not the same factor."""
    return tuple(map(type, value)) if type(value) is tuple else (type(value),)


@dataclass(frozen=True)
class Result:
    """What one seed of one experiment measured.

    ``scores`` are plain floats, fractions where the field speaks of per cent (0.497, never 49.7).
    ``details`` is anything else worth keeping that is JSON: chosen hyper-parameters, counts, short curves.
    ``leave_one_out`` holds, for a score, its value with each animal of its set left out in turn: the judge's
    delete-one-animal jackknife is computed from it. ``animals`` holds their names in that order, by the set's
    suffix: "" for the scores without one, "@train" for "map_at_r@train".
    Raises InvalidInputError where scores without each animal and animals' names do not fit.
    """

    scores: Mapping[str, float]
    details: Mapping[str, Any] = field(default_factory=dict)
    leave_one_out: Mapping[str, Sequence[float]] = field(default_factory=dict)
    animals: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if taken := [name for name in self.details if names_animals(name)]:
            raise InvalidInputError(
                f"a detail cannot be named {taken[0]!r}: animals' names are a field of their own, "
                'Result(..., animals={"": names})'
            )
        for suffix, names in self.animals.items():
            if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
                raise InvalidInputError(f"animals{suffix} must be a list of names, not {names!r:.40}")
            if len(set(names)) < len(names):
                raise InvalidInputError(f"animals{suffix} must name each animal once")
        for score, values in self.leave_one_out.items():
            _, at, where = score.partition("@")
            names = self.animals.get(f"{at}{where}", ())
            if len(values) != len(names):
                raise InvalidInputError(
                    f"leave_one_out has {len(values)} values of {score!r}, but animals{at}{where} names "
                    f"{len(names) or 'no'} animals; give one name for each value, in their order"
                )


def names_animals(detail: str) -> bool:
    """Return whether a detail of this name would be animals' names: "animals", "animals@train" and the like."""
    return detail.partition("@")[0] == "animals"


@dataclass(frozen=True)
class Experiment:
    """One row of the paper: a function with what the record and the judge must know of it.

    ``version`` is raised when the meaning of the scores changes: kept results of other versions are stale.
    ``varies`` names what the seed varies beside the data set's own split; empty: one seed is all there is.
    ``seconds`` is a rough cost of one seed on two CPU cores; the record's own timings replace it once kept.
    ``needs`` names what must be at hand: "pixels", "weights".
    ``library`` does the arithmetic ("numpy", "keras", "lightgbm", "opencv"); results never pool across backends.
    ``exact`` is true where the scores are enumerated facts (class sizes, chance levels), without sampling error.
    ``rehearsal`` holds the factors that make the experiment small on stand-in images.
    ``tolerance``: how far a fraction may move between machine classes, backends or processors under the same seed, or
    a function that says it of all factors: the most that was seen between two, rounded up to one digit; 0 where no more
    than the last digits moved. On its own machine a replay is bit-identical.
    ``work`` gives the relative cost of one seed under all factors, in any unit, so that a run under other factors is
    estimated from the timings that are kept; without it the timings nearest in their factors are taken as they are.
    ``later`` names factors that were added after results had been recorded. At its default value such a factor is left
    out of a result's key, so that older results stay valid.
    ``shared``: factors that experiments have in common, as a frozen dataclass that the function takes third: its fields
    are factors, its values their defaults. ``of`` names those that this experiment has; without it, all of them.
    ``makes`` gives, in the unit of ``work``, what one cell does for all rows that share it with that one: features of a
    data set, which are kept. What a row's first seed does for its others is seen in the timings.
    """

    name: str
    function: Callable[..., Result]
    version: int = 1
    varies: tuple[str, ...] = ()
    seconds: float = 1.0
    needs: tuple[str, ...] = ("pixels",)
    library: str = "numpy"
    exact: bool = False
    rehearsal: Mapping[str, Any] = field(default_factory=dict)
    work: Callable[[Mapping[str, Any]], float] | None = None
    tolerance: float | Callable[[Mapping[str, Any]], float] = 0.0
    later: tuple[str, ...] = ()
    shared: Any = None
    of: tuple[str, ...] = ()
    makes: Callable[[Mapping[str, Any]], float] | None = None

    @cached_property
    def own(self) -> Mapping[str, inspect.Parameter]:
        """The function's own factors, beside those that are ``shared``."""
        parameters = list(inspect.signature(self.function).parameters.values())
        return {parameter.name: parameter for parameter in parameters[2 if self.shared is None else 3 :]}

    @cached_property
    def _annotations(self) -> Mapping[str, Any]:
        shared = {one.name: one.type for one in (fields(self.shared) if self.shared is not None else ())}
        return shared | {name: one.annotation for name, one in self.own.items() if one.annotation is not one.empty}

    @cached_property
    def _known(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Factors that were found right before: hundreds of claims ask for the same ones."""
        return {}

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """All factors with their defaults: those of ``shared`` first, then the function's own."""
        taken = self.of or tuple(one.name for one in (fields(self.shared) if self.shared is not None else ()))
        shared = {name: getattr(self.shared, name) for name in taken}
        return shared | {name: parameter.default for name, parameter in self.own.items()}

    def factors(self, **chosen: Any) -> dict[str, Any]:
        """Return all factors by name, the defaults filled in; an unknown one is an error that names the known ones.

        Those that came ``later`` only where they are not at their defaults. A value that a factor does not take, by its
        annotation or by the dataclass of the ``shared`` ones, is an error that says what it takes.
        """
        key = tuple((name, *_kinds(chosen[name]), chosen[name]) for name in sorted(chosen))
        if not all(kind in _SCALARS for _, *kinds, _ in key for kind in kinds):  # what could change is not remembered
            return self._checked(chosen)
        if key not in self._known:
            self._known[key] = self._checked(chosen)
        return dict(self._known[key])

    def _checked(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        known = self.defaults
        if unknown := sorted(set(chosen) - set(known)):
            names = ", ".join(known) or "none"
            raise InvalidInputError(f"{self.name} has no factor {unknown[0]!r}; its factors are: {names}")
        every = {**known, **chosen}
        self._arguments(every)
        return {name: every[name] for name in sorted(every) if name not in self.later or every[name] != known[name]}

    def _arguments(self, every: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return what the function is called with, beside catalogue and seed; InvalidInputError for a wrong value."""
        choices.check(self.name, self._annotations, every)
        own = {name: value for name, value in every.items() if name in self.own}
        if self.shared is None:
            return [], own
        try:
            return [replace(self.shared, **{name: every[name] for name in every if name not in own})], own
        except InvalidInputError as error:
            raise InvalidInputError(f"{self.name}: {error}") from None

    def moves(self, factors: Mapping[str, Any]) -> float:
        """Return the tolerance under all of these factors."""
        return self.tolerance(factors) if callable(self.tolerance) else self.tolerance

    def varies_on(self, data: str) -> bool:
        """Return whether a seed changes anything: it varies the experiment, or draws the data set's split.

        The split says nothing where exact facts are enumerated, or where no data set enters (named "").
        """
        from reproduce.datasets import is_seeded

        return bool(self.varies) or (bool(data) and not self.exact and is_seeded(data))

    def __call__(self, catalogue: "Catalogue", seed: int, **factors: Any) -> Result:
        shared, own = self._arguments(self.factors(**factors))
        return self.function(catalogue, seed, *shared, **own)


_REGISTRY: dict[str, Experiment] = {}


def experiment(
    name: str,
    *,
    version: int = 1,
    varies: tuple[str, ...] = (),
    seconds: float = 1.0,
    needs: tuple[str, ...] = ("pixels",),
    library: str = "numpy",
    exact: bool = False,
    rehearsal: Mapping[str, Any] | None = None,
    work: Callable[[Mapping[str, Any]], float] | None = None,
    tolerance: float | Callable[[Mapping[str, Any]], float] = 0.0,
    later: tuple[str, ...] = (),
    shared: Any = None,
    of: tuple[str, ...] = (),
    makes: Callable[[Mapping[str, Any]], float] | None = None,
) -> Callable[[Callable[..., Result]], Experiment]:
    """Register a function (catalogue, seed, *, factors) -> Result as an experiment; the fields as in Experiment."""
    if unknown := set(varies) - set(SOURCES):
        raise InvalidInputError(f"{name}: a seed cannot vary {sorted(unknown)}; it may vary {', '.join(SOURCES)}")

    def register(function: Callable[..., Result]) -> Experiment:
        small = dict(rehearsal or {})
        entry = Experiment(
            name,
            function,
            version,
            varies,
            seconds,
            needs,
            library,
            exact,
            small,
            work,
            tolerance,
            later,
            shared,
            of,
            makes,
        )
        if strangers := set(later) - set(entry.defaults):
            raise InvalidInputError(f"{name}: later names {sorted(strangers)}, which are none of its factors")
        if bare := [factor for factor, value in entry.defaults.items() if value is inspect.Parameter.empty]:
            raise InvalidInputError(f"{name}: give its factor {bare[0]} a default; results are found by all of them")
        _REGISTRY[name] = entry
        return entry

    return register


def registered() -> dict[str, Experiment]:
    """Return every experiment that has been imported, by name."""
    return dict(sorted(_REGISTRY.items()))


def find(name: str) -> Experiment:
    """Return the experiment of that name; an unknown one is an error that names those close to it, else all of them."""
    try:
        return _REGISTRY[name]
    except KeyError:
        raise InvalidInputError(unknown(name)) from None


def unknown(name: str) -> str:
    """Return what is said of a name that no experiment has."""
    known = sorted(_REGISTRY)
    return f"no experiment {name!r}; {did_you_mean(name, known, 'there are: ' + (', '.join(known) or 'none'))}"
