"""Files of the pages, each served under a name with its hash, so that browsers keep it for a year.

`static/` has our own, as they are written. `libraries/` has those of others, compressed; `infra/libraries.py` puts them there.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import msgspec

STATIC, LIBRARIES = Path(__file__).with_name("static"), Path(__file__).with_name("libraries")
#: The notices of all libraries, and the folder of the libraries' names.
LICENSES = "licenses.txt.gz"
_LIBRARIES, _SCRIPT = "libraries/", ".js"
#: What is served, and its type. HTML is served as pages alone.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_HASH = 16


class NoLibraries(Exception):
    """The libraries of the pages are not installed."""


class Asset(msgspec.Struct, frozen=True):
    """A file: its name below `static/`, its type, its bytes compressed with gzip, and a hash of them."""

    name: str
    type: str
    zipped: bytes
    hash: str

    @property
    def path(self) -> str:
        """Where it is served, below the desk's address."""
        stem, _, suffix = self.name.rpartition(".")
        return f"static/{stem}.{self.hash}.{suffix}"

    @property
    def etag(self) -> str:
        """The ETag, by which a browser knows that its copy is this one."""
        return f'"{self.hash}"'


@cache
def asset(name: str) -> Asset:
    """Returns a file by its own name, as `console/inbox.js` or `libraries/preact.js`. Raises KeyError, NoLibraries for one of
    theirs where there are none.
    """
    if name.startswith(_LIBRARIES) and not LIBRARIES.is_dir():
        raise NoLibraries
    path = _paths()[name]
    data = path.read_bytes()
    zipped = data if path.suffix == ".gz" else gzip.compress(data, 9, mtime=0)
    return Asset(name, TYPES[_suffix(name)], zipped, hashlib.sha256(data).hexdigest()[:_HASH])


def find(served: str) -> Asset | None:
    """Returns the file that is served under a name with a hash (what follows `static/`), None for any other name or hash."""
    stem, _, suffix = served.rpartition(".")
    plain, _, hash_ = stem.rpartition(".")
    name = f"{plain}.{suffix}"
    found = asset(name) if name in _paths() else None
    return found if found and found.hash == hash_ else None


def modules() -> dict[str, Asset]:
    """Returns what import maps name: libraries by the name that modules import them by, our own by their plain address."""
    names = [name for name in _paths() if name.endswith(_SCRIPT)]
    return {_specifier(name): asset(name) for name in sorted(names)}


def library_file(name: str) -> str:
    """Returns the file's name for a library that modules import by this name."""
    return f"{name.replace('/', '--')}{_SCRIPT}.gz"


def _specifier(name: str) -> str:
    library = name.removeprefix(_LIBRARIES).removesuffix(_SCRIPT).replace("--", "/")
    return library if name.startswith(_LIBRARIES) else f"static/{name}"


@cache
def _paths() -> dict[str, Path]:
    """Returns the path of each file by its name. Nothing else is ever opened, whatever is asked for."""
    own = {str(path.relative_to(STATIC)): path for path in STATIC.rglob("*") if path.is_file()}
    theirs = {f"{_LIBRARIES}{path.stem}": path for path in LIBRARIES.glob("*.gz")}
    return {name: path for name, path in {**own, **theirs}.items() if _suffix(name) in TYPES}


def _suffix(name: str) -> str:
    return Path(name).suffix
