"""What a terminal is told, and how: where it cannot show every sign it gets letters, and never an error."""

import codecs
import logging
import sys

__all__ = ["tolerant", "warnings_named"]

#: "?" in place of a sign would read as a verdict.
PLAIN = {
    "✓": "v", "✗": "x", "≈": "~", "·": ".", "…": "~", "─": "-", "│": "|", "●": "o", "±": "+-", "≤": "<=", "≥": ">=",
    "–": "-", "—": "-", "−": "-", "→": "->", "×": "x", "■": "#", "□": "o", "▏": "|", "█": "#", "\u00a0": " ",
}  # fmt: skip


def tolerant() -> None:
    """Write on stdout and stderr what their encoding lacks as plain signs, and all else by its number."""
    codecs.register_error("reproduce.plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if (reconfigure := getattr(stream, "reconfigure", None)) and stream.errors == "strict":
            reconfigure(errors="reproduce.plain")


def warnings_named() -> None:
    """Name the command before what its own code warns of by ``logging``, as before all else that it says on stderr."""
    ours = logging.getLogger("reproduce")
    if not ours.handlers:
        ours.addHandler(logging.StreamHandler())
        ours.handlers[0].setFormatter(logging.Formatter("reproduce: warning: %(message)s"))


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs), error.end
