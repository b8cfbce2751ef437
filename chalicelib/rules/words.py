"""Words: what a text is found by. Case and accents do not count; marks that are vowels or make another letter do, as in Hindi,
Thai and Japanese.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache

#: Characters of a word that count, and words that one thing is found by: as they are written first, then their parts.
LONGEST, MOST = 100, 24
#: Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


#: Where marks are that are no accents: the scripts of India and around it, Thaana to Vedic, and Japanese.
_SCRIPTS = (*range(0x7A6, 0x1D00), 0x3099, 0x309A, *range(0xA800, 0xAC00), *range(0x10A00, 0x12000))
#: Of these, combining classes of marks over and under vowels, and two more kinds: variants of Mongolian letters, and the dot of
#: Hindi, which many leave out.
_ACCENTS, _NO_LETTERS = 200, frozenset("\u180b\u180c\u180d\u180f\u093c")


def _is_letter_mark(sign: str) -> bool:
    is_mark = unicodedata.category(sign)[0] == "M"
    return is_mark and unicodedata.combining(sign) < _ACCENTS and sign not in _NO_LETTERS


@cache  # at the first word, because most processes start without one
def marks() -> frozenset[str]:
    """Returns the marks that count: vowels, and what makes another letter of one."""
    return frozenset(filter(_is_letter_mark, map(chr, _SCRIPTS)))


@cache
def part_pattern() -> re.Pattern[str]:
    """Returns a pattern of letters, digits and marks that count, one after the other."""
    return re.compile(rf"(?:[^\W_]|[{''.join(sorted(marks()))}])+")


@cache
def _edges() -> re.Pattern[str]:
    other = rf"(?:[^\w{''.join(sorted(marks()))}]|_)+"
    return re.compile(f"^{other}|{other}$")


def fold(text: str) -> str:
    """Returns a text without case and accents: "Žižek" and "ZIZEK" are the same."""
    return _unmarked(_unmarked(text).casefold()).translate(_PLAIN)


def _unmarked(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if unicodedata.category(sign)[0] != "M" or sign in marks())


def asked_for(text: str) -> list[str]:
    """Returns the words that somebody looks for: folded, each once, in order."""
    bare = (_edges().sub("", word)[:LONGEST] for word in fold(text).split())
    return list(dict.fromkeys(filter(None, bare)))


def found_by(texts: Iterable[str]) -> list[str]:
    """Returns the words that texts are found by, at most `MOST`: each word as it is written, the part after its @, and the
    parts between its signs. "jane.doe@shop.test" is found by itself, "shop.test", "jane", "doe", "shop" and "test".
    """
    whole = [word for text in texts for word in asked_for(text)]
    hosts = [host for word in whole for host in asked_for(word.rpartition("@")[2])]
    parts = [part for word in whole for part in part_pattern().findall(word)]
    return list(dict.fromkeys([*whole, *hosts, *parts]))[:MOST]


def matches(asked: Iterable[str], words: Collection[str]) -> bool:
    """Returns whether each word that is asked for begins one of a thing's words."""
    return all(any(word.startswith(one) for word in words) for one in asked)
