"""Inputs for the readers: sound files damaged byte by byte, and JSON whose values were exchanged for others."""

import json

from hypothesis import strategies as st

__all__ = ["TOKENS", "inputs"]

#: What parsers stumble over.
TOKENS = [
    *(b'"', b"{", b"}", b"[", b"]", b",", b";", b":", b"=", b"'", b"\n", b"\r", b"\t", b"\0", b"\xff", b"\x1b[2J"),
    *(b"null", b"true", b"0", b"-1", b"[1]", b"{}", b"NaN", b"1e999", b'"\\ud800"', b'"nan"', b"2026-01-01", b"../"),
    *(b"9" * 5000, b"a" * 300, b"(" * 300, b"[" * 3000, "\u202e\u2028é".encode()),
]
#: What may stand in the place of any JSON value.
TEXTS = st.text("a0.<&\n\0\x1bé\u202e", max_size=5) | st.sampled_from(["nan", "seed", "reproduced"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=4,
)


@st.composite
def damaged(draw, seeds):
    """One of the seeds with up to five places cut out, overwritten, doubled or filled with what parsers dislike."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(content)))
        stop = start + draw(st.integers(0, 40))
        other = draw(st.integers(0, len(content)))
        new = draw(st.sampled_from(TOKENS) | st.binary(max_size=4) | st.just(bytes(content[other : other + 40])))
        content[start:stop] = new
    return bytes(content[: draw(st.none() | st.integers(0, len(content)))])


@st.composite
def altered(draw, seeds):
    """A JSON file with one or two of its values exchanged, taken out, or under another name."""
    plain = json.loads(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 2))):
        inside = plain
        while True:
            places = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            if not places:
                break
            place = draw(st.sampled_from(places))
            if isinstance(inside[place], dict | list) and draw(st.booleans()):
                inside = inside[place]
                continue
            if draw(st.integers(0, 5)):
                inside[place] = draw(VALUES)
            else:
                del inside[place]
            break
    return json.dumps(plain).encode()


def inputs(seeds):
    """Damaged seeds, altered ones where they are JSON, and now and then bytes of no kind."""
    plain = [one for one in seeds if one.startswith(b"{")]
    return st.one_of(damaged(seeds), *([altered(plain)] * 2 if plain else []), st.binary(max_size=64))
