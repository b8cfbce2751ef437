"""Word lists: the words of one conversation, with a mark on those that its contact does not see, packed for a row."""

import zlib
from collections.abc import Iterable
from itertools import accumulate

from chalicelib.rules import search_words

#: Stands before a word that only notes have. No word begins with it.
_PRIVATE = "~"
#: Letters of all the words that a conversation is found by.
MOST_LETTERS = 100_000


def words_of(texts: Iterable[tuple[str, bool]]) -> set[str]:
    """Returns the words of texts, each of which says whether it is public. Beyond MOST_LETTERS, those that came first, and of the
    last text that has room the shortest.
    """
    public: set[str] = set()
    private: set[str] = set()
    room = MOST_LETTERS
    for text, is_public in texts:
        new = search_words.words_of(text) - public
        new -= set() if is_public else private
        kept = fitting(new, room)
        (public if is_public else private).update(kept)
        room -= sum(map(len, kept))
        if len(kept) < len(new):
            break
    return public | {_PRIVATE + word for word in private - public}


def added(known: Iterable[str], new: Iterable[str]) -> set[str]:
    """Returns which of new words are not known: none that is known as public already, and as many as there is room for."""
    had = set(known)
    more = (word for word in set(new) - had if word.removeprefix(_PRIVATE) not in had)
    return fitting(more, MOST_LETTERS - sum(map(len, had)))


def fitting(words: Iterable[str], room: int) -> set[str]:
    """Returns the shortest of some words, with as many letters as there is room for."""
    every = sorted(words, key=lambda word: (len(word), word))
    ends = accumulate(map(len, every))
    return {word for word, end in zip(every, ends, strict=True) if end <= room}


def bare(words: Iterable[str]) -> set[str]:
    """Returns the words without marks."""
    return {word.removeprefix(_PRIVATE) for word in words}


def pack(words: Iterable[str]) -> bytes | None:
    """Returns words packed; None for none."""
    lines = search_words.pack(words)
    return zlib.compress(lines.encode()) if len(lines) > 1 else None


def unpack(packed: bytes | None) -> set[str]:
    """Returns packed words."""
    return search_words.unpack(zlib.decompress(packed).decode()) if packed else set()


def lines_of(packed: Iterable[bytes | None], *, is_public: bool) -> str:
    """Returns packed words as search_words.has looks for them, without the private ones or without marks."""
    lines = "".join(zlib.decompress(one).decode() for one in packed if one)
    return lines if is_public else lines.replace(f"\n{_PRIVATE}", "\n")
