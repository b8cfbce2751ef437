"""The texts of a mail: decoded, and lines joined again that a program has broken (`format=flowed`, RFC 3676)."""

import re
from email.message import Message

from chalicelib.rules import mail_charsets

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
#: Lines of a text that are joined; a longer one is no letter, and stays as it is.
_MOST_FLOWED = 100_000
_DEPTH = re.compile(r">*")


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """Returns a part's own bytes; an encoding that nobody knows is none."""
    name = encoding.strip().lower()
    if name == "base64":
        return mail_charsets.from_base64(data)
    return mail_charsets.unquoted_printable(data) if name == "quoted-printable" else data


def text_of(part: Message, data: bytes) -> tuple[str, bool]:
    """Returns a part's text, and whether all of it could be read."""
    is_html = part.get_content_subtype() == "html"
    shown, is_read = mail_charsets.decode(data, _charset(part) or (_declared(data) if is_html else ""))
    if not is_html and _parameter(part, "format") == "flowed" and shown.count("\n") < _MOST_FLOWED:
        shown = flow(shown, drops_space=_parameter(part, "delsp") == "yes")
    return shown, is_read


def _charset(part: Message) -> str:
    return _parameter(part, "charset")


def _parameter(part: Message, name: str) -> str:
    value = part.get_param(name, "")
    value = value[2] if isinstance(value, tuple) else value
    return str(value or "").strip().lower()


def _declared(data: bytes) -> str:
    found = _META.search(data[:4_000])
    return found[1].decode("ascii", "replace") if found else ""


def flow(text: str, *, drops_space: bool) -> str:
    """Returns the text with its paragraphs in a line each: a line that ends with a space goes on in the next."""
    lines: list[str] = []
    open_depth, pieces = -1, list[str]()
    for given in text.split("\n"):
        quotes = _DEPTH.match(given)
        depth = quotes.end() if quotes else 0
        body = given[depth:].removeprefix(" ")
        goes_on = body.endswith(" ") and body != "-- "
        if pieces and (depth != open_depth or body == "-- "):
            lines.append("".join(pieces))
            pieces = []
        if not pieces:
            pieces.append(">" * depth + " " * bool(depth))
        pieces.append(body[:-1] if goes_on and drops_space else body)
        open_depth = depth
        if not goes_on:
            lines.append("".join(pieces))
            pieces = []
    return "\n".join([*lines, "".join(pieces)] if pieces else lines)
