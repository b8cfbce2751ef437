"""Headers that say what a page may do, and nothing more: Content-Security-Policy without exceptions, and those beside it."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from chalicelib import config

#: Each directive of a page's policy. A page adds to them; none takes away.
_POLICY: dict[str, Sequence[str]] = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": [],
}
_COMMON = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")


def of_page(more: Mapping[str, Sequence[str]], inline: Sequence[str] = ()) -> dict[str, str]:
    """Returns the headers of a page. `more` is what its policy has besides, by directive; `inline` are its inline scripts."""
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inline]
    added = {**more, "script-src": [*more.get("script-src", ()), *hashes]}
    policy: dict[str, Sequence[str]] = {name: [*sources, *added.get(name, ())] for name, sources in _POLICY.items()}
    policy |= {name: sources for name, sources in added.items() if name not in policy}
    return _COMMON | {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-cache",
        "Content-Security-Policy": "; ".join(" ".join([name, *(sources or ["'none'"])]) for name, sources in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _FEATURES),
        "Referrer-Policy": "same-origin",
    }


def of_file() -> dict[str, str]:
    """Returns the headers of a file whose name has its hash. Opened by itself, it may do nothing."""
    policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    return _COMMON | {"Cache-Control": "public, max-age=31536000, immutable", "Content-Security-Policy": policy}


def of_text() -> dict[str, str]:
    """Returns the headers of a sentence that stands for a page or a file."""
    return _COMMON | {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


def of_desk() -> dict[str, list[str]]:
    """Returns what the policy of a page allows that uses the desk's sockets and files."""
    address, files = urlsplit(config.socket_url()), config.file_origins()
    return {"connect-src": [f"{address.scheme}://{address.netloc}", *files], "img-src": files}
