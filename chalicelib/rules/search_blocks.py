"""Search blocks: which of 512 conversations have which words, packed into a row for each block and beginning of words.

A block may have a word too much, never one too little: a reader also looks at the conversation's own words. So a block that gets
too large keeps only the beginnings of its words.
"""

import string
import zlib
from collections.abc import Iterator, Mapping

from chalicelib.rules import search_words
from chalicelib.rules.search_words import Term

#: Conversations in a block; bytes that a packed block may have, of the 400 KB of a row.
SIZE, MOST_BYTES = 512, 200_000
#: Letters that are left of words where a block is too large, and what stands behind them.
_SHORTER, _CUT = (8, 4, 2, 1), "*"
#: Beginnings of words that are not of letters a to z and digits.
_OTHERS = 64
#: All beginnings of shelves (`first_of`).
FIRSTS = (*string.ascii_lowercase, *string.digits, *(f"^{at:02d}" for at in range(_OTHERS)))


def block_of(number: int) -> int:
    """Returns the block that has a conversation of this number."""
    return number // SIZE


def bit_of(number: int) -> int:
    """Returns a conversation's bit in its block."""
    return 1 << number % SIZE


def numbers_of(block: int, bits: int) -> Iterator[int]:
    """Yields the numbers of the conversations of a block whose bits are set."""
    while bits:
        lowest = bits & -bits
        yield block * SIZE + lowest.bit_length() - 1
        bits ^= lowest


def shelf_of(word: str) -> str:
    """Returns the beginning under which a word's blocks stand: two letters or digits; else a number of its first sign."""
    first, second = word[0], word[1:2]
    if not (first.isascii() and first.isalnum()):
        return f"^{ord(first) % _OTHERS:02d}"
    return first + (second if second.isascii() and second.isalnum() else "_")


def first_of(shelf: str) -> str:
    """Returns what all shelves have in common that one partition of the table has."""
    return shelf if shelf.startswith("^") else shelf[0]


def shelves_of(term: Term) -> str:
    """Returns what the shelves begin with that have the words that a term means."""
    if term.is_beginning and len(term.text) == 1:
        return first_of(shelf_of(term.text))
    return shelf_of(term.text)


def pack(words: Mapping[str, int]) -> bytes:
    """Returns words with the bits of their conversations, packed. Words without bits are left out."""
    packed = _pack(words)
    for length in _SHORTER:
        if len(packed) <= MOST_BYTES:
            break
        packed = _pack(_shortened(words, length))
    return packed


def _pack(words: Mapping[str, int]) -> bytes:
    lines = [f"{word}\t{bits:x}" for word, bits in sorted(words.items()) if bits]
    return zlib.compress("\n".join(["", *lines, ""]).encode())


def _shortened(words: Mapping[str, int], length: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for word, bits in words.items():
        short = word if len(word) <= length else word[:length] + _CUT
        found[short] = found.get(short, 0) | bits
    return found


def unpack(packed: bytes) -> dict[str, int]:
    """Returns words with the bits of their conversations."""
    rows = (line.split("\t") for line in zlib.decompress(packed).decode().split("\n") if line)
    return {word: int(bits, 16) for word, bits in rows}


def find(packed: bytes, term: Term) -> int:
    """Returns the bits of the conversations that may have a word that a term means."""
    lines, bits = zlib.decompress(packed).decode(), 0
    for at in search_words.places(lines, term):
        bits |= _bits_at(lines, at)
    for length in _SHORTER:
        if length < len(term.text):
            at = lines.find(f"\n{term.text[:length]}{_CUT}\t")
            bits |= _bits_at(lines, at + 1) if at >= 0 else 0
    return bits


def _bits_at(lines: str, at: int) -> int:
    return int(lines[lines.index("\t", at) + 1 : lines.index("\n", at)], 16)
