"""Collecting a folder of claims: what cannot be collected is named, with its file, its line and the error."""

import pytest

import reproduce.verdicts.plugin.session  # noqa: F401  (pytest keys of a module imported twice would not agree)
from reproduce.errors import ClaimsMissingError, InvalidInputError
from reproduce.verdicts.plugin.collect import asked


@pytest.mark.parametrize(
    "text, said",
    [
        ("import pytest\nimport no_such_library\n", ":2: ModuleNotFoundError: No module named 'no_such_library'"),
        ("x = 1\n\n\ndef half(x):\n    return x / 0\n\n\nhalf(1)\n", ":5: ZeroDivisionError: division by zero"),
        ("x = 1\ny = (\n", ":2: SyntaxError: '(' was never closed"),
    ],
)
def test_a_file_that_cannot_be_imported_is_named(tmp_path, capsys, text, said):
    """One line with the file, the line and the error, instead of another command that knows."""
    path = tmp_path / "test_broken_claims.py"
    path.write_text(text)
    with pytest.raises(InvalidInputError) as caught:
        asked(tmp_path)
    assert str(caught.value) == f"cannot collect the claims: {path}{said}"


def test_several_are_counted(tmp_path):
    """The first is named in full, the others are counted."""
    for name in "abc":
        (tmp_path / f"test_broken_{name}.py").write_text("import no_such_library\n")
    with pytest.raises(InvalidInputError, match=r"test_broken_a\.py:1: .*\(and 2 more\)$"):
        asked(tmp_path)


def test_no_folder_is_an_error_of_its_own(tmp_path):
    """So that a run on named data can do without claims."""
    with pytest.raises(ClaimsMissingError, match="no claims in"):
        asked(tmp_path / "claims")
