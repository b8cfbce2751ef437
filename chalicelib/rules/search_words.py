"""Search words: what texts are found by, and what keywords look for. Of any language; case and accents do not count.

What stands between spaces is found from each of its parts on: "AB-123/45" by itself, by "AB-123", "123/45" and "45". Where a
script has no spaces, two neighbouring characters are a word. A symbol is a word of its own.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chalicelib.rules import words

#: Characters of a word that count; parts of what stands between spaces with which a longer word begins.
#: Beyond these, how many parts stand together.
LONGEST, MOST_PARTS, _TOGETHER = 48, 16, 4
#: Characters that a process knows the folded ones of.
_MOST_KNOWN = 30_000
#: Words that keywords may have.
MOST_TERMS = 32
#: Scripts without spaces: Thai to Khmer, Chinese and Japanese.
_DENSE = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)")
_SIGNS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u275d\u275e\u301d\u301e\uff02", '"'))
#: Stretches Arabic words, and is no letter of them.
_TATWEEL = "\u0640"
_PHRASE = re.compile(r'"([^"]*)"')


class Term(NamedTuple):
    """A word that is looked for, and whether it may be the beginning of one."""

    text: str
    is_beginning: bool = False


class Keywords(NamedTuple):
    """What keywords look for: all terms anywhere in a conversation, and each phrase, as its parts, within one text."""

    terms: tuple[Term, ...] = ()
    phrases: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Returns a text as words of it are kept: without case and accents, symbols apart, one kind of apostrophe and dash."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.translate(_folded))


class _Folded(dict[int, str]):
    """What each character is kept as, found out when it is met first."""

    def __missing__(self, code: int) -> str:
        folded = "".join(map(_set_apart, words.fold(chr(code).translate(_SIGNS))))
        if len(self) < _MOST_KNOWN:
            self[code] = folded
        return folded


_folded = _Folded()


def _set_apart(sign: str) -> str:
    if sign < "\x80":
        return sign
    category = unicodedata.category(sign)
    return f" {sign} " if category == "So" else "" if category in ("Cf", "Sk") or sign == _TATWEEL else sign


def _is_of_part(sign: str) -> bool:
    return sign.isalnum() or sign in words.marks()


def words_of(text: str) -> set[str]:
    """Returns the words that a text is found by."""
    return {word for piece in fold(text).split() for word in _words_of_piece(piece)}


def _words_of_piece(piece: str) -> Iterator[str]:
    if piece.isalnum() and piece.isascii():
        yield piece[:LONGEST]
        return
    for run in _DENSE.split(piece):
        if _DENSE.match(run):
            yield from _pairs(run)
            yield run[-1]
        elif len(run) == 1 and unicodedata.category(run) == "So":
            yield run
        else:
            yield from _tails(run)


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def _tails(run: str) -> Iterator[str]:
    """Yields what begins with each part and ends with the last one; behind MOST_PARTS, each part with a few that follow."""
    parts = list(words.part_pattern().finditer(run))
    for at, part in enumerate(parts):
        last = -1 if at < MOST_PARTS else min(at + _TOGETHER, len(parts)) - 1
        end = parts[last].end()
        yield run[part.start() : min(end, part.start() + LONGEST)]


def read(text: str) -> Keywords:
    """Returns what keywords look for: the last word may be the beginning of one, what stands in quotation marks is a phrase.

    Keywords of signs alone look for nothing.
    """
    text = text.translate(_QUOTES)
    phrases = [phrase for phrase in map(parts_of, _PHRASE.findall(text)) if phrase.strip()]
    pieces = fold(_PHRASE.sub(" ", text).replace('"', " ")).split()
    terms = [term for piece in pieces for term in _terms_of_piece(piece)]
    if terms and not text.rstrip().endswith('"'):
        terms[-1] = terms[-1]._replace(is_beginning=True)
    within = [term for found in _PHRASE.findall(text) for piece in fold(found).split() for term in _terms_of_piece(piece)]
    return Keywords(tuple(dict.fromkeys([*terms, *within])), tuple(dict.fromkeys(phrases)))


def _terms_of_piece(piece: str) -> Iterator[Term]:
    for run in _DENSE.split(piece):
        parts = list(words.part_pattern().finditer(run))
        if _DENSE.match(run):
            yield from map(Term, _pairs(run)) if len(run) > 1 else [Term(run, is_beginning=True)]
        elif parts:
            yield Term(run[parts[0].start() : parts[-1].end()][:LONGEST])
        elif len(run) == 1 and unicodedata.category(run) == "So":
            yield Term(run)


def parts_of(text: str) -> str:
    """Returns a text as phrases are looked for in it: its parts with spaces around; of a dense script, its characters."""
    folded = _DENSE.sub(lambda run: f" {' '.join(run[0])} ", fold(text))
    kept = (part for piece in folded.split() for part in (words.part_pattern().findall(piece) or _symbols(piece)))
    return f" {' '.join(kept)} "


def _symbols(piece: str) -> list[str]:
    return [piece] if len(piece) == 1 and unicodedata.category(piece) == "So" else []


def heads_of(found: Iterable[str]) -> set[str]:
    """Returns all that words are found by as whole ones: each word, and its beginnings up to where one of its parts ends."""
    return {head for word in found for head in (word, *(word[: part.end()] for part in words.part_pattern().finditer(word)))}


def pack(found: Iterable[str]) -> str:
    """Returns words as `has` looks for them: each on a line, sorted, with line ends around."""
    lines = "\n".join(sorted(found))
    return f"\n{lines}\n" if lines else "\n"


def unpack(lines: str) -> set[str]:
    """Returns the words of lines."""
    return set(lines.split())


def has(lines: str, term: Term) -> bool:
    """Returns whether a word of some lines is meant by a term."""
    return next(places(lines, term), None) is not None


def places(lines: str, term: Term) -> Iterator[int]:
    """Yields where the words stand that a term means: those that begin with it, whole or up to a sign that ends a part."""
    at = lines.find(f"\n{term.text}")
    while at >= 0:
        after = at + 1 + len(term.text)
        if term.is_beginning or len(term.text) >= LONGEST or not _is_of_part(lines[after]):
            yield at + 1
        at = lines.find(f"\n{term.text}", after)
