"""A file beside the claims is read once, and again when it is another."""

import os

from reproduce.verdicts.files.once import once


def reader():
    """A reader that is kept, and the list of what it read."""
    said = []

    @once
    def read(path):
        """Read a file."""
        said.append(path.read_text() if path.is_file() else None)
        return said[-1]

    return read, said


def test_a_file_is_read_once(tmp_path):
    """The reader keeps its name and its docstring."""
    path = tmp_path / "findings.toml"
    path.write_text("a")
    read, said = reader()
    assert [read(path), read(path)] == ["a", "a"]
    assert said == ["a"]
    assert read.__doc__ == "Read a file."


def test_a_file_that_was_changed_replaced_made_or_taken_away_is_read_again(tmp_path):
    """Also one of the same length."""
    path, other = tmp_path / "findings.toml", tmp_path / "other"
    read, _ = reader()
    assert read(path) is None
    path.write_text("a")
    assert read(path) == "a"
    other.write_text("b")
    os.replace(other, path)
    assert read(path) == "b"
    path.unlink()
    assert read(path) is None


def test_a_relative_path_is_another_file_in_another_working_folder(tmp_path, monkeypatch):
    """Two projects in one process: each has its own settings."""
    read, _ = reader()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "settings.toml").write_text(name)
        os.utime(tmp_path / name / "settings.toml", (0, 0))
    file = (tmp_path / "a" / "settings.toml").relative_to(tmp_path / "a")
    monkeypatch.chdir(tmp_path / "a")
    assert read(file) == "a"
    monkeypatch.chdir(tmp_path / "b")
    assert read(file) == "b"
