"""How long the sentences of a Markdown page are, and how many of its words are numbers.

``python tests/readability.py README.md docs/*.md`` prints a line a page.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

#: What is no prose: code, comments, tables, headings, pictures and badges.
NO_PROSE = re.compile(r"```.*?```|<!--.*?-->|<!--[^>]*$", re.DOTALL)
SKIPPED = ("|", "#", "!", "[!")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
END = re.compile(r"(?<=[.!?:])[*_”\")]*\s+|\n\s*(?=[-*] |\d+\. )|\n\s*\n")
#: Fewer words are a label and no sentence.
FEWEST = 3


@dataclass(frozen=True)
class Reading:
    """A page's sentences: the words of each, the ninth decile, the longest, and numbers in a hundred words."""

    sentences: tuple[str, ...]

    @property
    def lengths(self) -> list[int]:
        """Words of each sentence, the shortest first."""
        return sorted(len(one.split()) for one in self.sentences)

    @property
    def mean(self) -> float:
        """Words of a sentence in the mean."""
        return sum(self.lengths) / max(len(self.lengths), 1)

    @property
    def ninth(self) -> int:
        """Nine sentences in ten have at most so many words."""
        return self.lengths[int(0.9 * len(self.lengths))] if self.lengths else 0

    @property
    def longest(self) -> int:
        """Words of the longest sentence."""
        return max(self.lengths, default=0)

    @property
    def numbers(self) -> float:
        """Words with a digit, in a hundred words."""
        words = [word for one in self.sentences for word in one.split()]
        return 100 * sum(any(letter.isdigit() for letter in word) for word in words) / max(len(words), 1)


def read(text: str) -> Reading:
    """Return the sentences of a page's prose."""
    prose = NO_PROSE.sub("\n\n", text)
    lines = [line for line in prose.splitlines() if not line.lstrip().startswith(SKIPPED)]
    plain = LINK.sub(r"\1", "\n".join(lines))
    parts = [" ".join(part.split()) for part in END.split(plain)]
    return Reading(tuple(part for part in parts if len(part.split()) >= FEWEST))


def main() -> None:
    """Print a line a page."""
    print("words a sentence: mean, ninth decile, longest; numbers in a hundred words")
    for name in sys.argv[1:]:
        one = read(Path(name).read_text(encoding="utf-8"))
        print(f"{name:28} {one.mean:5.1f} {one.ninth:4d} {one.longest:4d} {one.numbers:6.1f}")


if __name__ == "__main__":
    main()
