"""A mail as it comes from anywhere, read into its parts. Nothing of it is lost, and no bytes make it fail or take long."""

import re
from email.message import Message
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

from chalicelib.rules import automatic_mails, data_pictures, html, mail_bodies, mail_charsets, mail_headers, text
from chalicelib.rules.mail_headers import Address as Address
from chalicelib.rules.mail_headers import Headers

#: Bytes of a mail, files of a mail that are kept as such, parts that are looked at, and bytes that are searched for parts.
#: A thousand parts within each other are read, with what holds the last.
MOST_BYTES, MOST_FILES, _MOST_PARTS, _MOST_SEARCHED = 25_000_000, 100, 1_010, 300_000_000
#: Characters of a subject that a conversation has room for.
LONGEST_SUBJECT = 500
_TOO_LARGE = "The mail is larger than 25 MB, so it is kept as a file."
_CID = re.compile(r"cid:([^\"'\s>)]{1,500})", re.IGNORECASE)
_LONGEST_BOUNDARY, _SHOWN = 250, 50_000
_LIKE_BOUNDARY = re.compile(rb"(?:\A|\n)--(-{0,70}[^\s-]\S{0,200})[ \t]*\r?\n")
#: Types that are read as text; all others are files, with these names where they have none.
_BODIES = {"text/plain", "text/html", "text/enriched", "text/markdown", "text/richtext"}
_NAMES = {
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "notification.txt",
    "text/rfc822-headers": "headers.txt",
    "text/calendar": "invitation.ics",
    "text/x-amp-html": "message.amp.html",
    "application/ms-tnef": "winmail.dat",
    "application/pgp-signature": "signature.asc",
}


class Part(NamedTuple):
    """A file of a mail; an inline one is shown in the mail's HTML under its id."""

    name: str
    mime: str
    data: bytes
    content_id: str
    is_inline: bool


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says. Ids are without < and >, texts without NUL; lines end as in Python."""

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Address = mail_headers.NOBODY
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    #: The whole plain text, empty where there is HTML alone; the whole HTML, not cleaned, empty where there is none.
    text: str = ""
    html: str = ""
    parts: tuple[Part, ...] = ()
    #: Why this is a machine's mail, empty for a person's.
    automatic: str = ""
    #: What was left out or could not be read, a sentence each.
    notes: tuple[str, ...] = ()
    #: False where it could not be read: then the text is the raw mail, which is a part, too.
    is_whole: bool = True


class _Body(NamedTuple):
    """The texts of one body, in both forms."""

    plain: list[str]
    html: list[str]


class _Found(msgspec.Struct):
    """What has been found so far: bodies by the alternatives they are, or their place, files, and how much was looked at."""

    bodies: dict[int, _Body] = msgspec.field(default_factory=dict)
    files: list[Part] = msgspec.field(default_factory=list)
    notes: dict[str, None] = msgspec.field(default_factory=dict)
    parts: int = 0
    searched: int = 0
    is_cut: bool = False

    def cut(self, note: str) -> None:
        """Tells that something is only in the raw mail."""
        self.notes[note] = None
        self.is_cut = True

    def add(self, shown: str, group: int, *, is_html: bool) -> None:
        """Takes up a text."""
        body = self.bodies.setdefault(group or -self.parts, _Body([], []))
        (body.html if is_html else body.plain).append(shown)


class _Node(NamedTuple):
    """A part to look at, and how it stands in the mail."""

    headers: Headers
    body: bytes
    #: The number of the outermost alternatives that it is in, 0 for none.
    group: int = 0
    default: str = "text/plain"
    #: Whether another part shows it.
    is_aside: bool = False
    is_mail: bool = False


def parse(raw: bytes, return_path: str | None = None) -> Mail:
    """Returns a mail's content; where that can't be read, the raw mail as its text, and why in its notes.

    `return_path` is the envelope's sender, empty for a bounce, None where it isn't known. Raises nothing. A mail of more than
    25 MB isn't looked into, and only the beginning of it is shown.
    """
    headers, body = mail_headers.split(raw)
    if len(raw) > MOST_BYTES:
        return _mail(headers, return_path, _unread(raw, _TOO_LARGE, most=_SHOWN))
    if not headers:
        return _mail(headers, return_path, _unread(raw, "The mail has no headers, so it is shown as it is."))
    found = _Found()
    if len(mail_headers.subject(headers)) > LONGEST_SUBJECT:
        found.cut(f"The subject has more than {LONGEST_SUBJECT} characters; the whole of it is in mail.eml.")
    try:
        _walk(found, headers, raw[body:])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as failure:  # the library's, for odd parameters
        return _mail(headers, return_path, _unread(raw, f"The mail can't be read ({type(failure).__name__})."))
    if found.is_cut and not found.bodies and not found.files:
        return _mail(headers, return_path, _unread(raw, *found.notes))
    if found.is_cut:
        found.files.append(_as_file(raw))
    return _mail(headers, return_path, _texts(found))


def _as_file(raw: bytes) -> Part:
    return Part("mail.eml", "message/rfc822", raw, "", False)


def _unread(raw: bytes, *notes: str, most: int | None = None) -> "_Content":
    shown, _ = mail_charsets.decode(raw[:most])
    return _Content(shown, "", (_as_file(raw),), notes, is_whole=False)


class _Content(NamedTuple):
    """The body of a mail."""

    text: str
    html: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    is_whole: bool


def _mail(headers: Headers, return_path: str | None, content: _Content) -> Mail:
    sender = mail_headers.sender(headers)
    ids = mail_headers.ids(headers, "message-id")
    return Mail(
        message_id=ids[0] if ids else "",
        in_reply_to=mail_headers.ids(headers, "in-reply-to"),
        references=mail_headers.ids(headers, "references"),
        sender=sender,
        reply_to=mail_headers.addresses(headers, "reply-to"),
        to=mail_headers.addresses(headers, "to"),
        cc=mail_headers.addresses(headers, "cc"),
        subject=mail_headers.subject(headers),
        automatic=automatic_mails.reason(headers, headers.typed().get_content_type(), sender.address, return_path),
        **content._asdict(),
    )


def _walk(found: _Found, headers: Headers, body: bytes) -> None:
    """Looks at all parts in their order, without recursion."""
    waiting = [_Node(headers, body, is_mail=True)]
    while waiting:
        node = waiting.pop()
        found.parts += 1
        if found.parts > _MOST_PARTS:
            return found.cut("The mail has more than 1,000 parts; the rest is in mail.eml.")
        waiting += reversed(_look(found, node))
    return None


def _look(found: _Found, node: _Node) -> list[_Node]:
    """Takes up a text or a file; returns what a part consists of otherwise."""
    typed = node.headers.typed()
    mime = typed.get_content_type() if "content-type" in node.headers else node.default
    if mime.startswith("multipart/") and (pieces := _pieces(found, typed, node)) is not None:
        group = node.group or (found.parts if mime == "multipart/alternative" else 0)
        default = "message/rfc822" if mime == "multipart/digest" else "text/plain"
        is_related = mime == "multipart/related"
        return [_node(piece, group, default, is_related and at > 0) for at, piece in enumerate(pieces)]
    _leaf(found, node, typed, "text/plain" if mime.startswith("multipart/") else mime)
    return []


def _node(piece: bytes, group: int, default: str, is_aside: bool) -> _Node:
    headers, body = mail_headers.split(piece)
    return _Node(headers, piece[body:], group, default, is_aside)


def _pieces(found: _Found, typed: Message, node: _Node) -> list[bytes] | None:
    """Returns the parts of a multipart, None where there are none to be found."""
    found.searched += len(node.body)
    if found.searched > _MOST_SEARCHED:
        found.cut("The parts of the mail are nested too deep; the rest is in mail.eml.")
        return []
    body = mail_bodies.decode_transfer(node.body, node.headers.first("content-transfer-encoding", 100))
    boundary = (typed.get_boundary() or "")[:_LONGEST_BOUNDARY].encode("utf-8", "replace")
    return (_split(body, boundary) if boundary else None) or _split(body, _guessed(body))


def _guessed(body: bytes) -> bytes:
    found = _LIKE_BOUNDARY.search(body[:10_000])
    return found[1] if found else b""


def _split(body: bytes, boundary: bytes) -> list[bytes] | None:
    """Returns what stands between the lines of a boundary; without a last one, to the end. None where there is no line."""
    if not boundary:
        return None
    line = re.escape(b"--" + boundary)  # first in the pattern, so that it is searched for fast
    behind = rb"(?:(?<=[\r\n]" + line + rb")|(?<=\A" + line + rb"))(--)?[ \t]*+(?=[\r\n]|\Z)"
    pieces: list[bytes] = []
    start = -1
    for found in re.finditer(line + behind, body):
        if start >= 0:
            pieces.append(body[start : max(start, found.start() - (2 if body.endswith(b"\r\n", 0, found.start()) else 1))])
        start = found.end() + (2 if body.startswith(b"\r\n", found.end()) else 1)
        if found[1] or len(pieces) > _MOST_PARTS:
            return pieces
    return [*pieces, body[start:]] if start >= 0 else None


def _leaf(found: _Found, node: _Node, typed: Message, mime: str) -> None:
    name = mail_charsets.decode_words(typed.get_filename("") or "")
    content_id = node.headers.first("content-id", 500).strip("<> ")
    encoding = node.headers.first("content-transfer-encoding", 100)
    is_body = mime in _BODIES and typed.get_content_disposition() != "attachment" and not (node.is_aside and content_id)
    data = mail_bodies.decode_transfer(node.body, encoding)
    if not is_body or (name and not node.is_mail):
        _keep(found, name, mime, data, content_id)
        return
    shown, is_read = mail_bodies.text_of(typed, data)
    if not is_read:
        found.notes["Some signs of the text could not be read."] = None
    if mime == "text/html":
        shown = data_pictures.taken_out(shown, MOST_FILES + 1, lambda mime, data: _keep_picture(found, mime, data))
    if shown.strip():
        found.add(shown, node.group, is_html=mime == "text/html")


def _keep_picture(found: _Found, mime: str, data: bytes) -> str:
    content_id = f"picture-{len(found.files) + 1}@inline"
    return content_id if _keep(found, "", mime, data, content_id) else ""


def _keep(found: _Found, name: str, mime: str, data: bytes, content_id: str) -> bool:
    """Takes up a file. Returns False where there are too many."""
    if len(found.files) >= MOST_FILES:
        found.cut(f"The mail has more than {MOST_FILES} files; the rest is in mail.eml.")
        return False
    found.files.append(Part(_name(name, mime, data, len(found.files) + 1), text.media_type(mime), data, content_id, False))
    return True


def _name(given: str, mime: str, data: bytes, number: int) -> str:
    """Returns the name that a file has, or one that says what it is."""
    if given.strip():
        return _short(text.file_name(given, 1_000))
    if mime == "message/rfc822":
        return text.file_name(f"{mail_headers.subject(mail_headers.split(data)[0])[:100] or 'mail'}.eml".replace("/", "-"))
    if mime in _NAMES:
        return _NAMES[mime]
    return f"{'image' if mime.startswith('image/') else 'attachment'}-{number}{text.extension(mime)}"


def _short(name: str, most: int = 150) -> str:
    """A long name keeps its extension."""
    stem, dot, extension = name.rpartition(".")
    if len(name) <= most or not dot or len(extension) > 10:
        return name[:most]
    return f"{stem[: most - 1 - len(extension)]}.{extension}"


def _texts(found: _Found) -> _Content:
    """Puts the bodies together: one that has one form only is shown in the other, where another body has that."""
    bodies = found.bodies.values()
    has_text, has_html = any(body.plain for body in bodies), any(body.html for body in bodies)
    plain = [body.plain or [html.to_text("\n".join(body.html))] for body in bodies] if has_text else []
    marked = [body.html or [f"<div>{html.from_text(chr(10).join(body.plain))}</div>"] for body in bodies] if has_html else []
    whole_html = "\n".join(one for body in marked for one in body)
    shown = {unquote(one).lower() for one in _CID.findall(whole_html)}
    files = tuple(part._replace(is_inline=bool(part.content_id) and part.content_id.lower() in shown) for part in found.files)
    return _Content("\n\n".join(one.strip("\n") for body in plain for one in body), whole_html, files, tuple(found.notes), True)
