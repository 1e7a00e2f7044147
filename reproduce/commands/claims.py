"""``reproduce claims``: what the claims say, what a saved run found, and what changed between two, without pytest."""

import itertools
from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.options import file_option

app = typer.Typer(
    name="claims",
    help="The paper's claims: the paper on one screen, a claim and its evidence, saved runs and what changed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

#: So many claims are shown with all that stands behind them; more as a line each.
IN_FULL = 3

Storage = Annotated[Path, file_option(metavar="PATH", help="The folder of saved runs.")]


@app.command("list")
def list_claims(
    folder: Annotated[Path, typer.Argument(help="The claims.")] = Path("claims"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")] = False,
) -> None:
    """List every claim as a sentence, with where the paper makes it.

    Exit status 0: listed; 1: no claims there, or one that is not written as a claim.

    Example: reproduce claims list
    """
    from dataclasses import asdict

    from reproduce import text
    from reproduce.verdicts.files import fetched
    from reproduce.verdicts.plugin.collect import specifications
    from reproduce.verdicts.plugin.marks import described

    specs = specifications(fetched.home(folder))
    if as_json:
        typer.echo(text.as_json([asdict(spec) for spec in specs]))
        return
    group = None
    for spec in specs:
        if spec.group != group:
            group = spec.group
            typer.echo(f"\n{group}")
        typer.echo(f"  {described(spec)}")


@app.command("paper")
def show_paper(
    folder: Annotated[Path, typer.Argument(help="The claims, with their record.")] = Path("claims"),
    questions: Annotated[
        bool, typer.Option("--questions", help="Add the questions that the paper leaves open.")
    ] = False,
    checks: Annotated[bool, typer.Option("--checks", help="Add the checks of protocol and software.")] = False,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="First fetch the release's claims and record, some 7 MB, if need be.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a screen.")] = False,
) -> None:
    """Show the paper's statements on one screen, judged by the record alone: nothing is measured.

    With --fetch it needs no checkout of the project, and once fetched `claims`, `readings` and `report` need none
    either. Exit status 0: shown, whatever the verdicts; 1: an error.

    Example: reproduce claims paper --json
    """
    import shutil

    from reproduce import text
    from reproduce.errors import InvalidInputError
    from reproduce.verdicts.files import fetched, lines, settings
    from reproduce.verdicts.plugin import kept
    from reproduce.verdicts.views import screen

    if fetch and not folder.is_dir():
        fetched.fetch()
    folder = fetched.home(folder)
    paper = lines.read(folder / lines.FILE)
    if not paper:
        raise InvalidInputError(
            f"no {folder / lines.FILE}, the paper's lines; call this from the project's root, or with --fetch"
        )
    found = kept.answer(folder)
    folded = lines.fold(paper, found.outcomes)
    if as_json:
        typer.echo(text.as_json(screen.as_json(folded)))
        return
    width = shutil.get_terminal_size((80, 24)).columns
    kinds = ["statement", *(["question"] if questions else []), *(["check"] if checks else [])]
    for line in screen.screen(folded, settings.read(folder / settings.FILE), width, kinds, found.needed):
        typer.echo(line)


@app.command("show")
def show_claim(
    asked: Annotated[
        str,
        typer.Argument(metavar="ID|SECTION|WORD", help="An id or its start, a section such as III-B, a word."),
    ],
    folder: Annotated[Path, file_option("--claims", metavar="DIR", help="The claims, with their record.")] = Path(
        "claims"
    ),
    plot: Annotated[Path | None, file_option(metavar="FILE", help="Draw them as well, .svg or .png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show claims with their rule, verdict, intervals, finding and the commands that repeat them; measure nothing.

    Up to three claims are shown in full, more as a line each. Exit status 0: shown; 1: no such claim, or an error.

    Example: reproduce claims show II.sixteen
    """
    import shutil

    from reproduce import text
    from reproduce.record import Store
    from reproduce.report import card
    from reproduce.report.evidence import gather, reader
    from reproduce.verdicts.files import fetched, settings
    from reproduce.verdicts.plugin.collect import Origin, record_of
    from reproduce.verdicts.plugin.kept import judgement

    folder = fetched.home(folder)
    found = judgement(folder)
    chosen = card.find(found.outcomes, asked)
    if plot is not None:
        from reproduce.report.figures import sides

        sides.draw([one for one in chosen if one.ours is not None], plot)
    source = reader(Store(record_of(folder)))
    evidence = [gather(one, found.origins.get(one.spec.id, Origin()), source) for one in chosen]
    if as_json:
        typer.echo(text.as_json([card.as_json(*pair) for pair in zip(chosen, evidence, strict=True)]))
        return
    if len(chosen) > IN_FULL:
        for one in chosen:
            typer.echo(card.line(one))
        typer.echo(f"{len(chosen)} claims; name one by its id for all that stands behind it")
        return
    said, width = settings.read(folder / settings.FILE), shutil.get_terminal_size((80, 24)).columns
    for one, stands_behind in zip(chosen, evidence, strict=True):
        typer.echo("\n".join([*card.card(one, stands_behind, said, width), ""]))
    if len(chosen) == 1:
        for one in found.outcomes:
            if one.spec.statement == chosen[0].spec.statement and one is not chosen[0]:
                typer.echo(card.line(one))


@app.command("saved")
def show_saved(
    run: Annotated[str, typer.Argument(help="A saved run by number, name or path; the last one.")] = "",
    columns: Annotated[str, typer.Option(help="The table's columns by comma, such as claim,ours,verdict.")] = "",
    sort: Annotated[str, typer.Option(help="Order within a group: claim, ours, verdict, margin.")] = "",
    group_by: Annotated[str, typer.Option(help="file, place, setting, kind, evidence, verdict.")] = "",
    storage: Storage = Path(".claims"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show the table of a saved run.

    Exit status 0: shown; 1: no such run.

    Example: reproduce claims saved 0003 --sort margin
    """
    import shutil

    from reproduce import text
    from reproduce.errors import one_line
    from reproduce.verdicts.runs.saving import find, read
    from reproduce.verdicts.views.arranged import arrange
    from reproduce.verdicts.views.table import COLUMNS, OTHERS, render
    from reproduce.verdicts.views.tally import summary

    arranged = arrange((*COLUMNS, *OTHERS), (), columns, sort, group_by)

    found = read(find(storage, run))
    if as_json:
        claims = [outcome.to_json() for outcome in found.outcomes]
        typer.echo(text.as_json({"path": found.path, **found.information, "claims": claims}))
        return
    environment = found.information.get("environment", {})
    device = environment.get("gpu") or environment.get("cpu", "")
    head = f"{found.path}: {found.information['time']}, commit {found.information['commit']}, {device}"
    table = render(found.outcomes, shutil.get_terminal_size((120, 24)).columns, arranged=arranged)
    for line in [head, "", *table, *summary(found.outcomes).splitlines()]:
        typer.echo(one_line(line))  # the file may be a stranger's


@app.command("runs")
def list_runs(
    storage: Storage = Path(".claims"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a list.")] = False,
) -> None:
    """List every saved run: its time, its commit and how its claims ended; a file that is no run says so.

    Exit status 0: listed; 1: none is saved there.

    Example: reproduce claims runs
    """
    from reproduce import text
    from reproduce.errors import one_line
    from reproduce.verdicts.runs.several import listed

    runs = listed(storage)
    if as_json:
        typer.echo(text.as_json(runs))
        return
    for run in runs:
        counts = ", ".join(f"{count} {word}" for word, count in run["verdicts"].items())
        said = f"{run['time']}  {run['commit']}  {counts}" if not run["problem"] else run["problem"]
        typer.echo(one_line(f"{run['name']}  {said}"))


@app.command("compare")
def compare_runs(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN ...]", help="By number, name or path, the earliest first; the last two."),
    ] = None,
    fail: Annotated[
        str, typer.Option(help="What gives status 1: verdict, ours:X (in the claim's unit), ours:X%, by comma.")
    ] = "verdict",
    storage: Storage = Path(".claims"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a list.")] = False,
) -> None:
    """Show what changed from each saved run to the next. One run alone is held to the last.

    Of more than two a table follows: each claim that changed, with its verdict and figure in every run. Exit status
    0: nothing that --fail names; 1: something, or an error.

    Example: reproduce claims compare 0003 0004 --fail verdict
    """
    from reproduce import text
    from reproduce.errors import one_line
    from reproduce.verdicts.runs.compare import Rules
    from reproduce.verdicts.runs.saving import chosen, read
    from reproduce.verdicts.runs.several import Step, history

    rules = Rules.parse(fail)
    read_runs = [read(path) for path in chosen(storage, runs or [])]
    steps = [Step.between(*pair, rules) for pair in itertools.pairwise(read_runs)]
    broken = any(step.broken for step in steps)
    if as_json:
        told = [{**step.as_json(), "fail": fail} for step in steps]
        typer.echo(text.as_json(told[0] if len(told) == 1 else {"fail": fail, "steps": told}))
        raise typer.Exit(1 if broken else 0)
    for step in steps:
        typer.echo(f"before  {step.before.path}\nnow     {step.now.path}\n")
        for line in step.lines:
            typer.echo(line)
        typer.echo(f"{len(step.changes)} claims, {step.same} the same, {step.broken} changed against --fail {fail}")
    if len(steps) > 1:
        for line in ["", *history(read_runs)]:
            typer.echo(one_line(line))
    raise typer.Exit(1 if broken else 0)
