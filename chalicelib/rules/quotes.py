"""What a person wrote in a mail, told apart from what it quotes.

No line is lost, and none is in both. What a person wrote is never taken for a quote where that can be helped, so that a quote
is rather left in it: between answers that are written into a quote, and where nothing else would be left.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.rules import quote_blocks, signatures
from chalicelib.rules import quote_marks as marks

_PREFIX = re.compile(r"\s{0,4}>")
_NAMED = re.compile(r"\s{0,4}(\w{1,20})>")
_PIPED = re.compile(r"\s{0,4}\|[^|]*")
_TWICE = re.compile(r"\s{0,4}>\s?>")
#: Lines that are looked at.
MOST_LINES = 10_000
#: Quoted lines that are a quote without anything that says so.
_FEWEST = 3
#: What a line is.
BLANK, TEXT, QUOTE, CITED, INTRODUCTION, REST = "blank", "text", "quote", "cited", "introduction", "rest"


class Split(NamedTuple):
    """A text in two: each line of it that isn't blank stands in one of them, once."""

    own: str
    quote: str


def split_text(text: str) -> Split:
    """Returns what a person wrote, and what was quoted, with the signature: each without blank lines at its ends.

    Of very many lines the first 10,000 are looked at, and the rest goes with the last of them.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    seen = lines[:MOST_LINES]
    flags = own_lines([marks.plain(line) for line in seen], kinds(seen))
    flags += flags[-1:] * (len(lines) - len(seen))
    return Split(_part(lines, flags, True), _part(lines, flags, False))


def _part(lines: Sequence[str], flags: Sequence[bool], is_own: bool) -> str:
    return "\n".join(line for line, flag in zip(lines, flags, strict=True) if flag is is_own).strip("\n")


def kinds(lines: Sequence[str]) -> list[str]:
    """Returns which lines of a text are blank, which are quoted by the sign before them, and which are neither."""
    found: list[str] = []
    for at, line in enumerate(lines):
        if not line.strip():
            found.append(BLANK)
        else:
            is_signed = _PREFIX.match(line) and not _is_broken_address(lines, at) and not quote_blocks.is_arrows(line)
            is_quote = is_signed or _is_named(lines, at)
            found.append(QUOTE if is_quote else TEXT)
    return found


def _is_broken_address(lines: Sequence[str], at: int) -> bool:
    """Whether the sign is the end of an address that begins in the line above."""
    if at == 0 or not lines[at].rstrip().endswith(":"):
        return False
    above = marks.plain(lines[at - 1])
    return "@" in above and (above.startswith(("<", "mailto:")) or " " not in above)


def _is_named(lines: Sequence[str], at: int) -> bool:
    """Whether a line has a name and the sign before it, or a bar, as one of its neighbours has."""
    said = _named(lines[at])
    return said is not None and any(_named(lines[other]) == said for other in (at - 1, at + 1) if 0 <= other < len(lines))


def _named(line: str) -> str | None:
    if found := _NAMED.match(line):
        return found[1]
    return "|" if _PIPED.fullmatch(line) else None


def own_lines(lines: Sequence[str], given: Sequence[str]) -> list[bool]:
    """Returns which lines a person wrote, of lines as `marks.plain` has them and what each is.

    A line is `CITED`, an `INTRODUCTION` or the begin of the `REST` where the caller knows; others are found.
    """
    found = [QUOTE if kind == CITED else kind for kind in given]
    first, end = _body(lines, found)
    if CITED not in given:
        _doubt(lines, found, first, end)
    runs = _runs(lines, found, first, end)
    last = _stripped(lines, found, first, end)
    own = [first <= at < last and kind in (TEXT, QUOTE) for at, kind in enumerate(found)]
    if len(runs) == 1 and runs[0].is_introduced and TEXT in found[first:last]:
        own = [is_own and kind != QUOTE for is_own, kind in zip(own, found, strict=True)]
    is_any = any(is_own and not signatures.is_delimiter(line) for is_own, line in zip(own, lines, strict=True))
    return _with_blanks(own, found) if is_any else [True] * len(lines)


def _with_blanks(own: list[bool], found: Sequence[str]) -> list[bool]:
    """Blank lines go with what is above them."""
    for at, kind in enumerate(found):
        own[at] = own[at] if kind != BLANK or at == 0 else own[at - 1]
    return own


def _body(lines: Sequence[str], found: list[str]) -> tuple[int, int]:
    """Marks the introductions; returns where what a person wrote begins, and where another mail does.

    A mail that begins with another mail's headers was passed on without a word, and is whole.
    """
    following = _following(found)
    first, first_text = 0, len(lines)
    for at, kind in enumerate(found):
        if kind == REST or (kind == TEXT and marks.is_marker(lines, at)):
            return first, at if first_text < at else len(lines)
        if kind == TEXT and (cut := _cut(lines, at)) is not None:
            return first, cut if first_text < cut else len(lines)
        introduction = _introduction(lines, found, at, following[at], first) if kind == TEXT else None
        if introduction and introduction.is_sure and first_text < introduction.start:
            return first, introduction.start
        if introduction:
            for one in range(introduction.start, introduction.end):
                found[one] = INTRODUCTION if lines[one] else BLANK
            first_text = first_text if first_text < introduction.start else len(lines)
            first = introduction.end if introduction.is_sure else first
        elif kind == TEXT:
            first_text = min(first_text, at)
    return first, len(lines)


def _introduction(lines: Sequence[str], found: Sequence[str], at: int, following: str, first: int) -> marks.Attribution | None:
    """Returns the lines that introduce a quote and end here. None of them introduces another one."""
    told = marks.attribution(lines, at, is_before_quote=following == QUOTE)
    is_new = told and told.start >= first and INTRODUCTION not in found[told.start : at]
    return told if is_new else None


def _cut(lines: Sequence[str], at: int) -> int | None:
    """Returns where another mail begins that is recognized in a line."""
    if quote_blocks.header_block(lines, at) is not None:
        return quote_blocks.above_rule(lines, at)
    return at if quote_blocks.begins_mail(lines, at) else None


def _following(found: Sequence[str]) -> list[str]:
    """What the next line is that is not blank."""
    following, kind = [BLANK] * len(found), BLANK
    for at in range(len(found) - 1, -1, -1):
        following[at] = kind
        kind = found[at] if found[at] != BLANK else kind
    return following


class _Run(NamedTuple):
    is_introduced: bool


def _runs(lines: Sequence[str], found: Sequence[str], first: int, end: int) -> list[_Run]:
    """Returns the quotes that no text divides, and whether a line above each says who wrote it."""
    runs: list[_Run] = []
    before = BLANK
    for at in range(first, end):
        kind = found[at]
        if kind == QUOTE and before != QUOTE:
            runs.append(_Run(before == INTRODUCTION))
        if kind == QUOTE and marks.is_marker(lines, at):
            runs[-1] = _Run(True)
        is_between = kind == BLANK or (kind == INTRODUCTION and before == QUOTE)
        before = before if is_between else kind
    return runs


def _doubt(lines: Sequence[str], found: list[str], first: int, end: int) -> None:
    """Takes one or two lines for what a person wrote, above all introductions, that only a sign says to be a quote: `> 5` is
    none, nor is a command.
    """
    quoted: list[int] = []
    for at in range(first, end + 1):
        kind = found[at] if at < end else INTRODUCTION
        if kind == QUOTE:
            quoted.append(at)
        elif kind != BLANK:
            if len(quoted) < _FEWEST and not _introduces_itself([lines[one] for one in quoted]):
                for one in quoted:
                    found[one] = TEXT
            quoted = []
        if kind == INTRODUCTION:
            return


def _introduces_itself(lines: Sequence[str]) -> bool:
    """Whether lines that are quoted begin with who wrote them, or are quoted twice, or have our mark."""
    inner = [line.lstrip("> ") for line in lines]
    found = (marks.attribution(inner, at, is_before_quote=True) or marks.is_marker(lines, at) for at in range(len(inner)))
    return any(_TWICE.match(line) for line in lines) or any(found)


def _stripped(lines: Sequence[str], found: Sequence[str], first: int, end: int) -> int:
    """Returns where quotes, dashes and signatures begin that end what was written; at least one line of text is left."""
    first_text = next((at for at in range(first, end) if found[at] == TEXT), end)
    while end > first:
        is_nothing = found[end - 1] != TEXT or signatures.is_delimiter(lines[end - 1])
        start = end - 1 if is_nothing else signatures.begin(lines, first, end)
        if start == end or start <= first_text:
            break
        end = start
    return end
