"""A terminal that cannot show every sign: Windows' code pages and old locales get letters, and never an error."""

import codecs
import sys

__all__ = ["tolerant"]

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


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs), error.end
