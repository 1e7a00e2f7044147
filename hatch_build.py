"""Bakes the commit into a wheel or sdist, so that a record made by an installed package can name it."""

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BakeCommit(BuildHookInterface):
    """Adds reproduce/_commit.txt; nothing where git or the repository is not there: an sdist brings its own."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before each build; an editable install asks its checkout instead."""
        if version == "editable":
            return
        package = Path(self.root, "reproduce")
        spec = importlib.util.spec_from_file_location("revision", package / "record" / "revision.py")
        assert spec is not None
        assert spec.loader is not None
        revision = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(revision)
        if text := revision.baked(package):
            self.folder = tempfile.TemporaryDirectory()
            path = Path(self.folder.name, revision.BAKED)
            path.write_text(text, encoding="ascii")
            build_data["force_include"][str(path)] = f"reproduce/{revision.BAKED}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called after each build."""
        if hasattr(self, "folder"):
            self.folder.cleanup()
