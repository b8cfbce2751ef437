"""HTML to plain text and back: what a browser would show, in time linear in its length.

The standard library's parser is not used: some of its versions take quadratic time for unclosed comments, and raise for `<![`.
"""

import re
from html import escape, unescape
from typing import Protocol

#: Elements that begin and end a line; before and after some of them a browser leaves a line blank.
_BLANK_AROUND = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre"}
BLOCKS = _BLANK_AROUND | {
    *("address", "article", "aside", "body", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset"),
    *("figcaption", "figure", "footer", "form", "header", "html", "legend", "li", "main", "nav", "ol", "option", "section"),
    *("summary", "table", "tbody", "tfoot", "thead", "tr", "ul"),
}
#: Elements whose content is neither markup nor shown, and what ends each.
_UNSHOWN = ("script", "style", "title", "iframe", "noembed", "noframes")
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE | re.ASCII) for name in _UNSHOWN}
#: Elements of a head. Any other element ends it.
_IN_HEAD = {*_UNSHOWN, "base", "head", "link", "meta", "noscript", "template"}
#: How a tag begins, or what a browser skips like one. Any other < is text.
_TAG = re.compile(r"<[A-Za-z/!?]")
_NAME = re.compile(r"[A-Za-z][^\s/>]*", re.ASCII)
_BETWEEN = re.compile(r"[\s/]*", re.ASCII)
_ATTRIBUTE = re.compile(r"=?[^\s/>=]*", re.ASCII)
_EQUALS = re.compile(r"\s*=\s*", re.ASCII)
_BARE = re.compile(r"[^\s>]*", re.ASCII)
_SPACES = re.compile(r"[\t\n\f\r ]+")
#: Numbers of characters that there are not, which `unescape` may take long for, or not at all.
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
_NBSP = "\xa0"
#: Addresses that are shown behind a link's text.
_SHOWN = ("http://", "https://", "mailto:", "tel:")
_DEEPEST_INDENT = 8
#: Attributes that pages look at.
_KNOWN = {"href", "alt", "class", "data-id", "id", "type", "cite"}


class Page(Protocol):
    """Gets the parts of a page in their order."""

    def open(self, name: str, attributes: dict[str, str]) -> None:
        """A start tag, with those of its attributes that somebody looks at."""

    def close(self, name: str, _: dict[str, str]) -> None:
        """An end tag."""

    def data(self, text: str) -> None:
        """Text between tags."""


def to_text(html: str) -> str:
    """Returns the text of a page: blocks on lines of their own, a dash before list entries, a tab between cells of a table.

    A link has its address behind it if that is not its text. An image is its alternative text, or `[image]` if there is no other
    text at all. Empty if a reader would see nothing.
    """
    page = _Page()
    scan(html, page)
    return page.text()


def from_text(text: str) -> str:
    """Returns HTML that shows a plain text, with its line breaks. Nothing in the text becomes markup."""
    return escape(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\n", "<br>")


def scan(html: str, page: Page) -> None:
    """Tells `page` of the tags and texts, without comments and what scripts and styles hold."""
    at = 0
    while at < len(html):
        at = show_next(html, at, page)


def show_next(html: str, at: int, page: Page) -> int:
    """Shows the text or the tag that begins at `at`. Returns where the next begins; what does not end, ends with the page."""
    if not _TAG.match(html, at):
        tag = _TAG.search(html, at)
        end = tag.start() if tag else len(html)
        page.data(html[at:end])
        return end
    if html.startswith("<!--", at):
        return _comment(html, at)
    closes = html.startswith("</", at)
    name = _NAME.match(html, at + 1 + closes)
    if name:
        end, attributes = _attributes(html, name.end())
        if end <= len(html):
            (page.close if closes else page.open)(name[0].lower(), attributes)
        return end if closes else _past_unshown(html, name[0].lower(), end)
    return _or_end(html, html.find(">", at)) + 1


def _or_end(html: str, found: int) -> int:
    return len(html) if found < 0 else found


def _comment(html: str, at: int) -> int:
    if html.startswith(("<!-->", "<!--->"), at):
        return html.index(">", at) + 1
    return _or_end(html, html.find("-->", at + 4)) + 3


def _past_unshown(html: str, name: str, at: int) -> int:
    if name not in _ENDS:
        return at
    end = _ENDS[name].search(html, at)
    return end.start() if end else len(html)


def _attributes(html: str, at: int) -> tuple[int, dict[str, str]]:
    """A tag's attributes, and where it ends: behind the page's end where it does not."""
    found: dict[str, str] = {}
    while (at := _end_of(_BETWEEN, html, at)) < len(html) and html[at] != ">":
        name = html[at : (at := _end_of(_ATTRIBUTE, html, at))].lower()
        equals = _EQUALS.match(html, at)
        value = ""
        if equals:
            value, at = _value(html, equals.end())
        if name in _KNOWN:
            found.setdefault(name, decoded(value))
    return at + 1, found


def _end_of(pattern: re.Pattern[str], html: str, at: int) -> int:
    found = pattern.match(html, at)
    return found.end() if found else at


def _value(html: str, at: int) -> tuple[str, int]:
    quote = html[at : at + 1]
    if quote not in ("'", '"'):
        end = _end_of(_BARE, html, at)
        return html[at:end], end
    end = _or_end(html, html.find(quote, at + 1))
    return html[at + 1 : end], end + 1


def decoded(text: str) -> str:
    """Returns text with its character references read."""
    return unescape(_NO_CHARACTER.sub("\ufffd", text)) if "&" in text else text


class _Page:
    """What has been shown so far. Breaks and spaces wait for what comes behind them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._breaks, self._space, self._mark = 0, "", ""
        self._at_start = True
        self._pre = self._lists = self._templates = 0
        self._in_head = self._has_image = False
        self._link: tuple[str, int] | None = None

    def text(self) -> str:
        """All of it, without blank lines at its ends and blanks at a line's end."""
        self._end_link()
        lines = [line.rstrip() for line in "".join(self._parts).split("\n")]
        return "\n".join(lines).strip("\n") or ("[image]" if self._has_image else "")

    def open(self, name: str, attributes: dict[str, str]) -> None:
        """A start tag."""
        self._in_head = name == "head" or (self._in_head and name in _IN_HEAD)
        if name in BLOCKS:
            self._break(2 if name in _BLANK_AROUND else 1)
        match name:
            case "br":
                self._breaks, self._space = min(self._breaks + 1, 2), ""
            case "li":
                self._mark = "  " * min(max(self._lists - 1, 0), _DEEPEST_INDENT) + "- "
            case "td" | "th" if not self._at_start and not self._breaks:
                self._space = "\t"
            case "img":
                self._has_image = True
                self.data(attributes.get("alt", ""), is_decoded=True)
            case "a":
                self._end_link()
                self._link = attributes.get("href", "").strip(), len(self._parts)
            case _:
                self._nest(name, 1)

    def close(self, name: str, _: dict[str, str]) -> None:
        """An end tag."""
        self._in_head = self._in_head and name != "head"
        if name == "a":
            self._end_link()
        self._nest(name, -1)
        if name in BLOCKS or name == "br":
            self._break(2 if name in _BLANK_AROUND else 1)

    def _nest(self, name: str, by: int) -> None:
        if name in ("ul", "ol"):
            self._lists = max(0, self._lists + by)
        elif name == "pre":
            self._pre = max(0, self._pre + by)
        elif name == "template":
            self._templates = max(0, self._templates + by)

    def _break(self, most: int) -> None:
        self._breaks, self._space = max(self._breaks, most), ""

    def data(self, text: str, *, is_decoded: bool = False) -> None:
        """Text between tags."""
        if self._in_head or self._templates:
            return
        text = text if is_decoded else decoded(text)
        if self._pre:
            self._keep(text)
            return
        folded = _SPACES.sub(" ", text)
        words = folded.strip(" ")
        if folded[:1] == " ":
            self._space = self._space or " "
        if words and (not self._starts_line() or words.strip(_NBSP + " ")):
            self._show(words.replace(_NBSP, " "))
            self._space = " " if folded[-1] == " " else ""

    def _starts_line(self) -> bool:
        return self._at_start or self._breaks > 0

    def _keep(self, text: str) -> None:
        """Text of a `pre`, whose first line break is not shown."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace(_NBSP, " ")
        text = text.removeprefix("\n") if self._starts_line() else text
        if text:
            self._show(text)

    def _show(self, text: str) -> None:
        if self._starts_line():
            before = "" if self._at_start else "\n" * self._breaks
            self._parts += [before, self._mark]
            self._mark = ""
        else:
            self._parts.append(self._space)
        self._parts.append(text)
        self._breaks, self._space, self._at_start = 0, "", False

    def _end_link(self) -> None:
        """Shows a link's address where its text says another."""
        if self._link is None:
            return
        address, first = self._link
        self._link = None
        said = "".join(self._parts[first:]).strip()
        if said and address.lower().startswith(_SHOWN) and _bare(address) != _bare(said):
            self._show(f"{'' if self._starts_line() else ' '}({_SPACES.sub('', address)})")


def _bare(address: str) -> str:
    """An address without what people leave out when they write it."""
    bare = address.strip().lower()
    for before in (*_SHOWN, "//", "www."):
        bare = bare.removeprefix(before)
    return bare.rstrip("/")
