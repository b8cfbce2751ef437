"""Where a signature begins below a mail: after dashes, or with what the mail was sent from."""

import re
from collections.abc import Sequence

from chalicelib.rules import quote_words as words

_DELIMITER = re.compile(r"\s*(?:[-_=*~#+—–]{2,}|[—–ᐧ])\s*")
_SIGNS = re.compile(r"--\s*|[—–]|_{5,}")
_PHRASE = re.compile(
    r"\W{0,3}(?:sent (?:from|via|with)\b|sent by (?!.{0,60}mail)|.{0,30}\bfrom my \w|.{1,20} from mobile$)", re.IGNORECASE
)
#: Lines of a signature, and characters of a line.
_MOST_SIGNED, _LONGEST_SIGNED = 10, 100
#: What a sentence ends with, and its fewest words.
_ENDS, _FEWEST_WORDS = (".", "!", "…", "。", "！"), 4


def is_delimiter(line: str) -> bool:
    """Returns whether a line has only dashes and the like."""
    return len(line) < 200 and _DELIMITER.fullmatch(line) is not None


def begin(lines: Sequence[str], first: int, end: int) -> int:
    """Returns where a signature begins that ends before `end`, which is `end` for none: after dashes, or about a device."""
    counted = 0
    for at in range(end - 1, max(first, end - 2 * _MOST_SIGNED) - 1, -1):
        line = lines[at]
        if _SIGNS.fullmatch(line[:100]):
            return at if counted <= (_MOST_SIGNED if line[0] != "_" else 2) else end
        counted += bool(line)
        if len(line) > _LONGEST_SIGNED or ("?" in line.rstrip("/") and "://" not in line) or _is_sentence(line):
            break
    return _device(lines, first, end)


def _is_sentence(line: str) -> bool:
    """Whether a line reads as something that a person says below a line of dashes, which nobody does in a signature."""
    return line[-1:] in _ENDS and len(line.split()) >= _FEWEST_WORDS and not is_device(line)


def _device(lines: Sequence[str], first: int, end: int) -> int:
    """A paragraph of lines about what the mail was sent from."""
    start = end
    while start > first and lines[start - 1] and is_device(lines[start - 1]):
        start -= 1
    if start in (first, end):
        return start
    stands_alone = not lines[start - 1] or is_delimiter(lines[start - 1]) or "://" in lines[start]
    return start if stands_alone else end


def is_device(line: str) -> bool:
    """Returns whether a line says what a mail was sent from, as telephones add it."""
    if len(line) > 120:
        return False
    folded = line.casefold()
    has_device = any(word in folded for word in words.DEVICES)
    if _PHRASE.match(line):
        return (has_device or "my " in folded) and not folded.rstrip(". ").endswith("?")
    is_sentence = "," in line or "?" in line or len(line.split()) > 12
    is_last = folded.startswith(words.SENT_FROM) and folded.rstrip(". ").endswith(words.SENT_BY)
    return has_device and not is_sentence and (is_last or folded.startswith(words.SENT_BY))
