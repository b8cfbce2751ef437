"""The widget's script: the files of `widget/`, joined into one that leaves nothing behind in the page's own names."""

import gzip
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).with_name("widget")
#: In the order in which they need each other.
PARTS = tuple(
    f"{name}.js"
    for name in ("words", "store", "api", "socket", "outbox", "thread", "elements", "bubbles", "view", "reader", "chat", "start")
)
_STYLE = "style.css"


class Script(NamedTuple):
    """The script as it is sent: its text, the same compressed, and a tag that another text does not have."""

    text: bytes
    zipped: bytes
    etag: str


@cache
def script() -> Script:
    """The widget, joined by the first request that asks for it."""
    style = json.dumps(_bare((_FOLDER / _STYLE).read_text()), ensure_ascii=False)
    parts = [f"const STYLE = {style};", *(_bare((_FOLDER / name).read_text()) for name in PARTS)]
    text = "(() => {\n'use strict';\n{}\n})();\n".replace("{}", "\n".join(parts), 1).encode()
    return Script(text, gzip.compress(text, 9, mtime=0), f'W/"{hashlib.sha256(text).hexdigest()[:20]}"')


def _bare(source: str) -> str:
    """A file without its indentation and the lines that are comments: no text of it goes over a line's end."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*", "*")))
