"""Options that name a file or a folder, in every command; and counts that are told in words."""

import inspect
from pathlib import Path
from typing import get_args

import pytest
from typer.main import get_command
from typer.models import OptionInfo

from reproduce import cli
from reproduce.text import many


def options(command, name="reproduce"):
    """The words of every option below a command that names one file, with what it makes of the name."""
    told = inspect.signature(command.callback).parameters if command.callback else {}
    for parameter in told.values():
        kind, *more = get_args(parameter.annotation) or (parameter.annotation,)
        if (kind is Path or Path in get_args(kind)) and (info := [one for one in more if isinstance(one, OptionInfo)]):
            yield f"{name} {parameter.name}", info[0].parser
    for below in getattr(command, "commands", {}).values():
        yield from options(below, f"{name} {below.name}")


def test_every_option_of_a_file_knows_the_users_folder(tmp_path, monkeypatch):
    """A shell leaves "~" in --output=~/x as it is; the two files after --query are words of their own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    found = dict(options(get_command(cli.app)))
    assert {"reproduce embed output", "reproduce audit sheet", "reproduce report claims"} <= set(found)
    assert [name for name, parser in found.items() if parser is None or parser("~/x") != tmp_path / "x"] == []


@pytest.mark.parametrize(
    "count, words, told",
    [
        (0, ("image",), "0 images"),
        (1, ("image",), "1 image"),
        (2_000, ("image",), "2,000 images"),
        (1, ("query is", "queries are"), "1 query is"),
        (3, ("query is", "queries are"), "3 queries are"),
    ],
)
def test_one_is_told_as_one(count, words, told):
    """With the plural that is given, where it is not the usual one."""
    assert many(count, *words) == told
