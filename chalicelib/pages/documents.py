"""HTML of the pages: templates of `static/`, with addresses of the moment put in."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from typing import NamedTuple

import msgspec

from chalicelib.pages import files

#: What a template has: the address of a file of ours or of another page, the places of what every head begins with and of the
#: import map, and values by name.
_FILE, _LINK = re.compile(r'(?<==")static/([^"]+)(?=")'), re.compile(r'(?<==")\./')
_HEAD, MAP, _VALUE = "<!--head-->\n", "<!--import-map-->", re.compile(r"{{(\w+)}}")


class Page(msgspec.Struct, frozen=True):
    """A page: its template below `static/`, what its policy allows beyond the common one, and the status of the answer.

    `values` returns the template's texts by name for the host that the browser named; they are escaped.
    """

    template: str
    policy: Callable[[], Mapping[str, Sequence[str]]] = dict
    values: Callable[[str], Mapping[str, str]] = lambda _: {}
    status: int = 200


class Document(NamedTuple):
    """A page's HTML, and the inline scripts that it has."""

    html: str
    inline: tuple[str, ...]


def base_of(path: str, seen: str) -> str:
    """Returns the desk's address relative to a page, as `./` or `../`. `seen` is the page's path as its browser has it, which
    may begin with the gateway's stage and end in a slash.
    """
    if path == "/" and not seen.endswith("/"):
        return f"./{seen.rpartition('/')[2]}/"
    ups = path.count("/") - 1 + (path != "/" and seen.endswith("/"))
    return "../" * ups or "./"


def document(page: Page, base: str, host: str) -> Document:
    """Returns a page whose links and files are at `base`. Raises NoLibraries for one that needs them where there are none."""
    values = page.values(host)
    html = _VALUE.sub(lambda found: escape(values[found[1]]), _addressed(page.template, base))
    if MAP not in html:
        return Document(html, ())
    if not files.LIBRARIES.is_dir():
        raise files.NoLibraries
    script = _import_map(base)
    return Document(html.replace(MAP, f'<script type="importmap">{script}</script>'), (script,))


@cache
def _addressed(template: str, base: str) -> str:
    text = _read(template).replace(_HEAD, _read("head.html"))
    return _FILE.sub(lambda found: base + files.asset(found[1]).path, _LINK.sub(base, text))


def _read(name: str) -> str:
    return (files.STATIC / name).read_text(encoding="utf-8")


@cache
def _import_map(base: str) -> str:
    modules = files.modules()
    places = {f"{base}{name}" if name.startswith("static/") else name: base + one.path for name, one in modules.items()}
    return json.dumps({"imports": places}, separators=(",", ":"))
