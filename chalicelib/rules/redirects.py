"""Redirect addresses of api clients: which may be registered, and how values are added to one."""

import re
from urllib.parse import urlencode, urlsplit

_LONGEST = 1024
#: RFC 3986's characters but the fragment's #, and without those that end a word in a policy header.
_ADDRESS = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&()*+=%]+")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_redirect(text: str) -> bool:
    """Returns whether a code may be sent there: absolute, https (http for one's own machine), no fragment, no user."""
    if len(text) > _LONGEST or not _ADDRESS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    return is_safe and bool(host) and "@" not in parts.netloc and port != 0


def origin(address: str) -> str:
    """Returns scheme, host and port of a registered address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def with_query(address: str, values: dict[str, str]) -> str:
    """Returns the address with these query values added to its own."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"
