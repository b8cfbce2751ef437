"""Where a quote begins in the lines of a mail: lines that introduce one, blocks of headers, separators.

All look at few lines and at the beginnings of long ones, so they take linear time.
"""

import re
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
_LONGEST, _LONGEST_TOGETHER = 400, 600
_UNSEEN = str.maketrans(
    {**dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]), 0xA0: 32}
)
_ADDRESS = re.compile(r"[^\s@<>\[(\"]@[^\s@<>\])\"]")
_ENCLOSED = re.compile(r"[<(\[]\s{0,2}(?:mailto:)?[^\s@<>\[(]{1,64}@[^\s@<>\])]", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\d[年년]|\d[月월]")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}|\d\s?[時时시点點]")
_HEADER = re.compile(r"[\s*_|]{0,12}([^\W\d_][^:：\d<>@]{0,24}?)[\s*_]{0,4}[:：](?!//)[\s*_]{0,8}(.*)", re.DOTALL)
_RULE = re.compile(r"[\s*]{0,4}[-_=—–‐─━]{5,}[\s*]*")
_DASHED = re.compile(r"[\s*>_]{0,6}[-_=~—–‐#]{2,60}\s{0,4}([^-_=~—–‐#].{1,118}?)\s{0,4}[-_=~—–‐#]{2,60}[\s*:]{0,4}", re.DOTALL)
_WORD = re.compile(r"\w+")
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
    """Returns the beginning of a line as it is compared: without signs that nobody sees, and without spaces at its ends."""
    return line[: 2 * _LONGEST].translate(_UNSEEN).strip()


def is_marker(lines: Sequence[str], at: int) -> bool:
    """Returns whether our own mark begins in a line, which may go on in the next."""
    if "##-" not in lines[at]:
        return False
    return _OURS.search(" ".join(line.strip(" >|*") for line in lines[at : at + 3])) is not None


def attribution(lines: Sequence[str], last: int, *, is_before_quote: bool) -> Attribution | None:
    """Returns the lines that end in the one with the number `last`, where they introduce a quote."""
    ending = lines[last].rstrip("*_ ")
    if not ending or len(ending) > _LONGEST:
        return None
    has_colon = ending[-1] in ":：" or (ending.endswith("--") and _is_verb(ending))
    if not has_colon and not is_before_quote:
        return None
    start = _start(lines, last)
    start -= start > 0 and _is_name_above(lines, start)
    found = _evidence(" ".join(lines[start : last + 1])[:_LONGEST_TOGETHER])
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
    closing = _WORD.findall(ending.casefold())[-2:]
    return found.has_date and found.has_time and bool(closing) and closing[-1] in words.WROTE and closing[0] != "i"


@lru_cache(maxsize=2_000)
def _evidence(line: str) -> _Evidence:
    """Kept for a while, because a line is looked at with each of those below it."""
    has_digit, has_address = _DIGIT.search(line) is not None, "@" in line and _ADDRESS.search(line) is not None
    return _Evidence(
        has_digit and _DATE.search(line) is not None,
        has_digit and _TIME.search(line) is not None,
        has_address,
        has_address and _ENCLOSED.search(line) is not None,
        _is_verb(line),
    )


def _all_evidence(one: _Evidence, other: _Evidence) -> _Evidence:
    return _Evidence(*map(or_, one, other))


def _is_verb(text: str) -> bool:
    folded = text.casefold()
    return not words.WROTE.isdisjoint(_WORD.findall(folded)) or any(word in folded for word in words.WROTE_WITHIN)


def _start(lines: Sequence[str], last: int) -> int:
    """Where an introduction begins that a program has broken into up to five lines, and which may have a blank one within."""
    start, found = last, _evidence(lines[last])
    ending = _all_evidence(found, _evidence(lines[last - 1][:_LONGEST])) if last else found
    if not (found.has_time or found.has_date or ending.has_address or ending.has_verb):
        return last
    while not _is_whole(found):
        above = start - 1
        if above >= 0 and not lines[above] and lines[start].startswith("<"):
            above -= 1
        if above < 0 or last - above > 6 or not lines[above] or _ends_sentence(lines[above]) or len(lines[above]) > _LONGEST:
            return last
        start, found = above, _all_evidence(found, _evidence(lines[above]))
    if start < last and not _opens(lines[start]) and not found.is_enclosed:
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


def _opens(line: str) -> bool:
    """Whether a line begins as an introduction does: with a word for on, or a date after at most three words."""
    first = _WORD.match(line.lstrip("-–—*_\"'> ").casefold())
    is_opener = first is not None and first[0] in words.OPENERS and any(sign.isdigit() for sign in line)
    return is_opener or _BEGINNING.match(line) is not None


def _begins_above(lines: Sequence[str], start: int, found: _Evidence) -> bool:
    """Whether a date and a name or verb are the end of a line: the name with its address is above, or the line's opening."""
    above = lines[start - 1]
    if not above or len(above) > _LONGEST or _ends_sentence(above):
        return False
    if not found.has_address:
        return _ENCLOSED.search(above) is not None
    first = lines[start][:1]
    goes_on = first == "<" or first.islower() or _YEAR.match(lines[start]) is not None
    return goes_on and (_opens(above) or _ENCLOSED.search(above) is not None) and not _opens_itself(lines[start])


def _opens_itself(line: str) -> bool:
    return _opens(line) and not _YEAR.match(line)


def header_block(lines: Sequence[str], first: int) -> int | None:
    """Returns where a block of headers ends that begins in a line and is another mail's."""
    if len(lines[first]) > _LONGEST or not (found := _HEADER.match(lines[first])):
        return None
    if _role(found[1]):
        return _known_block(lines, first)
    return _unknown_block(lines, first) if _ENCLOSED.search(found[2]) else None


def _role(name: str) -> str:
    folded = " ".join(name.casefold().strip(" *_").split())
    for role, known in _ROLES.items():
        if folded in known:
            return role
    return ""


_ROLES = {
    "from": words.FROM,
    "sent": words.SENT,
    "date": words.DATE,
    "to": words.TO,
    "subject": words.SUBJECT,
    "other": words.OTHER,
}


def _known_block(lines: Sequence[str], first: int) -> int | None:
    """Headers may go on in the next lines, and have a blank line between them."""
    roles: set[str] = set()
    end, strange = first, 0
    for at in range(first, min(first + 30, len(lines))):
        line = lines[at][:_LONGEST]
        found = _HEADER.match(line)
        role = _role(found[1]) if found else ""
        if role and role not in roles:
            roles.add(role)
            end, strange = at + 1, 0
        elif not line and at > end:
            break
        elif line and at > first:
            strange += 1
            if strange > 3 or not lines[at - 1]:
                break
    has_address = any(_ADDRESS.search(line[:_LONGEST]) for line in lines[first:end])
    is_mail = roles & {"subject", "sent"} or has_address or (first > 0 and _is_ruled(lines, first))
    return end if "from" in roles and len(roles) > 2 and is_mail else None


def _unknown_block(lines: Sequence[str], first: int) -> int | None:
    """Headers in a language that nobody has told: the first names an address in brackets, another a date and a time."""
    end = first
    while end < min(first + 8, len(lines)) and lines[end] and _HEADER.match(lines[end][:_LONGEST]):
        end += 1
    values = [line[:_LONGEST] for line in lines[first:end]]
    has_time = any(_DATE.search(value) and _TIME.search(value) for value in values[1:])
    return end if end - first > 2 and has_time else None


def _is_ruled(lines: Sequence[str], first: int) -> bool:
    return above_rule(lines, first) < first


def above_rule(lines: Sequence[str], first: int) -> int:
    """Returns the line where what is above a block of headers begins: a rule, or words that say that a mail follows."""
    at = first
    while at > 0 and first - at < 3 and not lines[at - 1]:
        at -= 1
    if at > 0 and len(lines[at - 1]) < 200 and (_RULE.fullmatch(lines[at - 1]) or is_separator(lines[at - 1])):
        return at - 1
    return first


def is_separator(line: str) -> bool:
    """Returns whether a line says that another mail follows, as `-----Original Message-----` does."""
    if not line or len(line) > 200:
        return False
    folded = line.strip("*> ").casefold()
    if folded.startswith(words.FORWARDS):
        return True
    found = _DASHED.fullmatch(line)
    if found is None:
        return False
    said = set(_WORD.findall(found[1].casefold()))
    return (
        not said.isdisjoint(words.EARLIER)
        or any(word in found[1].casefold() for word in words.EARLIER_WITHIN)
        or _is_verb(found[1])
    )
