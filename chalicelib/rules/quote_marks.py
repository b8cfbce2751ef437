"""Where a quote begins in the lines of a mail: lines that introduce one. `quote_blocks` has what another mail begins with.

All look at few lines and at the beginnings of long ones, so they take linear time.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from operator import or_
from typing import NamedTuple

from chalicelib.rules import quote_words as words

#: The line that stands above what our mails quote, by which a quote is found whatever language and program it is from.
MARKER = "##- reply above this line -##"
#: The class of the element that holds both.
MARKER_CLASS = "polydesk-quote"
_OURS = re.compile(r"##-\s*reply\s+above\s+this\s+line\s*-##", re.IGNORECASE)
#: Longer lines are never looked at as marks.
LONGEST, _LONGEST_TOGETHER = 400, 600
_UNSEEN = str.maketrans(
    {**dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]), 0xA0: 32}
)
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
ADDRESS = re.compile(r"[^\s@<>\[(\"]@[^\s@<>\])\"]")
ENCLOSED = re.compile(r"[<(\[]\s{0,2}(?:mailto:)?[^\s@<>\[(]{1,64}@[^\s@<>\])]", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\d[年년]|\d[月월]")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}|\d\s?[時时시点點]")
WORD = re.compile(r"\w+")
_BEGINNING = re.compile(r"\W{0,4}(?:[^\W\d]\w{0,13}[.,،]{0,2}\s){0,3}\d")
#: A year with something behind it, which is the end of a date; the end of a sentence, unlike that of a number or short word.
_YEAR = re.compile(r"(?:19|20)\d\d\s+\D")
_SENTENCE = re.compile(r"\w\w[^\W\d][.!?…。！？]")


class Attribution(NamedTuple):
    """Lines that say who wrote what follows; `is_sure` without a look at that."""

    start: int
    end: int
    is_sure: bool


class _Evidence(NamedTuple):
    has_date: bool
    has_time: bool
    has_address: bool
    is_enclosed: bool
    has_verb: bool


def plain(line: str) -> str:
    """Returns the beginning of a line as it is compared: without signs that nobody sees and spaces at its ends, and with the
    digits that dates have in English.
    """
    shown = line[: 2 * LONGEST].translate(_UNSEEN).strip()
    return shown if shown.isascii() else _OTHER_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), shown)


def is_marker(lines: Sequence[str], at: int) -> bool:
    """Returns whether our own mark begins in a line, which may go on in the next."""
    if "##-" not in lines[at]:
        return False
    return _OURS.search(" ".join(line.strip(" >|*") for line in lines[at : at + 3])) is not None


def attribution(lines: Sequence[str], last: int, *, is_before_quote: bool) -> Attribution | None:
    """Returns the lines that end in the one with the number `last`, where they introduce a quote."""
    ending = lines[last].rstrip("*_ ")
    if not ending or len(ending) > LONGEST:
        return None
    has_colon = ending[-1] in ":：" or (ending.endswith("--") and is_verb(ending))
    if not has_colon and not is_before_quote:
        return None
    start = _start(lines, last)
    start -= start > 0 and _is_name_above(lines, start)
    found = evidence(" ".join(lines[start : last + 1])[:_LONGEST_TOGETHER])
    if has_colon and is_before_quote and (found.has_verb or found.has_address or found.has_date):
        return Attribution(start, last + 1, False)
    if is_before_quote and found.has_date and (found.is_enclosed or (found.has_verb and found.has_time)):
        return Attribution(start, last + 1, False)
    is_sure = has_colon and _is_sure(found, ending)
    return Attribution(start, last + 1, True) if is_sure else None


def _is_sure(found: _Evidence, ending: str) -> bool:
    """A sentence of somebody's own may have any two of these, and end with a colon."""
    if found.is_enclosed:
        return found.has_verb or (found.has_date and found.has_time)
    said = WORD.findall(ending.casefold())
    return found.has_date and found.has_time and bool(said) and said[-1] in words.WROTE and "i" not in said


@lru_cache(maxsize=2_000)
def evidence(line: str) -> _Evidence:
    """Kept for a while, because a line is looked at with each of those below it."""
    has_digit, has_address = _DIGIT.search(line) is not None, "@" in line and ADDRESS.search(line) is not None
    return _Evidence(
        has_digit and DATE.search(line) is not None,
        has_digit and has_time(line),
        has_address,
        has_address and ENCLOSED.search(line) is not None,
        is_verb(line),
    )


def has_time(line: str) -> bool:
    """Whether a time of day stands beside dates, whose numbers may be written alike: 09.14 and 30.11.2026."""
    return _TIME.search(DATE.sub(" ", line)) is not None


def _all_evidence(one: _Evidence, other: _Evidence) -> _Evidence:
    return _Evidence(*map(or_, one, other))


def is_verb(text: str) -> bool:
    """Returns whether a text has a word for "wrote"."""
    folded = text.casefold()
    return not words.WROTE.isdisjoint(WORD.findall(folded)) or any(word in folded for word in words.WROTE_WITHIN)


def _start(lines: Sequence[str], last: int) -> int:
    """Where an introduction begins that a program has broken into up to five lines, and which may have a blank one within."""
    start, found = last, evidence(lines[last])
    ending = _all_evidence(found, evidence(lines[last - 1][:LONGEST])) if last else found
    if not (found.has_time or found.has_date or ending.has_address or ending.has_verb):
        return last
    while not _is_whole(found):
        above = start - 1
        if above >= 0 and not lines[above] and lines[start].startswith("<"):
            above -= 1
        if above < 0 or last - above > 6 or not lines[above] or _ends_sentence(lines[above]) or len(lines[above]) > LONGEST:
            return last
        start, found = above, _all_evidence(found, evidence(lines[above]))
    if start < last and not opens(lines[start]) and not found.is_enclosed:
        return last
    return start - 1 if start > 0 and _begins_above(lines, start, found) else start


def _is_name_above(lines: Sequence[str], start: int) -> bool:
    """Whether a paragraph begins with a name alone, whose address is on the next line."""
    above = lines[start - 1]
    is_first = start < 2 or not lines[start - 2]
    return is_first and lines[start].startswith("<") and 0 < len(above) < 60 and " " in above and above[-1].isalnum()


def _ends_sentence(line: str) -> bool:
    return _SENTENCE.fullmatch(line[-4:]) is not None


def _is_whole(found: _Evidence) -> bool:
    return found.has_date and (found.has_address or found.has_verb)


def opens(line: str) -> bool:
    """Whether a line begins as an introduction does: with a word for on, or a date after at most three words."""
    first = WORD.match(line.lstrip("-–—*_\"'> ").casefold())
    is_opener = first is not None and first[0] in words.OPENERS and any(sign.isdigit() for sign in line)
    return is_opener or _BEGINNING.match(line) is not None


def _begins_above(lines: Sequence[str], start: int, found: _Evidence) -> bool:
    """Whether a date and a name or verb are the end of a line: the name with its address is above, or the line's opening."""
    above = lines[start - 1]
    if not above or len(above) > LONGEST or _ends_sentence(above):
        return False
    if not found.has_address:
        return ENCLOSED.search(above) is not None
    first = lines[start][:1]
    goes_on = first == "<" or first.islower() or _YEAR.match(lines[start]) is not None
    return goes_on and (opens(above) or ENCLOSED.search(above) is not None) and not _opens_itself(lines[start])


def _opens_itself(line: str) -> bool:
    return opens(line) and not _YEAR.match(line)
