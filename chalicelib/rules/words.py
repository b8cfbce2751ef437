"""Words: what a text is found by. Case, accents and other marks do not count."""

import re
import unicodedata
from collections.abc import Collection, Iterable

#: Characters of a word that count, and words that one thing is found by: as they are written first, then their parts.
LONGEST, MOST = 100, 24
_RUN = re.compile(r"[^\W_]+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
#: Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def fold(text: str) -> str:
    """Returns a text without case and marks: "Žižek" and "ZIZEK" are the same."""
    return _unmarked(_unmarked(text).casefold()).translate(_PLAIN)


def _unmarked(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if unicodedata.category(sign)[0] != "M")


def asked_for(text: str) -> list[str]:
    """Returns the words that somebody looks for: folded, each once, in order."""
    bare = (_EDGES.sub("", word)[:LONGEST] for word in fold(text).split())
    return list(dict.fromkeys(filter(None, bare)))


def found_by(texts: Iterable[str]) -> list[str]:
    """Returns the words that texts are found by, at most `MOST`: each word as it is written, the part after its @, and the
    parts between its signs. "jane.doe@shop.test" is found by itself, "shop.test", "jane", "doe", "shop" and "test".
    """
    whole = [word for text in texts for word in asked_for(text)]
    hosts = [host for word in whole for host in asked_for(word.rpartition("@")[2])]
    parts = [part for word in whole for part in _RUN.findall(word)]
    return list(dict.fromkeys([*whole, *hosts, *parts]))[:MOST]


def matches(asked: Iterable[str], words: Collection[str]) -> bool:
    """Returns whether each word that is asked for begins one of a thing's words."""
    return all(any(word.startswith(one) for word in words) for one in asked)
