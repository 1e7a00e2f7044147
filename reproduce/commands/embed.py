"""``reproduce embed``: write own animals as embeddings."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.options import Identity, Level, PathColumn, StrangersChoice, file_option
from reproduce.reading import Reading, Strangers


def embed_animals(
    name: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A data set, your own folder, or a table of it.")],
    model: Annotated[
        str, typer.Option(help="none (pixels, histogram, untrained), mlp, wide, dcnn, or a backbone: MobileNetV2.")
    ] = "none",
    like: Annotated[
        Path | None, file_option(metavar="NPY", help="By the model of that embedding, as it was trained.")
    ] = None,
    output: Annotated[Path, file_option(metavar="DIR", help="Where the .npy and the .csv go.")] = Path("embeddings"),
    root: Annotated[str | None, typer.Option(help="The folder that holds a named set.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the split where there is none, and the model's start.")] = 0,
    excel_safe: Annotated[
        bool, typer.Option("--excel-safe", help="A quote before names that a spreadsheet would run: =, +, -, @.")
    ] = False,
    identity: Identity = None,
    path: PathColumn = None,
    level: Level = None,
    strangers: StrangersChoice = Strangers.OUT,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: what was written and what was left out.")
    ] = False,
) -> None:
    """Write each photograph as a row of numbers: one .npy for each model, and a .csv of the animals, in one order.

    A model that learns (mlp, wide, dcnn) is trained on the training animals. A file that cannot be read is left out,
    which stderr says. Exit status 0: written; 1: an error.

    Example: reproduce embed photographs/ --model MobileNetV2
    """
    import shlex

    from reproduce import outputs, text
    from reproduce.animals.embedding import like_of, write_embeddings
    from reproduce.animals.models import LEARNED, models_of
    from reproduce.datasets.image_files import readable, remarks
    from reproduce.datasets.loading import published
    from reproduce.errors import DataMissingError, one_line
    from reproduce.words import is_unknown

    outputs.check_folder(output)
    kept = None if like is None else like_of(like)
    models = models_of(model) if kept is None else (kept.model,)
    seed = seed if kept is None else kept.seed
    reading = Reading(identity, path, level, strangers)
    whole = published(name, root, seed, reading)
    if not whole.has_pixels:
        raise DataMissingError(f"{name} has no images here, only identities; get them: reproduce datasets --get {name}")
    catalogue, left_out = readable(whole)
    warnings = [*catalogue.notes, *(f"left out: {line}" for line in left_out)]
    warnings += [line for few in (True, False) for line in remarks(catalogue, few)]
    if shared := set(catalogue.identities[catalogue.train]) & set(catalogue.identities[catalogue.test]):
        them = text.many(len(shared), "animal is", "animals are")
        warnings.append(f"the split leaks: {them} on both sides, such as {sorted(shared)[0]}")
    if not excel_safe and any(map(text.is_formula, catalogue.identities.tolist())):
        warnings.append(
            "a spreadsheet would run the animals' names that begin with =, +, - or @: --excel-safe quotes them"
        )
    for line in warnings:
        typer.echo(one_line(f"reproduce: warning: {line}"), err=True)
    written = write_embeddings(catalogue, models, output, seed, kept, excel_safe, reading, root)
    strangers_kept = {one for one in catalogue.identities.tolist() if is_unknown(one)}
    animals, labels = len(set(catalogue.identities.tolist()) - strangers_kept), written.labels
    if as_json:
        files = {"embeddings": list(map(str, written.embeddings.values())), "labels": str(labels)}
        counts = {"images": len(catalogue), "animals": animals, "left out": list(left_out), "warnings": warnings}
        typer.echo(text.as_json({**files, **counts}))
        return
    counts_said = f"{text.many(len(catalogue), 'image')} of {text.many(animals, 'animal')}"
    typer.echo(one_line(f"{labels}: {counts_said}, one a line"))
    for one, file in written.embeddings.items():
        # What learned knows its training animals: only those held out say how it finds new ones.
        side = " --split test" if one.partition(":")[0] in LEARNED else ""
        if catalogue.roles is not None:
            side = " --query-split query --gallery-split gallery"
            side += " --apart camera" if "camera" in catalogue.columns else ""
        side += " --strangers keep" if strangers_kept and strangers is Strangers.KEEP else ""
        score = f"reproduce score {shlex.quote(str(file))} {shlex.quote(str(labels))}{side}"
        typer.echo(one_line(f"{file}: a row for each; next: {score}"))
