"""Contents: what of a mail stands in a message, and what in its files. No line and no file of the mail is left out."""

import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import unquote

import msgspec

from chalicelib.desk.conversations import markup
from chalicelib.desk.conversations.composing import MOST_BYTES, MOST_TAGS
from chalicelib.desk.conversations.files import UTF_8, address_of
from chalicelib.rules import html as plain
from chalicelib.rules import html_quotes, quotes, text
from chalicelib.rules.mail_parsing import Mail, Part

#: Bytes of HTML that are looked at; more is a file.
_MOST_HTML = 500_000
_TAG = re.compile("</?[a-zA-Z]")
#: Bytes of what is told below a text, and of a picture's address at most.
_MOST_NOTES, _PICTURE = 5_000, 1_000
#: A picture's address in cleaned HTML that is a part of the same mail.
_CID = re.compile(r'\ssrc="\s*cid:([^"]*)"', re.IGNORECASE)


class Content(msgspec.Struct, frozen=True):
    """What is stored of a mail. `files` are its own, and behind them texts that have no room in a message."""

    body: str
    html: str | None
    quote: str
    files: tuple[Part, ...]


def of(mail: Mail) -> Content:
    """Returns what is stored of a mail. Pictures in its HTML still name parts of it (`with_pictures`)."""
    given = mail.html if _can_show(mail.html) else ""
    own, html_quote = html_quotes.split_html(given)  # before it is cleaned, because attributes tell of quotes
    html = markup.clean(own)
    body, quote = quotes.split_text(mail.text) if mail.text.strip() else (plain.to_text(own), "")
    quote = _with_missing(quote, plain.to_text(html_quote), body)
    if not body.strip():  # what it passes on is all that it says
        body, quote, html = quote, "", markup.clean(given)
    files, told = list(mail.parts), text.preview("\n".join(f"[{note}]" for note in mail.notes), _MOST_NOTES)
    if mail.html and not (given and _fits(html, told, _PICTURE * len(_CID.findall(html)))):
        html = ""
        files.append(_file("message.html", "text/html", mail.html))
        body = body or plain.to_text(mail.html[:_MOST_HTML])
    if not (_fits(body, told) and _fits(quote)):
        files.append(_file("message.txt", "text/plain", mail.text or plain.to_text(mail.html[:_MOST_HTML])))
    if told:
        body = f"{_cut(body, told).rstrip()}\n\n{told}".lstrip()
        html = html and f"{html}<p>{escape(told)}</p>"
    return Content(_cut(body), html or None, _cut(quote), tuple(files))


def _can_show(html: str) -> bool:
    """Returns whether HTML can be cleaned in time."""
    return bool(html) and len(html.encode()) <= _MOST_HTML and len(_TAG.findall(html)) <= MOST_TAGS


def _fits(part: str, told: str = "", more: int = 0) -> bool:
    """Returns whether a text has room in a message, with what is told below it and so many bytes more."""
    return len(part.encode()) <= _room(told) - more


def _room(told: str) -> int:
    return MOST_BYTES - (2 * len(told.encode()) + 10 if told else 0)


def _file(name: str, mime: str, content: str) -> Part:
    return Part(name, mime + UTF_8, content.encode(), "", False)


def _with_missing(quote: str, further: str, body: str) -> str:
    """Returns a quote with those lines of the HTML's quote that stand nowhere in the text."""
    known = {_folded(line) for line in (*quote.splitlines(), *body.splitlines())}
    missing = [line for line in further.splitlines() if _folded(line) and _folded(line) not in known]
    return "\n".join([*([quote] if quote.strip() else []), *missing])


def _folded(line: str) -> str:
    """Returns a line without what a text and HTML write differently: spaces and marks of quotes."""
    return "".join(line.split()).strip(">")


def _cut(part: str, told: str = "") -> str:
    """Returns the longest beginning of whole lines that a message has room for, or of one line that is longer."""
    if _fits(part, told):
        return part
    shown = text.preview(part, _room(told))
    whole, _, _ = shown.rpartition("\n")
    return whole or shown


def with_pictures(html: str | None, files: Mapping[str, tuple[str, str]]) -> str | None:
    """Returns HTML whose pictures load from the desk: `files` has the id and the name of a file by its Content-ID, and by its
    own name. One that the mail does not have loses its address.
    """
    if not html:
        return None
    by_name = {**{name.lower(): file for name, file in files.items()}, **files}

    def loaded(found: re.Match[str]) -> str:
        name = unescape(found[1]).strip()
        names = (name, unquote(name), name.lower(), unquote(name).lower(), name.partition("@")[0])
        file = next((by_name[one] for one in names if one in by_name), None)
        return f' src="{escape(address_of(*file))}"' if file else ""

    return _CID.sub(loaded, html)
