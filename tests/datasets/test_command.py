"""``reproduce datasets`` and ``reproduce audit``: what a person reads."""

import sys

import pytest
from typer.testing import CliRunner

from reproduce import cli
from reproduce.datasets import kinds, load, turing
from reproduce.datasets.overview import overview


def said(*arguments):
    """What the command prints; it must succeed."""
    done = CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "120"}, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_what_is_missing_is_said_with_how_to_get_it(nowhere):
    """Without data every real set is missing, the identities and the stand-in are not."""
    text = said("datasets")
    for name in (kinds.LIONS, kinds.CATTLE, kinds.COWS, kinds.PROXY, kinds.BARN, kinds.STAND_IN):
        assert name in text
    assert "missing (--get)" in text
    assert "identities ship" in text
    assert "reproduce datasets --get NAME" in text


def test_what_is_here_is_said_with_where_and_counts_once_read(lions, monkeypatch):
    """Counts are the authors' until the set was loaded, then those of the files."""
    monkeypatch.setenv("REPRODUCE_DATA", str(lions.parent))
    assert "~740" not in said("datasets")
    assert "~750" in said("datasets")
    load("LionData")
    entry = next(entry for entry in overview() if entry.name == "LionData")
    assert (entry.images, entry.animals, entry.where) == (10, 5, str(lions))


def test_another_set_is_listed_where_it_is_here_and_all_of_them_when_asked(nowhere, monkeypatch):
    """A wildlife-datasets class shows up with its folder; --all names every one."""
    folder = nowhere / "data" / "NyalaData"
    folder.mkdir(parents=True)
    assert "NyalaData" not in said("datasets")
    (folder / "x.png").write_bytes(b"x")
    monkeypatch.setenv("REPRODUCE_DATA", str(folder.parent))
    assert "NyalaData" in said("datasets")
    everything = said("datasets", "--all")
    assert all(name in everything for name in kinds.names())
    assert "by hand only" in everything


def test_the_stand_in_can_be_asked_for(nowhere, monkeypatch):
    """Getting TuringCattle draws it; half-grown coats will do here."""
    monkeypatch.setattr(turing, "STEPS", 50)
    assert "TuringCattle: 59 images of 12 animals" in said("datasets", "--get", "TuringCattle")


def test_an_audit_is_printed_with_chance_and_findings(lions):
    """Sizes, chance and every kind of finding, for a small copy of the lions."""
    text = said("audit", "LionData", "--root", str(lions), "--photographs")
    for words in ("train", "Chance", "10 JPEG as .png", "byte-identical groups: 0", "unreadable files: 0", "of 6"):
        assert words in text


def test_identities_alone_are_audited(nowhere):
    """FriesianCattle2017 without pixels says so."""
    text = said("audit", "FriesianCattle2017")
    assert "no pixels here" in text
    assert "940" in text


@pytest.mark.parametrize("arguments", [("audit", "LionDate"), ("datasets", "--get", "LionDate")])
def test_an_unknown_name_ends_with_one_line_and_status_one(arguments, monkeypatch, capsys):
    """No traceback: the message on stderr, and exit status 1."""
    monkeypatch.setattr(sys, "argv", ["reproduce", *arguments])
    with pytest.raises(SystemExit) as raised:
        cli.main()
    assert raised.value.code == 1
    assert capsys.readouterr().err == "reproduce: no data set is called 'LionDate'; did you mean LionData?\n"
