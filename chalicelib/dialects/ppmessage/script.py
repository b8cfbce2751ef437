"""The widget's script: the files of `widget/` joined into one, which adds only one name to the page."""

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).with_name("widget")
#: In an order in which each comes after those that it needs.
PARTS = tuple(
    f"{name}.js"
    for name in (
        *("words", "store", "api", "socket", "outbox", "thread", "elements", "links", "bubbles"),
        *("place", "view", "reader", "identity", "chat", "start"),
    )
)
_STYLE = "style.css"
#: Blanks that a style sheet does not need around its punctuation.
_SPACE = re.compile(r"\s*([{};,])\s*")


class Script(NamedTuple):
    """The script as it is sent: its text, the same compressed, and a tag that changes with the text."""

    text: bytes
    zipped: bytes
    etag: str


@cache
def script() -> Script:
    """The widget, joined by the first request that asks for it."""
    import gzip  # other processes need none

    style = json.dumps(_SPACE.sub(r"\1", part(_STYLE)), ensure_ascii=False)
    # Sites that replace a page's body run its scripts again; a second run does nothing.
    text = "\n".join(
        ["(()=>{'use strict';if(window.Polydesk)return;", f"const STYLE={style};", *map(part, PARTS), "})();\n"]
    ).encode()
    return Script(text, gzip.compress(text, 9, mtime=0), f'W/"{hashlib.sha256(text).hexdigest()[:20]}"')


def part(name: str) -> str:
    """Returns a file without its indentation and comment lines. No text in it runs over a line's end."""
    lines = (line.strip() for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*", "* ", "*/")))
