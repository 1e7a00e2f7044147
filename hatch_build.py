"""Bakes the commit into a wheel or sdist, so that a record made by an installed package can name it.

A release also bakes in where its claims and record lie, and their digest, for `reproduce claims paper --fetch`.
Where a repository's workflow builds, its address goes in too: the project's links, and the README's made absolute.
"""

import importlib.util
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

#: The file that names the archive of claims, and the variable by which a release's workflow does: URL sha256:DIGEST.
CLAIMS, ASSET = "_claims.txt", "REPRODUCE_CLAIMS_ASSET"
#: A link or a picture of the README that is no address: relative to the repository, or by ../../ to its pages.
RELATIVE = re.compile(r"(!?)(\[(?:[^\[\]]|\[[^\]]*\]\([^)]*\))*\])\((?![a-z]+:|#)([^)\s]+)\)")


def absolute(text: str, home: str, version: str) -> str:
    """Return the text, its relative links leading to a repository: pictures to their content, all else to its page."""

    def link(found: re.Match[str]) -> str:
        picture, label, path = found.groups()
        label = RELATIVE.sub(link, label)
        if path.startswith("../../"):
            return f"{picture}{label}({home}/{path.removeprefix('../../')})"
        return f"{picture}{label}({home}/{'raw' if picture else 'blob'}/{version}/{path})"

    return RELATIVE.sub(link, text)


class Addresses(MetadataHookInterface):
    """Sets the README and the project's addresses: those of the repository whose workflow builds, else none."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the README and the addresses before each build."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        server, repository = os.environ.get("GITHUB_SERVER_URL", ""), os.environ.get("GITHUB_REPOSITORY", "")
        if server and repository:
            home, tagged = f"{server}/{repository}", os.environ.get("GITHUB_REF_TYPE") == "tag"
            version = os.environ["GITHUB_REF_NAME"] if tagged else "HEAD"
            text = absolute(text, home, version)
            metadata["urls"] = {
                "Source": home,
                "Issues": f"{home}/issues",
                "Documentation": f"{home}/tree/{version}/docs",
                "Changelog": f"{home}/blob/{version}/CHANGELOG.md",
            }
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


class BakeCommit(BuildHookInterface):
    """Adds reproduce/_commit.txt; nothing where git or the repository is not there: an sdist brings its own."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the commit before each build; an editable install asks its checkout instead."""
        if version == "editable":
            return
        package = Path(self.root, "reproduce")
        self.folder = tempfile.TemporaryDirectory()
        # What an sdist was built with is in it already.
        if (asset := os.environ.get(ASSET)) and not (package / CLAIMS).exists():
            self._add(build_data, CLAIMS, f"{asset}\n")
        spec = importlib.util.spec_from_file_location("revision", package / "record" / "revision.py")
        assert spec is not None
        assert spec.loader is not None
        revision = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(revision)
        if text := revision.baked(package):
            self._add(build_data, revision.BAKED, text)

    def _add(self, build_data: dict[str, Any], name: str, text: str) -> None:
        """Put a file into the package that is built."""
        path = Path(self.folder.name, name)
        path.write_text(text, encoding="ascii")
        build_data["force_include"][str(path)] = f"reproduce/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was written for the build, after it."""
        if hasattr(self, "folder"):
            self.folder.cleanup()
