"""Pictures that stand in a mail's HTML itself, as `data:` addresses, which no page of ours loads."""

import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from chalicelib.rules import html, mail_charsets

_SOURCE = re.compile(
    r"(?<=[\s\"'/])src\s{0,10}=\s{0,10}"
    r"(?:\"\s{0,10}(data:image/[^\"]*)\"|'\s{0,10}(data:image/[^']*)'|(data:image/[^\s\"'>]*))",
    re.IGNORECASE,
)
_DATA = re.compile(r"data:(image/[\w.+-]{1,40})([^,]{0,100}),(.*)", re.IGNORECASE | re.DOTALL)


def taken_out(given: str, most: int, take: Callable[[str, bytes], str]) -> str:
    """Returns HTML in which the first pictures, `most` of them, are parts of the mail. `take` gets the type and the bytes of
    each, and returns the Content-ID that it gets, empty to leave it as it is.
    """

    def replaced(found: re.Match[str]) -> str:
        data = _DATA.fullmatch(html.decoded(found[1] or found[2] or found[3]))
        content_id = take(data[1].lower(), _bytes_of(data)) if data else ""
        return f'src="cid:{content_id}"' if content_id else found[0]

    return _SOURCE.sub(replaced, given, count=most)


def _bytes_of(data: re.Match[str]) -> bytes:
    plain = unquote_to_bytes(data[3])
    return mail_charsets.from_base64(plain) if data[2].strip().lower().endswith("base64") else plain
