"""Contents: what of a mail stands in a message, and what in its files. No line and no file of the mail is left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote, urlencode

from chalicelib import config
from chalicelib.desk.conversations import markup
from chalicelib.desk.conversations.composing import MOST_BYTES, MOST_TAGS
from chalicelib.rules import html as plain
from chalicelib.rules import html_quotes, quotes, text
from chalicelib.rules.mail_parsing import Mail, Part

#: Bytes of HTML that are looked at; more is a file.
_MOST_HTML = 500_000
_TAG = re.compile("</?[a-zA-Z]")
#: A picture's address in cleaned HTML that is a part of the same mail.
_CID = re.compile(r'\ssrc="cid:([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Content:
    """What is stored of a mail. `files` are its own, and behind them texts that have no room in a message."""

    body: str
    html: str | None
    quote: str
    files: tuple[Part, ...]


def of(mail: Mail) -> Content:
    """Returns what is stored of a mail. Pictures in its HTML still name parts of it (`with_pictures`)."""
    shown = markup.clean(mail.html) if _can_show(mail.html) else ""
    html, html_quote = html_quotes.split_html(shown) if shown else ("", "")
    body, quote = quotes.split_text(mail.text) if mail.text.strip() else (plain.to_text(html), "")
    quote = _with_missing(quote, plain.to_text(html_quote), body)
    if not body.strip():  # what it passes on is all that it says
        body, quote = quote, ""
    files = list(mail.parts)
    if mail.html and not (shown and _fits(html)):
        html = ""
        files.append(_file("message.html", "text/html", mail.html))
        body = body or plain.to_text(mail.html[:_MOST_HTML])
    if not (_fits(body) and _fits(quote)):
        files.append(_file("message.txt", "text/plain", mail.text or plain.to_text(mail.html[:_MOST_HTML])))
    return _told(mail, Content(_cut(body), html or None, _cut(quote), tuple(files)))


def _can_show(html: str) -> bool:
    """Returns whether HTML can be cleaned in time."""
    return bool(html) and len(html.encode()) <= _MOST_HTML and len(_TAG.findall(html)) <= MOST_TAGS


def _fits(part: str) -> bool:
    return len(part.encode()) <= MOST_BYTES


def _file(name: str, mime: str, content: str) -> Part:
    return Part(name, mime, content.encode(), "", False)


def _with_missing(quote: str, further: str, body: str) -> str:
    """Returns a quote with those lines of the HTML's quote that stand nowhere in the text."""
    known = {_folded(line) for line in (*quote.splitlines(), *body.splitlines())}
    missing = [line for line in further.splitlines() if _folded(line) and _folded(line) not in known]
    return "\n".join([*([quote] if quote.strip() else []), *missing])


def _folded(line: str) -> str:
    """Returns a line without what a text and HTML write differently: spaces and marks of quotes."""
    return "".join(line.split()).strip(">")


def _cut(part: str) -> str:
    """Returns the longest beginning of whole lines that a message has room for, or of one line that is longer."""
    if _fits(part):
        return part
    shown = text.preview(part, MOST_BYTES)
    whole, _, _ = shown.rpartition("\n")
    return whole or shown


def _told(mail: Mail, content: Content) -> Content:
    """Returns the content with what a reader must know of the mail, below its text."""
    if not mail.notes:
        return content
    words = "\n".join(f"[{note}]" for note in mail.notes)
    body = _cut(content.body.rstrip() + "\n\n" + words).lstrip()
    html = content.html and f"{content.html}<p>{escape(words)}</p>"
    return Content(body, html if html and _fits(html) else content.html, content.quote, content.files)


def with_pictures(html: str | None, files: Mapping[str, tuple[str, str]]) -> str | None:
    """Returns HTML whose pictures load from the desk: `files` has the id and the name of a file by its Content-ID. One that the
    mail does not have loses its address.
    """
    if not html:
        return None

    def loaded(found: re.Match[str]) -> str:
        name = unescape(found[1])
        file = files.get(name) or files.get(unquote(name))
        return f' src="{escape(address_of(*file))}"' if file else ""

    shown = _CID.sub(loaded, html)
    return shown if _fits(shown) else None


def address_of(id_: str, name: str) -> str:
    """Returns where a file is downloaded."""
    return f"{config.PUBLIC_URL}/download/{id_}?{urlencode({'file_name': name})}"
