"""Forms with files (multipart/form-data): fields and files by name, and the names of files."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

#: Fields of a form.
MOST_FIELDS = 100
_DISPOSITION, _TYPE, _ENCODING = b"content-disposition", b"content-type", b"content-transfer-encoding"
#: A quoted text. If it is not closed, it ends with the header.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"?')
#: A parameter as RFC 5987 has it: charset, language, and a text whose bytes are percent-encoded.
_EXTENDED = re.compile(r";\s*+filename\*\s*+=\s*+(utf-8|iso-8859-1)'[^']*+'([^\s;]*+)", re.IGNORECASE)


def parts(content_type: str, body: bytes) -> dict[str, Any]:
    """Returns the fields of a form: a text each, or a file as `name`, `mime` and `data`; the last one of a repeated field.

    Raises ValueError for a body that is no form, does not end, or has too many fields.
    """
    # Imported by the first form that has one: most processes see none.
    from python_multipart.multipart import MultipartParser, parse_options_header

    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise ValueError("it has no boundary")
    form = _Form()
    parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]
    parser.write(body)
    parser.finalize()
    if not form.ended:
        raise ValueError("it does not end")
    return form.found


class _Form:
    """What has been read of a form, and of its present part."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self.ended = False
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value, self._data = bytearray(), bytearray(), bytearray()

    def callbacks(self) -> dict[str, Any]:
        """The functions that the parser calls."""

        def adds_to(name: str) -> Any:
            return lambda data, start, end: getattr(self, name).extend(data[start:end])

        return {
            "on_part_begin": self._begin,
            "on_header_field": adds_to("_name"),
            "on_header_value": adds_to("_value"),
            "on_header_end": self._header_ends,
            "on_part_data": adds_to("_data"),
            "on_part_end": self._part_ends,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers = {}

    def _header_ends(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value).strip()
        self._name, self._value = bytearray(), bytearray()

    def _part_ends(self) -> None:
        from python_multipart.multipart import parse_options_header

        data, self._data = _plain(bytes(self._data), self._headers.get(_ENCODING, b"")), bytearray()
        disposition = self._headers.get(_DISPOSITION, b"")
        options = parse_options_header(disposition)[1]
        if b"name" not in options:
            raise ValueError("a part has no name")
        if len(self.found) >= MOST_FIELDS:
            raise ValueError("it has too many fields")
        named = file_name(disposition, options.get(b"filename"))
        mime = self._headers.get(_TYPE, b"").decode("latin-1")
        field = data.decode() if named is None else {"name": named, "mime": mime, "data": data}
        self.found[options[b"name"].decode()] = field

    def _end(self) -> None:
        self.ended = True


def _plain(data: bytes, encoding: bytes) -> bytes:
    """A part's bytes, which browsers send as they are."""
    import base64
    import quopri

    match encoding.lower():
        case b"base64":
            return base64.b64decode(data)
        case b"quoted-printable":
            return quopri.decodestring(data)
    return data


def file_name(disposition: bytes, plain: bytes | None) -> str | None:
    """Returns a file's name: its `filename*` (RFC 5987), else its `filename`, with encoded words (RFC 2047) decoded. None for
    none.
    """
    extended = _EXTENDED.search(_QUOTED.sub('""', disposition.decode("latin-1")))
    if extended:
        return unquote_to_bytes(extended[2]).decode(extended[1].lower(), errors="replace")
    return None if plain is None else _words(plain.decode(errors="replace"))


def _words(name: str) -> str:
    if "=?" not in name:
        return name
    from email.errors import MessageError
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(name)))
    except (ValueError, LookupError, MessageError):  # something that only looks encoded is a name, too
        return name
