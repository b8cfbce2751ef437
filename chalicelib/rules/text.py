"""Text: cut without breaking it, and made safe as names."""

import mimetypes
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

#: Bytes of UTF-8 that a text of a message may have.
MOST_BYTES = 60_000
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")


def preview(body: str, most_bytes: int = 128) -> str:
    """Returns the longest beginning of `body` that takes at most `most_bytes` in UTF-8."""
    return body.encode()[:most_bytes].decode(errors="ignore")


def join_names(names: Iterable[str], most: int = 256) -> str:
    """Returns the names with commas between them; beyond `most` characters, those that fit and an ellipsis."""
    text = ",".join(names)
    if len(text) <= most:
        return text
    whole = text[:most].rpartition(",")[0]
    return f"{whole or text[: most - 1]}…"


def visitor_email(person: str, account: str) -> str:
    """Returns the stand-in address of a visitor who gave none: the first six characters of both uuids."""
    return f"{person[:6]}@{account[:6]}"


def file_name(given: str, most: int = 200) -> str:
    """Returns a file name that is safe in a header and on a disk: no folders, control or direction marks; "file" for an empty
    one.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    return seen.strip(" .")[:most] or "file"


def media_type(given: str) -> str:
    """Returns a content type without parameters, in lower case; application/octet-stream for a bad one."""
    plain = given.partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else "application/octet-stream"


def extension(mime: str) -> str:
    """Returns what names of a type's files end with."""
    return _types().guess_extension(mime) or ".bin"


@cache  # not while importing: it reads the machine's own list of types
def _types() -> mimetypes.MimeTypes:
    return mimetypes.MimeTypes(())


def fold(text: str) -> str:
    """Returns the text as texts are compared and found: without case, accents, and spaces around it."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).strip()
