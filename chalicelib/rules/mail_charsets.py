"""The bytes of a mail as text, whatever charset they claim to be in."""

import binascii
import codecs
import re

#: Charsets that mails name wrongly or by old names, and the larger one that each is a part of, as browsers have it.
_ALIASES = {
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk", "csgb2312", "cn-gb", "gb18030-2022"), "gb18030"),
    **dict.fromkeys(("ks_c_5601-1987", "ks_c_5601-1989", "ks_c_5601", "ksc5601", "euc-kr", "korean", "x-windows-949"), "cp949"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp943c"), "cp932"),
    **dict.fromkeys(("iso-2022-jp", "iso-2022-jp-ms", "csiso2022jp", "cp50220", "cp50221"), "iso2022_jp_ext"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cn-big5"), "big5hkscs"),
    **dict.fromkeys(("us-ascii", "ascii", "ansi_x3.4-1968", "x-unknown", "unknown-8bit", "unknown", "8bit", "7bit"), ""),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "l1", "iso_8859-1", "x-ansi", "ansi", "x-user-defined"), "cp1252"),
    **dict.fromkeys(("iso-8859-9", "latin5", "iso8859-9"), "cp1254"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "logical"), "iso8859_8"),
    **dict.fromkeys(("windows-874", "tis-620", "iso-8859-11", "dos-874"), "cp874"),
    **dict.fromkeys(("utf8", "utf-8mb4", "utf8mb4", "x-utf-8", "unicode-1-1-utf-8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-1-1-utf-7", "csunicode11utf7"), "utf-7"),
    **dict.fromkeys(("x-mac-roman", "macintosh", "x-macroman"), "mac_roman"),
    "x-mac-cyrillic": "mac_cyrillic",
    "koi8-ru": "koi8_u",
    "x-euc-jp": "euc_jp",
    "x-euc-kr": "cp949",
}
#: Codecs for other things than a text's bytes, some of which take quadratic time.
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
#: What a text may begin with, and the charset that it tells; UTF-32's begins as UTF-16's does.
_MARKS = (
    *((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32")),
    *((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")),
)
#: Charsets in which no text of a person is valid UTF-8 by chance, so that one which is was named wrongly.
_WESTERN = ("cp1252", "iso8859-15")
#: A sign that is neither ASCII's nor the one for what could not be read.
_READ = re.compile("[^\0-\x7f\ufffd]")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
#: Ends within base64: there are some where programs have put pieces together.
_MOST_ENDS = 10_000
_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bq])\?((?:[^?]|\?(?!=)){0,2000})\?=", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(data: bytes, charset: str = "") -> tuple[str, bool]:
    """Returns a text and whether all of it could be read: in its charset, else in UTF-8, else in Windows' western one where the
    charset is unknown, or is UTF-8 of which no sign is. What is valid UTF-8 is not western, whatever is named.

    NUL and halves of characters are taken out, and lines end with a line feed.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _plain(data.decode(name, "replace")), True
    codec = _codec(charset)
    for name in (*(("utf-8", codec) if codec in _WESTERN else (codec, "utf-8")), "" if codec else "cp1252"):
        if name and (text := _strictly(data, name)) is not None:
            return _plain(text), True
    shown = data.decode(codec or "latin-1", "replace")
    if codec == "utf-8" and not _READ.search(shown) and (text := _strictly(data, "cp1252")) is not None:
        return _plain(text), True
    return _plain(shown), False


def _codec(charset: str) -> str:
    """Returns Python's name of a charset, empty for one that nobody knows or that is ASCII's."""
    name = charset.strip().strip("'\"").lower()[:64]
    name = _ALIASES.get(name, name)
    if not name or not name.isascii() or "\0" in name:
        return ""
    try:
        found = codecs.lookup(name)
    except LookupError:
        return ""
    is_text = found._is_text_encoding and found.name.replace("-", "_") not in _NO_CHARSETS
    return found.name if is_text and found.name != "ascii" else ""


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def _plain(text: str) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return whole(text.removeprefix("\ufeff"))


def whole(text: str) -> str:
    """Returns the text with halves of characters joined where both are there, and replaced where one is missing."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def from_base64(data: bytes) -> bytes:
    """Returns what base64 stands for; signs that don't belong there are left out, as is an end that is cut off."""
    plain = data.translate(None, _NOT_BASE64)
    ends = plain.count(b"=") <= _MOST_ENDS
    pieces = [piece for piece in plain.split(b"=") if piece] if ends else [plain.replace(b"=", b"")]
    return b"".join(binascii.a2b_base64(_padded(piece)) for piece in pieces)


def _padded(piece: bytes) -> bytes:
    piece = piece[: len(piece) - (len(piece) % 4 == 1)]
    return piece + b"=" * (-len(piece) % 4)


def unquoted_printable(data: bytes) -> bytes:
    """Returns what quoted-printable stands for; what is none stays as it is."""
    return binascii.a2b_qp(data)


def decode_words(header: str) -> str:
    """Returns a header's value with its encoded words (RFC 2047) read; those side by side are read as one.

    Many programs cut a character in two at the end of a word.
    """
    shown: list[str] = []
    kind, waiting, at = ("", ""), b"", 0
    for word in _WORD.finditer(header):
        between = header[at : word.start()]
        if waiting and _BLANKS.fullmatch(between):
            between = ""
        if waiting and (between or kind != _kind(word)):
            shown.append(decode(waiting, kind[0])[0])
            waiting = b""
        shown.append(between)
        kind, at = _kind(word), word.end()
        waiting += _bytes_of(word)
    shown += [decode(waiting, kind[0])[0], header[at:]]
    return "".join(shown)


def _kind(word: re.Match[str]) -> tuple[str, str]:
    return word[1].partition("*")[0].lower(), word[2].lower()


def _bytes_of(word: re.Match[str]) -> bytes:
    text = word[3].encode("utf-8", "replace")
    if word[2] in "bB":
        return from_base64(text)
    return binascii.a2b_qp(text, header=True)
