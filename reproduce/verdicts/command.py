"""``reproduce claims``: what the claims say, what a saved run found, and what changed between two, without pytest."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="claims",
    help="The paper's claims: list them, show a saved run, compare two.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Storage = Annotated[Path, typer.Option(help="The folder of saved runs.")]


@app.command("list")
def list_claims(folder: Annotated[Path, typer.Argument(help="The claims.")] = Path("claims")) -> None:
    """Every claim as a sentence, with where the paper makes it.

    Example: reproduce claims list
    """
    from reproduce.verdicts.collect import specifications
    from reproduce.verdicts.marks import described

    group = None
    for spec in specifications(folder):
        if spec.group != group:
            group = spec.group
            typer.echo(f"\n{group}")
        typer.echo(f"  {described(spec)}")


@app.command("paper")
def show_paper(
    folder: Annotated[Path, typer.Argument(help="The claims, with their record.")] = Path("claims"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a screen.")] = False,
) -> None:
    """The paper, line by line, judged by the record alone: nothing is measured.

    Example: reproduce claims paper --json
    """
    import json
    import shutil

    from reproduce.errors import InvalidInputError
    from reproduce.verdicts import lines, screen, settings
    from reproduce.verdicts.collect import judged

    paper = lines.read(folder / lines.FILE)
    if not paper:
        raise InvalidInputError(f"no {folder / lines.FILE}, the paper's lines; call this from the project's root")
    outcomes = judged(folder).outcomes
    folded = lines.fold(paper, outcomes)
    if as_json:
        typer.echo(json.dumps(screen.as_json(folded), indent=1, ensure_ascii=False))
        return
    width = shutil.get_terminal_size((80, 24)).columns
    shown = screen.screen(folded, settings.read(folder / settings.FILE), width)
    for line in [*shown, *screen.headline(folded, outcomes, width)]:
        typer.echo(line)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="A saved run by number, name or path; the last one.")] = "",
    storage: Storage = Path(".claims"),
) -> None:
    """The table of a saved run.

    Example: reproduce claims show 0003
    """
    import shutil

    from reproduce.verdicts.saving import find, read
    from reproduce.verdicts.table import render, summary

    found = read(find(storage, run))
    environment = found.information.get("environment", {})
    device = environment.get("gpu") or environment.get("cpu", "")
    typer.echo(f"{found.path}: {found.information['time']}, commit {found.information['commit']}, {device}\n")
    for line in render(found.outcomes, shutil.get_terminal_size((120, 24)).columns):
        typer.echo(line)
    typer.echo(summary(found.outcomes))


@app.command("compare")
def compare_runs(
    before: Annotated[str, typer.Argument(help="The earlier run by number, name or path; the last but one.")] = "",
    now: Annotated[str, typer.Argument(help="The later run; the last one.")] = "",
    fail: Annotated[
        str, typer.Option(help="What gives status 1: verdict, ours:X (in the claim's unit), ours:X%, by comma.")
    ] = "verdict",
    storage: Storage = Path(".claims"),
) -> None:
    """What changed between two saved runs; status 1 if something did that --fail names.

    Example: reproduce claims compare 0003 0004 --fail verdict
    """
    from reproduce.errors import InvalidInputError
    from reproduce.verdicts.compare import Rules, compare
    from reproduce.verdicts.saving import find, read, saved

    rules = Rules.parse(fail)
    if not before:
        runs = saved(storage)
        if len(runs) < 2:
            raise InvalidInputError(f"{storage} holds {len(runs)} saved runs: comparing needs two")
        before = str(runs[-2])
    earlier, later = read(find(storage, before)), read(find(storage, now))
    typer.echo(f"before  {earlier.path}\nnow     {later.path}\n")
    changes = compare(earlier.outcomes, later.outcomes)
    broken = 0
    for change in changes:
        complaint = rules.broken_by(change)
        broken += bool(complaint)
        if change.kind != "same":
            typer.echo(f"{'FAIL' if complaint else '    '}  {complaint or change.line}")
    same = sum(change.kind == "same" for change in changes)
    typer.echo(f"{len(changes)} claims, {same} the same, {broken} changed against --fail {fail}")
    raise typer.Exit(1 if broken else 0)
