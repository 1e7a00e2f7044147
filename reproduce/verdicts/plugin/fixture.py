"""The ``claim`` fixture: call it to measure, then say once what the paper claims of the measurement."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Experiment
from reproduce.running.request import Request
from reproduce.verdicts.files.roles import Role
from reproduce.verdicts.judging import judge, scatter
from reproduce.verdicts.judging.judge import Estimate, Region, Verdict, from_seeds
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.outcome import Outcome, Spec

__all__ = ["SEEDS", "Claim", "Measures", "seeds_for"]

#: How many seeds a claim is judged on where the seed varies anything, as the paper's longest row.
SEEDS = 14
#: What a session did about a kept value, the least trustworthy first: of several, a claim shows the first.
CHECKS = ("✗", "not re-measured", "not in turn", "measured now", "≈", "✓")


class Measures(Protocol):
    """Whatever answers a request for scores: the record, a fresh run, a rehearsal, or a list of what is asked."""

    def sample(self, request: Request, score: str) -> Sample:
        """Return the score under each seed; a sample that is ``missing`` says what it waits for."""
        ...


class Claim:
    """One claim of the paper. Verbs take a sample and end the claim: exactly one of them, exactly once.

    Margins and bounds are in the unit of the claim's mark: percentage points where it ends in %. A bound given
    as a string of printed digits is widened by half a unit of its last digit.
    """

    def __init__(self, spec: Spec, measures: Measures, figures: Mapping[str, str] | None = None) -> None:
        self.spec = spec
        self._figures = figures or {}
        self.outcome: Outcome | None = None
        self._measures = measures
        #: What the claim notes beside its verdict, as JSON has it: kept with it, and judged by nobody.
        self.extra_info: dict[str, Any] = {}
        #: Data sets that were named in the claim itself, not by a setting.
        self.literal: list[str] = []
        #: All that was asked to be measured.
        self.requests: list[Request] = []

    def figure(self, line: str) -> str:
        """Return the figure that the paper prints of another line, such as "III.64", for a bound that it sets."""
        if line not in self._figures:
            raise InvalidInputError(f"{self.spec.id}: the list of the paper's lines prints no figure of {line!r}")
        return self._figures[line]

    @property
    def printed(self) -> str:
        """The paper's figure as printed, from the list of its lines; an error where the claim's line has none."""
        if not self.spec.printed:
            raise InvalidInputError(f"{self.spec.id}: the list of the paper's lines prints no figure of it")
        return self.spec.printed

    def __call__(
        self, experiment: Experiment, data: str, *, score: str, seeds: int | range | None = None, **factors: Any
    ) -> Sample:
        """Measure ``score`` of ``experiment`` on the data set: one value per seed (14, or 1 where none varies).

        A role of a setting, such as ``setting.lions``, brings the setting's factors, where a network enters the
        experiment, and its number of seeds, where the seed varies anything; ``factors`` and ``seeds`` given here go
        before them. ``seeds``: so many instead, or a range of them, such as ``AFRESH`` for what was asked after 0-13
        had been seen.
        """
        if isinstance(data, Role):
            factors = data.reaching(experiment) | factors
            seeds = data.seeds if seeds is None and experiment.varies_on(data) else seeds
        elif data:
            self.literal.append(data)
        judged = seeds_for(experiment, data, seeds)
        self.requests.append(Request(experiment, str(data), experiment.factors(**factors), judged))
        return self._measures.sample(self.requests[-1], score)

    def equals(
        self,
        ours: Sample,
        printed: str,
        *,
        margin: float,
        because: str,
        runs: int | None = None,
        spread: float | None = None,
    ) -> None:
        """Claim that our mean is the printed figure, to within the margin. ``runs``: how many runs the paper averaged.

        Both stand in the list of the paper's lines (``claim.printed``; its ``runs`` are taken where none are given).

        ``spread``, the standard deviation between runs that was expected when the margin was set (from pilot
        seeds, or known), makes the table print the power planned for: the chance of *reproduced* with 14 seeds
        if the printed figure is the truth.
        """
        if self.spec.fidelity == "proxy":
            raise InvalidInputError(
                f"{self.spec.id}: a proxy cannot equal a printed figure; use an ordering, a bound or a null"
            )
        region = judge.around(printed, margin)
        runs = self.spec.runs if runs is None else runs
        power = None
        if spread is not None:
            power = judge.power(spread, SEEDS, margin + judge.half_unit(printed), runs)
        self._hold("equals", ours, region, printed, f"±{margin:g}", because, runs, power, spread)

    def exceeds(self, ours: Sample, other: Sample, *, by: float | str, because: str) -> None:
        """Claim that ours is above the other by more than ``by``, paired by seed."""
        region = Region(lower=_bound(by, widen=-1))
        self._hold("exceeds", ours - other, region, f"> {by}", "", because)

    def at_most(self, ours: Sample, bound: float | str, *, because: str) -> None:
        """Claim that our mean is no higher than the bound."""
        self._hold("at_most", ours, Region(upper=_bound(bound, widen=1)), f"<= {bound}", "", because)

    def at_least(self, ours: Sample, bound: float | str, *, because: str) -> None:
        """Claim that our mean is no lower than the bound."""
        self._hold("at_least", ours, Region(lower=_bound(bound, widen=-1)), f">= {bound}", "", because)

    def between(self, ours: Sample, low: float, high: float, *, because: str) -> None:
        """Claim that our mean lies from ``low`` to ``high``, as was forecast of these very animals."""
        if not low < high:
            raise InvalidInputError(f"{self.spec.id}: nothing lies from {low} to {high}")
        self._hold("between", ours, Region(low, high), f"{low:g} to {high:g}", "", because)

    def negligible(self, difference: Sample, *, margin: float, because: str) -> None:
        """Claim that the difference is smaller than the margin, whichever its sign."""
        if not margin > 0:
            raise InvalidInputError(f"{self.spec.id}: the margin {margin} must be positive")
        self._hold("negligible", difference, Region(-margin, margin), "0", f"±{margin:g}", because)

    def exactly(self, ours: Sample, printed: str, *, because: str = "") -> None:
        """Claim that a value that nothing varies has the printed digits."""
        if ours.missing:
            self._settle(
                Outcome(
                    self.spec, Verdict.NOT_RUN, "exactly", printed, because=because, reason=ours.missing, lost=ours.lost
                )
            )
            return
        scaled = ours.scaled(self.spec.scale)
        verdict = judge.exactly(scaled.values, printed)
        self._settle(self._outcome("exactly", scaled, verdict, printed, "", because, None, Region()))

    def waits(self, reason: str) -> None:
        """Say what the claim waits for: it cannot be measured yet."""
        self._settle(Outcome(self.spec, Verdict.NOT_RUN, "waits", reason=reason))

    def _hold(
        self,
        verb: str,
        ours: Sample,
        region: Region,
        paper: str,
        margin: str,
        because: str,
        paper_runs: int | None = None,
        power: float | None = None,
        spread: float | None = None,
    ) -> None:
        if not because:
            raise InvalidInputError(f"{self.spec.id}: say why the region is what it is (because=...)")
        if ours.missing:
            waiting = Outcome(
                self.spec,
                Verdict.NOT_RUN,
                verb,
                paper,
                margin,
                because,
                lower=None if math.isinf(region.lower) else region.lower,
                upper=None if math.isinf(region.upper) else region.upper,
                reason=ours.missing,
                lost=ours.lost,
            )
            self._settle(replace(waiting, power=power, spread=spread))
            return
        scaled = ours.scaled(self.spec.scale)
        estimates = scaled.estimates(paper_runs)
        carrier = scatter.carries(verb, paper, self.spec.printed, self.spec.own_animals)
        note = f"seeds only: {scaled.seeds_only}" if carrier not in estimates and scaled.seeds_only else ""
        used = carrier if carrier in estimates else scatter.SEEDS
        estimate = estimates[used]
        verdict = judge.judge(estimate, region)
        if verdict == Verdict.INCONCLUSIVE and paper_runs is not None and used == scatter.SEEDS:
            verdict = judge.against_runs(scaled.values, region, paper_runs)
        outcome = self._outcome(verb, scaled, verdict, paper, margin, because, estimate.interval(), region)
        intervals = {name: one.interval() for name, one in estimates.items()}
        if verdict == Verdict.COMPATIBLE and paper_runs is not None:
            note = "; ".join(filter(None, (note, excluded(scaled, estimate, region, paper_runs))))
        if scaled.saturated and scaled.random and scaled.n > 1:
            note = "; ".join(filter(None, (note, f"the same under each of {scaled.n} seeds: none, or all there is")))
        self._settle(
            replace(
                outcome,
                power=power,
                spread=spread,
                intervals={name: ends for name, ends in intervals.items() if ends is not None},
                scatter="" if scaled.exact else used,
                note="" if scaled.exact else note,
                p=None if scaled.exact else judge.p_value(estimate, region),
            )
        )

    def _outcome(
        self,
        verb: str,
        scaled: Sample,
        verdict: Verdict,
        paper: str,
        margin: str,
        because: str,
        interval: tuple[float, float] | None,
        region: Region,
    ) -> Outcome:
        sources = scaled.sources
        return Outcome(
            self.spec,
            verdict,
            verb,
            paper,
            margin,
            because,
            ours=scaled.mean,
            values=scaled.values,
            interval=interval,
            lower=None if math.isinf(region.lower) else region.lower,
            upper=None if math.isinf(region.upper) else region.upper,
            chance=scaled.chance,
            precision_at_1=scaled.precision_at_1,
            backends=tuple(sorted({source.backend for source in sources if source.backend})),
            machines=tuple(sorted({source.machine for source in sources if source.machine})),
            checked=min((source.checked for source in sources if source.checked), key=_trust, default=""),
            drift="; ".join(dict.fromkeys(source.drift for source in sources if source.drift)),
            data={source.data: source.data_hash for source in sources if source.data},
            difference=scaled.difference,
            sides=scaled.sides,
        )

    def _settle(self, outcome: Outcome) -> None:
        if self.outcome is not None:
            raise InvalidInputError(f"{self.spec.id}: one claim, one verdict: it already ended in {self.outcome.verb}")
        self.outcome = outcome


def seeds_for(experiment: Experiment, data: str, asked: int | range | None) -> range:
    """Return the seeds to judge on: as asked, so many or these, else 0-13; seed 0 alone where no seed varies it."""
    if isinstance(asked, int):
        return range(asked)
    if not experiment.varies_on(data):
        return range(1)
    return range(SEEDS) if asked is None else asked


def excluded(ours: Sample, beside: Estimate, region: Region, runs: int) -> str:
    """Return what a compatible figure says nevertheless: which means of ours it excludes, and whether chance is one."""
    alone, both = from_seeds(ours.values).interval(), beside.interval()
    assert alone is not None
    assert both is not None
    printed, half = (region.lower + region.upper) / 2, (both[1] - both[0]) / 2
    low, high = printed - half, printed + half
    chance = ours.chance
    said = "" if chance is None else f"; chance {chance:.2f} {'is not' if low <= chance <= high else 'is'}"
    plural = "" if runs == 1 else "s"
    return (
        f"compatible: means below {low:.2f} and above {high:.2f} are excluded{said} "
        f"(90 % of our mean {alone[0]:.2f}..{alone[1]:.2f}; beside the paper's {runs} run{plural} "
        f"{both[0]:.2f}..{both[1]:.2f})"
    )


def _trust(checked: str) -> int:
    """Return where what was checked stands in ``CHECKS``: "seed 7 ✓" by its sign."""
    return next(at for at, end in enumerate(CHECKS) if checked.endswith(end))


def _bound(bound: float | str, widen: int) -> float:
    if isinstance(bound, str):
        return float(bound) + widen * judge.half_unit(bound)
    return float(bound)
