"""The headers of a mail and of its parts, however broken: values, parameters, addresses, ids. All in linear time."""

import re
from email.message import Message
from typing import NamedTuple

from chalicelib.rules import emails, mail_charsets

#: Bytes of a header block, headers of a block, and characters of a value and of a value with parameters that are looked at.
_MOST_BYTES, _MOST_HEADERS, _MOST_VALUE, _MOST_PARAMETERS = 2_000_000, 20_000, 20_000, 3_000
#: Parameters of a value: the library's time for them grows with the square of their number.
_PARAMETERS = 40
_MOST_ADDRESSES, _MOST_IDS, _LONGEST_ID, _LONGEST_NAME, _LONGEST_SUBJECT = 500, 100, 500, 200, 1_000
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]{0,10}:([^\r\n]*(?:(?:\r\n|\n|\r)[ \t]++[^\r\n]++)*+)(?:\r\n|\n|\r|\Z)")
_BROKEN = re.compile(rb"[^\r\n]*+(?:(?:\r\n|\n|\r)[ \t]++[^\r\n]++)*+(?:\r\n|\n|\r|\Z)")
_BLANK = re.compile(rb"[ \t]*+(?:\r\n|\n|\r|\Z)")
_END = re.compile(rb"(?:\r\n|\n|\r)[ \t]*+(?:\r\n|\n|\r)")
_BREAKS = re.compile(rb"(?:\r\n|\n|\r)[ \t]*+")
_SPACES = re.compile(r"\s+")
_ID = re.compile(r"<([^<>\s]{1,998})>")
_BARE_ID = re.compile(r"[^<>\s,;@]{1,499}@[^<>\s,;@]{1,499}")
_ADDRESS = re.compile(r"(?<![^\s<>()\[\],;:\"@])[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,189}")
#: What an address list is made of: quoted texts, and the signs that have a meaning.
_PIECES = re.compile(r'"(?:[^"\\]|\\.)*+"?|\\.|[^"\\(),;<>:]++|.', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Address(NamedTuple):
    """A person that a header names; `address` is in lower case, empty where the header has none."""

    name: str
    address: str


NOBODY = Address("", "")


class Headers(dict[str, list[str]]):
    """Values by name in lower case, unfolded but with their encoded words."""

    def first(self, name: str, most: int = _MOST_VALUE) -> str:
        """Returns the beginning of a header's first value, empty for none."""
        values = self.get(name)
        return values[0][:most] if values else ""

    def typed(self) -> Message:
        """Returns the headers that say what a part is, as the standard library reads them.

        It raises for some broken parameters; then there are none.
        """
        part = self._typed(_PARAMETERS)
        try:
            for name in ("filename", "name", "boundary", "charset", "format", "delsp"):
                part.get_param(name, header="content-disposition")
                part.get_param(name)
        except (TypeError, ValueError, LookupError, AttributeError):
            return self._typed(1)
        return part

    def _typed(self, parameters: int) -> Message:
        part = Message()
        for name in ("content-type", "content-disposition"):
            if value := self.first(name, _MOST_PARAMETERS):
                part[name] = ";".join(value.split(";", parameters)[:parameters])
        return part


def split(raw: bytes) -> tuple[Headers, int]:
    """Returns the headers of a mail or part, and where its body begins.

    A line that is no header ends them, except where the next one is a header again. Of very many bytes and headers only the
    first are read.
    """
    found, at, count = Headers(), 0, 0
    while at < min(len(raw), _MOST_BYTES) and count < _MOST_HEADERS:
        field = _FIELD.match(raw, at)
        if field:
            _add(found, field)
            at, count = field.end(), count + 1
            continue
        if blank := _BLANK.match(raw, at):
            return found, blank.end()
        next_line = _after(raw, at)
        if not raw.startswith((b"From ", b">From "), at) and not _FIELD.match(raw, next_line):
            return found, at
        at = next_line
    end = _END.search(raw, max(0, at - 2))
    return found, end.end() if end else len(raw)


def _after(raw: bytes, at: int) -> int:
    """Where the next line begins that does not go on what a line has begun."""
    broken = _BROKEN.match(raw, at)
    return broken.end() if broken else len(raw)


def _add(found: Headers, field: re.Match[bytes]) -> None:
    value = _BREAKS.sub(b" ", field[2]).strip()
    shown, _ = mail_charsets.decode(value)
    found.setdefault(field[1].decode("ascii").lower(), []).append(shown.replace("\n", " "))


def line(value: str, most: int, *, is_decoded: bool = False) -> str:
    """Returns a header's value as it is read: encoded words decoded, on one line, without control characters."""
    shown = _SPACES.sub(" ", value if is_decoded else mail_charsets.decode_words(value))
    return "".join(sign for sign in shown if sign.isprintable()).strip()[:most]


def subject(headers: Headers) -> str:
    """Returns what a mail is about, in at most 1,000 characters."""
    return line(headers.first("subject"), _LONGEST_SUBJECT)


def ids(headers: Headers, name: str) -> tuple[str, ...]:
    """Returns the ids of a header without < and >, each once, in their order; of very many the newest 100, which are last."""
    value = headers[name][-1] if name in headers else ""
    value = value[-_MOST_IDS * _LONGEST_ID :]
    found = _ID.findall(value) or _BARE_ID.findall(value[-2_000:])
    return tuple(dict.fromkeys(one for one in found if len(one) <= _LONGEST_ID))[-_MOST_IDS:]


def addresses(headers: Headers, name: str) -> tuple[Address, ...]:
    """Returns the people that all headers of a name have; 500 at most."""
    found: list[Address] = []
    for value in headers.get(name, [])[:_MOST_ADDRESSES]:
        found += _addresses(value[:_MOST_VALUE])
        if len(found) >= _MOST_ADDRESSES:
            break
    return tuple(found[:_MOST_ADDRESSES])


def sender(headers: Headers) -> Address:
    """Returns a mail's sender: the first address of its From, else of its Sender; else a name, else nobody."""
    senders = addresses(headers, "from") or addresses(headers, "sender")
    return next((one for one in senders if one.address), next(iter(senders), NOBODY))


def _addresses(value: str) -> list[Address]:
    """Commas and semicolons divide, `group:` is skipped, comments in any depth are what a name may be taken from."""
    found: list[Address] = []
    name, inside, comment = "", "", ""
    depth, is_inside = 0, False
    for piece in _PIECES.findall(value):
        if depth or (piece == "(" and not is_inside):
            depth += (piece == "(") - (piece == ")")
            comment += piece if depth and piece != "(" else ""
            depth = 0 if piece == "," and len(comment) > _LONGEST_NAME else depth
        elif piece == "<":
            is_inside, inside = True, ""
        elif piece == ">":
            is_inside = False
        elif is_inside:
            inside += piece
        elif piece == "," and not inside and name.strip() and "@" not in name:
            name += piece  # Lee, Ann <ann@…>
        elif piece in (",", ";"):
            found += _named(name, inside, comment)
            name = inside = comment = ""
        elif piece == ":":
            name = ""
        else:
            name += piece
    return found + _named(name, inside, comment)


def _named(name: str, inside: str, comment: str) -> list[Address]:
    plain = _unquoted(name)
    given = inside.strip() or plain
    address = _valid(given)
    if not address and (somewhere := _ADDRESS.search(given)):
        address = _valid(somewhere[0])
    is_name = bool(inside.strip()) or not address
    shown = line(plain if is_name and plain else comment, _LONGEST_NAME).strip("'")
    return [Address("" if shown.lower() == address else shown, address)] if address or shown else []


def only_address(text: str) -> str:
    """Returns an address if the text can be nothing else in a header, empty otherwise."""
    return text if _ADDRESS.fullmatch(text) else ""


def _unquoted(name: str) -> str:
    text = name.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return _ESCAPED.sub(r"\1", text)


def _valid(given: str) -> str:
    address = emails.canonical(given.strip().strip("'\"").removeprefix("mailto:"))
    return address if len(address) <= 254 and emails.is_address(address) else ""
