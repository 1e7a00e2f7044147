"""Which code a result was computed by: the package's own commit, never that of the folder a command is called in.

Only the standard library is imported here: the hook that bakes the commit into a wheel runs this file alone.
"""

import hashlib
import os
import re
import subprocess
from pathlib import Path

__all__ = ["BAKED", "baked", "revision", "source_digest"]

#: The file in a wheel or sdist that holds the commit it was built from and the digest of the sources then.
BAKED = "_commit.txt"
_PROJECT = re.compile(r'^name\s*=\s*"paper-claims"\s*$', re.MULTILINE)


def source_digest(package: Path) -> str:
    """Return the SHA-256 over a package's own modules, by path and content, whatever git says of them."""
    sha = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        content = path.read_bytes()
        sha.update(f"{path.relative_to(package).as_posix()} {len(content)}\n".encode())
        sha.update(content)
    return sha.hexdigest()


def revision(package: Path) -> str:
    """Return the commit that a package's sources are of, for the folder of the package.

    In its own checkout the HEAD, "+dirty" where the package's own files are modified; installed from a wheel or
    sdist the commit baked into it, "+dirty" where the files have been edited since; else "src-" and the digest of
    the sources. A repository that merely has the package somewhere inside it, or around it, is never named.
    """
    if head := _head(package):
        return head
    try:
        commit, digest = (package / BAKED).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return f"src-{source_digest(package)[:12]}"
    return commit if digest == source_digest(package) or commit.endswith("+dirty") else f"{commit}+dirty"


def baked(package: Path) -> str:
    """Return what a build writes into ``BAKED``, or "" where the commit is not known: the digest then says enough."""
    head = _head(package)
    return f"{head} {source_digest(package)}\n" if head else ""


def _head(package: Path) -> str:
    """Return HEAD of the package's own checkout, or "": a repository with this project at its root, tracking it."""
    root = package.parent
    try:
        own = (root / ".git").exists() and bool(_PROJECT.search((root / "pyproject.toml").read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return ""
    if not own or not _git(root, "ls-files", "--", f"{package.name}/__init__.py"):
        return ""
    head = _git(root, "rev-parse", "HEAD")[:12]
    return f"{head}+dirty" if head and _git(root, "status", "--porcelain", "--", package.name) else head


def _git(folder: Path, *arguments: str) -> str:
    # A git hook sets GIT_DIR and its like: they name its repository, which need not be the package's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True, text=True, timeout=20, check=True, env=environment,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
