"""Our own mails, as bytes that any server takes: no line is too long, and nothing in a value becomes a header."""

import re
from collections.abc import Sequence
from email import policy
from email.header import Header
from email.message import EmailMessage
from hashlib import sha256
from html import escape

import msgspec

from chalicelib.rules import emails, mail_charsets, mail_headers, text
from chalicelib.rules.quote_marks import MARKER as MARKER
from chalicelib.rules.quote_marks import MARKER_CLASS as MARKER_CLASS

#: Ids of earlier mails that a mail names.
_MOST_REFERENCES = 20
_ID = re.compile(r"[!-;=?-~]{1,500}")
_FOLDING = policy.SMTP.clone(cte_type="7bit")


class NoAddress(ValueError):
    """An address that no mail can be sent to."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to send. Addresses are `a@b` or `Name <a@b>`, ids are without < and >, files are name, type, bytes."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    message_id: str
    reply_to: str = ""
    cc: tuple[str, ...] = ()
    html: str | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[tuple[str, str, bytes], ...] = ()
    #: Whether a program wrote it, so that no program answers.
    is_automatic: bool = False


def build(mail: Outgoing) -> bytes:
    """Returns a mail's bytes: plain text, beside it HTML where there is some, and files.

    Its lines end with CR LF and have at most 998 bytes, all of them ASCII. Raises NoAddress for an address that can't be
    sent to: one with more than ASCII before the @. A domain in another script is written in ASCII.
    """
    body = EmailMessage(policy=_FOLDING)
    body.set_content(_lines(mail.text))
    if mail.html is not None:
        body.add_alternative(_lines(mail.html), subtype="html")
    for name, mime, data in mail.files:
        _attach(body, text.file_name(mail_charsets.whole(name)), text.media_type(mime), data)
    for number, part in enumerate(one for one in body.walk() if one.is_multipart()):
        part.set_boundary(f"{_boundary(mail)}.{number}")
    return "".join(f"{name}: {value}\r\n" for name, value in _headers(mail) if value).encode("ascii") + body.as_bytes()


def _boundary(mail: Outgoing) -> str:
    """The same for the same mail, and nothing that its texts can have."""
    return sha256("\0".join((mail.message_id, mail.text, mail.html or "")).encode("utf-8", "replace")).hexdigest()[:40]


def _attach(body: EmailMessage, name: str, mime: str, data: bytes) -> None:
    """Adds a file in base64. A mail or multipart is sent as a file, too, so that its bytes stay as they are."""
    kind, _, subtype = mime.partition("/")
    if kind in ("message", "multipart"):
        kind, subtype = "application", "octet-stream"
    body.add_attachment(data, maintype=kind, subtype=subtype, filename=name, cte="base64")


def _headers(mail: Outgoing) -> list[tuple[str, str]]:
    automatic = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")] if mail.is_automatic else []
    return [
        ("From", _addresses([mail.sender])),
        ("Reply-To", _addresses([mail.reply_to] if mail.reply_to else [])),
        ("To", _addresses(mail.to)),
        ("Cc", _addresses(mail.cc)),
        ("Subject", _encoded(_one_line(mail.subject), len("Subject: "))),
        ("Message-ID", _ids([mail.message_id])),
        ("In-Reply-To", _ids([mail.in_reply_to])),
        ("References", _ids(mail.references)),
        *automatic,
    ]


def _ids(given: Sequence[str]) -> str:
    """The newest ids, one on a line; what can't be one is left out."""
    return "\r\n ".join(f"<{one}>" for one in given[-_MOST_REFERENCES:] if _ID.fullmatch(one))


def _addresses(given: Sequence[str]) -> str:
    return ",\r\n ".join(map(_address, given))


def _address(given: str) -> str:
    """An address as it stands in a header, with its name as an encoded word where that is not plain."""
    name, _, rest = given.rpartition("<")
    address = emails.canonical(rest.partition(">")[0])
    if not emails.is_address(address) or not emails.can_be_sent_to(address) or mail_headers.only_address(address) != address:
        raise NoAddress(given[:300])
    shown = _one_line(name).strip('"').replace("\\", "").replace('"', "")
    if not shown:
        return address
    return f'"{shown}"\r\n <{address}>' if shown.isascii() and len(shown) < 70 else f"{_encoded(shown, 12)}\r\n <{address}>"


def _encoded(value: str, taken: int) -> str:
    """A value on lines of 76 characters; as encoded words unless it is short and plain."""
    if value.isascii() and len(value) + taken <= 76 and "=?" not in value:
        return value
    return Header(value, "utf-8", header_name=" " * taken).encode(linesep="\r\n")


def _one_line(value: str) -> str:
    return mail_headers.line(mail_charsets.whole(value), 1_000, is_decoded=True)


def _lines(given: str) -> str:
    return mail_charsets.whole(given.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))


def quoted(own: str, introduction: str, earlier: str) -> str:
    """Returns the plain text of an answer with what it answers below: our marker, a line that introduces it, the quote."""
    below = "\n".join(f"> {line}".rstrip() for line in earlier.split("\n"))
    return f"{own}\n\n{MARKER}\n{introduction}\n\n{below}\n"


def quoted_html(own: str, introduction: str, earlier: str) -> str:
    """Returns the same as HTML; `introduction` is plain text."""
    mark = f'<div style="color:#888888;font-size:small">{escape(MARKER)}</div><div>{escape(introduction)}</div>'
    return f'<div>{own}</div><div class="{MARKER_CLASS}">{mark}<blockquote type="cite">{earlier}</blockquote></div>'
