"""The widget's script: the files of `widget/`, joined into one that leaves nothing behind in the page's own names."""

import gzip
import hashlib
import json
import re
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
#: Patterns, compiled when they are needed: most processes serve no script.
#: Texts and regular expressions: a division has blanks around it.
_QUOTED = (
    r"'(?:\\.|[^'\\\n])*'|\"[^\"\n]*\"|`(?:\\.|[^`\\\n])*`|/(?![/*\s])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+/[a-z]*(?=[.,;)\]])"
)
#: Blanks beside an operator, and line ends that no statement ends by.
_IN_CODE = r" *([-+*/%=<>!&|?:;,(){}\[\]]) *(?:(?<=[;{,(\[])\n)?|\n(?=[})\]])()"
_IN_STYLE = r" *([{};,>]|:(?= )) *\n?()"


class Script(NamedTuple):
    """The script as it is sent: its text, the same compressed, and a tag that another text does not have."""

    text: bytes
    zipped: bytes
    etag: str


@cache
def script() -> Script:
    """The widget, joined by the first request that asks for it."""
    style = json.dumps(_tight(_lines(_STYLE), _IN_STYLE), ensure_ascii=False)
    text = "\n".join(["(()=>{'use strict';", f"const STYLE={style};", *map(part, PARTS), "})();\n"]).encode()
    return Script(text, gzip.compress(text, 9, mtime=0), f'W/"{hashlib.sha256(text).hexdigest()[:20]}"')


def part(name: str) -> str:
    """One of the parts, as it is in the script."""
    return _tight(_lines(name))


def _lines(name: str) -> str:
    """A file without its indentation and the lines that are comments: no text of it goes over a line's end."""
    lines = (line.strip() for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*", "* ", "*/")))


def _tight(source: str, spaces: str = _IN_CODE) -> str:
    """The same without the blanks that mean nothing: those within texts and patterns stay."""
    kept = re.findall(_QUOTED, source)
    code = [re.sub(spaces, lambda found: found[1] or found[2], part) for part in re.split(_QUOTED, source)]
    return "".join(part + text for part, text in zip(code, [*kept, ""], strict=True))
