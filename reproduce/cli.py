"""The ``reproduce`` command: it mounts the commands and turns what a user can meet into one line and a status."""

import signal
import sys
from typing import Annotated

import typer

from reproduce import __version__
from reproduce.commands import (
    audit,
    claims,
    datasets,
    embed,
    export,
    match,
    paper,
    readings,
    report,
    run,
    score,
    weights,
)
from reproduce.errors import ReproduceError, of_memory, of_system, short_of_memory
from reproduce.extras import needed
from reproduce.terminal import tolerant, warnings_named

app = typer.Typer(
    name="reproduce",
    help="Judge every claim of a paper on recognising animals, and score your own photographs.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(claims.app)
app.command("run")(run.run_experiments)
app.command("paper")(paper.run_the_paper)
app.command("datasets")(datasets.list_datasets)
app.command("weights")(weights.list_weights)
app.command("audit")(audit.audit_dataset)
app.command("embed")(embed.embed_animals)
app.command("match")(match.match_animals)
app.command("score")(score.score_embeddings)
app.command("report")(report.write_report)
app.command("readings")(readings.show_readings)
app.command("export")(export.export_claims)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"reproduce {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show an error with its trace.")] = False,
) -> None:
    """Judge every claim of a paper on recognising animals, and score your own photographs.

    Exit status of every command: 0 well, 1 an error or a finding, 2 an option that there is not, 130 interrupted.

    Example: reproduce audit photographs/
    """


def main() -> None:
    """Run the command; an error that a user can meet is one line on stderr and exit status 1."""
    tolerant()
    warnings_named()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill is a Ctrl-C: what is finished is kept
    try:
        app(prog_name="reproduce")
    except (ReproduceError, OSError) as error:
        if "--debug" in sys.argv[1:2]:
            raise
        print(f"reproduce: {error if isinstance(error, ReproduceError) else of_system(error)}", file=sys.stderr)
        raise SystemExit(1) from None
    except ModuleNotFoundError as error:
        if "--debug" in sys.argv[1:2] or (known := needed(error)) is None:
            raise
        print(f"reproduce: {known}", file=sys.stderr)
        raise SystemExit(1) from None
    except Exception as error:
        if "--debug" in sys.argv[1:2] or not short_of_memory(error):
            raise
        print(f"reproduce: {of_memory(error)}", file=sys.stderr)
        raise SystemExit(1) from None
    except SystemExit as end:
        if end.code == 130:
            print("reproduce: interrupted; what was finished is kept, and the same command goes on", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
