"""Where another mail begins in the lines of a mail: blocks of headers, and lines that say so.

All look at few lines and at the beginnings of long ones, so they take linear time.
"""

import re
from collections.abc import Sequence

from chalicelib.rules import quote_marks as marks
from chalicelib.rules import quote_words as words

_HEADER = re.compile(r"[\s*_|]{0,12}([^\W\d_][^:：\d<>@]{0,24}?)[\s*_]{0,4}[:：](?!//)[\s*_]{0,8}(.*)", re.DOTALL)
_RULE = re.compile(r"[\s*]{0,4}[-_=—–‐─━]{5,}[\s*]*")
_DASHED = re.compile(r"[\s*>_]{0,6}[-_=~—–‐#]{2,60}\s{0,4}([^-_=~—–‐#].{1,118}?)\s{0,4}[-_=~—–‐#]{2,60}[\s*:]{0,4}", re.DOTALL)
#: An introduction with the quote behind it, and one of GroupWise.
_RUN_ON = re.compile(r".{1,200}?<[^\s<>@]{1,64}@[^\s<>]{1,190}>[^:<>]{0,40}:(?=\s+\S)")
_ARROWS = re.compile(r">>>\s.{3,200}\s>>>")
_FEW = re.compile(r"[\s*>]*-")


def header_block(lines: Sequence[str], first: int) -> int | None:
    """Returns where a block of headers ends that begins in a line and is another mail's."""
    if len(lines[first]) > marks.LONGEST or not (found := _HEADER.match(lines[first])):
        return None
    if _role(found[1]):
        return _known_block(lines, first)
    return _unknown_block(lines, first) if marks.ENCLOSED.search(found[2]) else None


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
        line = lines[at][: marks.LONGEST]
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
    if "from" not in roles or len(roles) < 3:
        return None
    return end if _is_mails(lines[first:end], roles) or (first > 0 and _is_ruled(lines, first)) else None


def _is_mails(block: Sequence[str], roles: set[str]) -> bool:
    """Whether headers are a mail's: a journey has From, To and Date, too, and a letter what it is about."""
    has_address = any(marks.ADDRESS.search(line[: marks.LONGEST]) for line in block)
    has_time = any(marks.DATE.search(line[: marks.LONGEST]) and marks.has_time(line[: marks.LONGEST]) for line in block)
    return sum((has_address, has_time, bool(roles & {"subject", "sent"}))) > 1


def _unknown_block(lines: Sequence[str], first: int) -> int | None:
    """Headers in a language that nobody has told: the first names an address in brackets, another a date and a time."""
    end = first
    while end < min(first + 8, len(lines)) and lines[end] and _HEADER.match(lines[end][: marks.LONGEST]):
        end += 1
    values = [line[: marks.LONGEST] for line in lines[first:end]]
    has_time = any(marks.DATE.search(value) and marks.has_time(value) for value in values[1:])
    return end if end - first > 2 and has_time else None


def _is_ruled(lines: Sequence[str], first: int) -> bool:
    return above_rule(lines, first) < first


def above_rule(lines: Sequence[str], first: int) -> int:
    """Returns the line where what is above a block of headers begins: a rule, or words that say that a mail follows."""
    at = first
    while at > 0 and first - at < 3 and not lines[at - 1]:
        at -= 1
    above = lines[at - 1] if at > 0 else ""
    is_rule = _RULE.fullmatch(above) or is_separator(above) or above.casefold() in words.EARLIER_WITHIN
    return at - 1 if above and len(above) < 200 and is_rule else first


def begins_mail(lines: Sequence[str], at: int) -> bool:
    """Returns whether a line says that another mail follows, and it does where the line has few dashes: people draw such, too."""
    if _is_run_on(lines[at]):
        return True
    if not is_separator(lines[at]):
        return False
    following = next((one for one in range(at + 1, min(at + 4, len(lines))) if lines[one]), at)
    return "-----" in lines[at] or marks.is_verb(lines[at]) or not _FEW.match(lines[at]) or _names_header(lines[following])


def _is_run_on(line: str) -> bool:
    """Whether a line introduces a quote that begins in it, as telephones write it."""
    if (found := _RUN_ON.match(line[: marks.LONGEST])) is None or not marks.opens(line):
        return False
    said = marks.evidence(found[0])
    return said.has_date and said.has_time and said.has_verb


def is_arrows(line: str) -> bool:
    """Returns whether a line is GroupWise's above a quote, which has no signs of its own."""
    return _ARROWS.fullmatch(line.strip()) is not None and marks.DATE.search(line) is not None


def _names_header(line: str) -> bool:
    found = _HEADER.match(line[: marks.LONGEST])
    return found is not None and bool(_role(found[1]))


def is_separator(line: str) -> bool:
    """Returns whether a line says that another mail follows, as `-----Original Message-----` does."""
    if not line or len(line) > 200:
        return False
    folded = line.strip("*> ").casefold()
    if folded.startswith(words.FORWARDS) or is_arrows(line):
        return True
    found = _DASHED.fullmatch(line)
    if found is None:
        return False
    said = set(marks.WORD.findall(found[1].casefold()))
    return (
        not said.isdisjoint(words.EARLIER)
        or any(word in found[1].casefold() for word in words.EARLIER_WITHIN)
        or marks.is_verb(found[1])
    )
