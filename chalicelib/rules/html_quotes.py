"""What a person wrote in a mail's HTML, told apart from what it quotes: by its lines, as in plain text, and by its elements.

Programs mark quotes by elements and classes, which cleaning takes out, so this comes before. Both parts are HTML by themselves.
"""

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import msgspec

from chalicelib.rules import html as markup
from chalicelib.rules import quote_marks, quotes
from chalicelib.rules.quotes import BLANK, CITED, INTRODUCTION, QUOTE, REST, TEXT, Split

#: Ends of the ids and classes of elements in which another mail begins. Servers write something before some.
_OTHER_MAIL = (
    *("divrplyfwdmsg", "appendonsend", "stopspelling", "reference-message-container", "olk_src_body_section"),
    *("outlookmessageheader", "ms-outlook-mobile-reference-message"),
)
#: Those of elements that have another mail within; what is behind them is not of it.
_HOLDING = ("yahoo_quoted", "moz-forward-container", "zmail_extra", quote_marks.MARKER_CLASS)
#: Those of elements that say who wrote a quote, of those with a quote and what introduces it, and of quotes.
_INTRODUCING = ("gmail_attr", "moz-cite-prefix")
_CONTAINING = ("gmail_quote", "gmail_quote_container", "protonmail_quote", "tutanota_quote")
_QUOTING = ("quote",)
_VOID = {"br", "hr", "img", "col", "wbr"}
_UNSHOWN = {"script", "style", "title", "iframe", "noembed", "noframes", "head", "html", "body", "meta", "link", "base", "input"}
#: Elements that end where another of their kind begins.
_ENDED_BY_NEXT = {"p", "li", "dt", "dd", "td", "th", "tr", "option"}
_DEEPEST, _MOST_PIECES = 200, 100_000


def split_html(html: str) -> Split:
    """Returns what a person wrote, and what was quoted, with the signature. The HTML is a mail's, before it is cleaned.

    All that is shown is in one of the two. Without a quote, and where there is very much, the first is the HTML as it is.
    """
    page = _read(html)
    flags = quotes.own_lines([line.plain for line in page.lines], page.kinds()) if page else [True]
    if page is None or all(flags):
        return Split(html, "")
    own, quote = _Fragment(), _Fragment()
    _write(page.pieces, flags, own, quote)
    return Split(own.text(), quote.text())


class _Element(NamedTuple):
    name: str
    source: str
    kind: str


class _Line(msgspec.Struct):
    kind: str
    words: list[str] = msgspec.field(default_factory=list)
    #: Whether something else than words is shown.
    is_filled: bool = False
    plain: str = ""


class _Piece(NamedTuple):
    """Something that is shown in a line, an element that begins, or how many are open when some have ended."""

    source: str
    line: int
    element: _Element | None = None
    depth: int = -1


class _Reader:
    """The lines and pieces of a page."""

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []
        self.lines = [_Line(TEXT)]
        self._open: list[_Element] = []
        self._counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()

    def open(self, name: str, attributes: dict[str, str], source: str) -> None:
        """A start tag."""
        if name in _UNSHOWN:
            return
        if name in _ENDED_BY_NEXT and self._open and self._open[-1].name == name:
            self._end(len(self._open) - 1)
        if name in markup.BLOCKS:
            self._break()
        kind = self._kind(name, attributes)
        if kind == REST:
            self._break()
            self.lines[-1].kind = REST
        if name in _VOID:
            self._void(name, attributes, source)
        elif len(self._open) < _DEEPEST:
            self._begin(_Element(name, source, kind))
        else:
            self._left_out[name] += 1

    def close(self, name: str) -> None:
        """An end tag."""
        if name in markup.BLOCKS:
            self._break()
        if self._left_out[name]:
            self._left_out[name] -= 1
        elif self._counts[name]:
            at = len(self._open) - 1
            while self._open[at].name != name:
                at -= 1
            self._end(at)

    def data(self, text: str) -> None:
        """Text between tags; only within `pre` its line breaks are shown."""
        shown = markup.decoded(text)
        for number, line in enumerate(shown.split("\n") if self._counts["pre"] else [shown]):
            if number:
                self._show("\n")
                self._break(is_blank=True)
            self._show(line)

    def _void(self, name: str, attributes: dict[str, str], source: str) -> None:
        line = self.lines[-1]
        self.pieces.append(_Piece(source, len(self.lines) - 1))
        if name == "img":
            self._fill(line)
            line.words.append(attributes.get("alt", ""))
        elif name == "hr":
            self._word("_" * 10)
            self._break()
        elif name == "br":
            self._break(is_blank=True)

    def _show(self, words: str) -> None:
        """Shows words; as they would read as a tag beside others, they are written as text is."""
        if words:
            self.pieces.append(_Piece(escape(words, quote=False), len(self.lines) - 1))
            self._word(words)

    def _word(self, words: str) -> None:
        line = self.lines[-1]
        line.words.append(words)
        if words.strip():
            self._fill(line)

    def _fill(self, line: _Line) -> None:
        line.is_filled = True
        line.kind = REST if line.kind == REST else self._inside()

    def _inside(self) -> str:
        """What a line is that something is shown in."""
        if self._kinds[QUOTE]:
            return QUOTE
        return INTRODUCTION if self._kinds[INTRODUCTION] else TEXT

    def _begin(self, element: _Element) -> None:
        if element.kind == QUOTE:
            self._quotes_begin()
        self._open.append(element)
        self._counts[element.name] += 1
        self._kinds[element.kind] += 1
        self.pieces.append(_Piece(element.source, len(self.lines) - 1, element))

    def _quotes_begin(self) -> None:
        """What a container of an introduction and its quote has below that is none."""
        self._kinds[INTRODUCTION] = 0

    def _end(self, depth: int) -> None:
        for element in self._open[depth:]:
            self._counts[element.name] -= 1
            self._kinds[element.kind] = max(0, self._kinds[element.kind] - 1)
        del self._open[depth:]
        self.pieces.append(_Piece("", len(self.lines) - 1, depth=depth))

    def _break(self, *, is_blank: bool = False) -> None:
        line = self.lines[-1]
        if is_blank or line.is_filled:
            line.plain = quote_marks.plain(" ".join("".join(line.words).split()))
            self.lines.append(_Line(TEXT))

    def _kind(self, name: str, attributes: dict[str, str]) -> str:
        marked = f"{attributes.get('id', '')} {attributes.get('class', '')}".lower().split()[:50]
        if any(one.endswith(_OTHER_MAIL) for one in marked):
            return QUOTE if self._kinds[QUOTE] else REST
        if any(one.endswith(_HOLDING) for one in marked):
            return QUOTE
        if name == "blockquote":
            is_quote = attributes.get("type", "").lower() == "cite" or "cite" in attributes
            return QUOTE if is_quote or any(_QUOTING[0] in one for one in marked) or self._is_introduced() else TEXT
        is_introducing = any(one.endswith((*_INTRODUCING, *_CONTAINING)) for one in marked)
        return INTRODUCTION if is_introducing and not self._kinds[QUOTE] else TEXT

    def _is_introduced(self) -> bool:
        """Whether the last line says who wrote what follows."""
        texts = [line.plain for line in self.lines[-8:-1]]
        while texts and not texts[-1]:
            texts.pop()
        return bool(texts) and quote_marks.attribution(texts, len(texts) - 1, is_before_quote=True) is not None

    def kinds(self) -> list[str]:
        """Returns what each line is."""
        by_sign = quotes.kinds([line.plain for line in self.lines])
        return [_kind_of(line, kind) for line, kind in zip(self.lines, by_sign, strict=True)]

    def finish(self) -> None:
        """Ends the last line."""
        self._break(is_blank=True)


def _kind_of(line: _Line, by_sign: str) -> str:
    if line.kind == REST:
        return REST
    if not line.is_filled:
        return BLANK
    if line.kind == QUOTE:
        return CITED
    return line.kind if line.kind != TEXT or by_sign == BLANK else by_sign


class _Told:
    """The last thing that was said about a page."""

    def __init__(self) -> None:
        self.name = self.text = ""
        self.attributes: dict[str, str] | None = None

    def open(self, name: str, attributes: dict[str, str]) -> None:
        """A start tag."""
        self.name, self.attributes, self.text = name, attributes, ""

    def close(self, name: str, _: dict[str, str]) -> None:
        """An end tag."""
        self.name, self.attributes, self.text = name, None, ""

    def data(self, text: str) -> None:
        """Text between tags."""
        self.name, self.attributes, self.text = "", None, text


def _read(html: str) -> _Reader | None:
    """Returns the lines and pieces of a page, None for one that has too many."""
    page, at = _Reader(), 0
    while at < len(html):
        if len(page.pieces) > _MOST_PIECES or len(page.lines) > quotes.MOST_LINES:
            return None
        told = _Told()
        end = markup.show_next(html, at, told)
        if told.text:
            page.data(told.text)
        elif told.attributes is not None:
            page.open(told.name, told.attributes, html[at:end])
        elif told.name:
            page.close(told.name)
        at = end
    page.finish()
    return page


class _Fragment:
    """HTML that is written with the elements that it needs."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._begun: list[_Element] = []

    def add(self, source: str, within: Sequence[_Element]) -> None:
        """Writes what is shown within elements, the first of which have begun."""
        for element in within[len(self._begun) :]:
            self._parts.append(element.source)
            self._begun.append(element)
        self._parts.append(source)

    def end(self, depth: int) -> None:
        """Ends the elements beyond a depth."""
        while len(self._begun) > depth:
            self._parts.append(f"</{self._begun.pop().name}>")

    def text(self) -> str:
        """All of it, complete."""
        self.end(0)
        return "".join(self._parts)


def _write(pieces: Sequence[_Piece], flags: Sequence[bool], own: _Fragment, quote: _Fragment) -> None:
    within: list[_Element] = []
    for piece in pieces:
        if piece.element:
            within.append(piece.element)
        elif piece.depth >= 0:
            own.end(piece.depth)
            quote.end(piece.depth)
            del within[piece.depth :]
        else:
            (own if flags[piece.line] else quote).add(piece.source, within)
