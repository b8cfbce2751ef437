"""Contents: what of a mail stands in a message, and what in its files. No line and no file of the mail is left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote, urlencode

from chalicelib import config
from chalicelib.desk.conversations import markup
from chalicelib.desk.conversations.composing import LONGEST_ADDRESSES, MOST_BYTES, MOST_TAGS, MailParts
from chalicelib.rules import html as plain
from chalicelib.rules import html_quotes, quotes, text
from chalicelib.rules.mail_parsing import Address, Mail, Part

#: Bytes of HTML that are looked at; larger ones are files.
_MOST_HTML = 500_000
_TAG = re.compile("</?[a-zA-Z]")
#: An image's address in cleaned HTML.
_CID = re.compile(r'\ssrc="cid:([^"]*)"', re.IGNORECASE)
_LONGEST_SUBJECT = 500
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is stored of a mail. `files` are its files and what has no room in the texts."""

    body: str
    html: str | None
    quote: str
    files: tuple[Part, ...]


def files_of(mail: Mail) -> list[Part]:
    """Returns a mail's files in their order, and after them, where it has them, whole texts that have no room in a message."""
    extra = []
    if not _can_show(mail.html):
        extra.append(_file("message.html", "text/html", mail.html))
    if any(len(part.encode()) > MOST_BYTES for part in _texts(mail)[:3:2]):
        extra.append(_file("message.txt", "text/plain", mail.text or plain.to_text(mail.html[:_MOST_HTML])))
    return [*mail.parts, *extra]
