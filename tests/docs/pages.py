"""Pages as tests read them: their code, tables and links, and what they name that is not there.

Each check takes a text and returns what is wrong with it, so that a test can show that it finds a fault.
"""

import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import app
from chalicelib.dialects.ppmessage import auth
from tests.conformance.table import DIALECTS

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
#: Files that a run leaves behind, a folder of the bucket, and a file that a page has its reader write.
_MADE = {".local/desk.json", "desk.json", "bench.json", "incoming/", "chalicelib/desk/accounts/tags.py"}
_NOT_OURS = {".git", ".venv", ".local", "node_modules", "__pycache__"}
_SUFFIXES = ("py", "md", "yaml", "yml", "json", "js", "css", "toml", "txt", "lock")
#: Paths that are served beside the rows of the dialects.
_SERVED = ("/openapi.json", "/pcsocket/WS", *app.PAGES)
_API = re.compile(r"(?:(?:GET|POST|PUT|DELETE) )?(/[a-z][\w./{}<>…-]*)")
_CALL = re.compile(r"(?:PP|PPCOM|PPKEFU|PPCONSOLE)_[A-Z_]+")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """A text without its blocks of code."""
    return _FENCE.sub("", text)


def spans(text: str) -> list[str]:
    """What stands between backticks, outside blocks of code."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def code(text: str) -> str:
    """All code of a text: blocks and spans, a line each."""
    return "\n".join([*_FENCE.findall(text), *spans(text)])


def tables(text: str) -> Iterator[list[list[str]]]:
    """The tables of a text: rows of cells, the head first."""
    for block in re.findall(r"(?:^\|.*\n?)+", prose(text), re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.strip().split("\n")]
        yield [row for row in rows if set("".join(row)) - set("-: ")]


def table(text: str, head: str) -> list[list[str]]:
    """The rows of the table whose first column has that head, without the head."""
    (found,) = [rows for rows in tables(text) if rows[0][0] == head]
    return found[1:]


def section(text: str, heading: str) -> str:
    """What stands under a heading, down to the next of its level or above."""
    plain = _FENCE.sub(lambda block: re.sub(r"^#", " ", block[0], flags=re.MULTILINE), text)  # a comment there is no heading
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#{{1,2}} |\Z)", plain, re.MULTILINE | re.DOTALL)
    assert found, heading
    return text[found.start(1) : found.end(1)]


def anchors(text: str) -> set[str]:
    """What a link to a part of a page can name, as GitHub makes it from the headings."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def files() -> frozenset[str]:
    """Every file and folder of the repository, folders with a slash at the end."""
    found: set[str] = set()
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _NOT_OURS and not name.endswith("_cache")]
        here = Path(folder).relative_to(ROOT)
        found |= {str(here / name) for name in names} | {f"{here / name}/" for name in folders}
    return frozenset(found)


def _exists(path: str) -> bool:
    """Whether it is a file or folder of the repository, from its root or by the end of its path; `<…>` stands for any name."""
    pattern = re.sub(r"<[^>]*>", "*", path)
    if "*" not in pattern and pattern.removesuffix("/").count("/") and (ROOT / pattern).exists():
        return True
    return any(fnmatch(each, pattern) or fnmatch(each, f"*/{pattern}") for each in files())


def _is_path(span: str) -> bool:
    if not re.fullmatch(r"[\w.<>*-]+(?:/[\w.<>*-]+)*/?", span) or span in _MADE:
        return False
    is_in_tree = "/" in span and f"{span.partition('/')[0]}/" in files()
    return is_in_tree or span.endswith("/") or span.rpartition(".")[2] in _SUFFIXES


def missing_paths(text: str) -> list[str]:
    """Files and folders between backticks that are not there."""
    return [span for span in spans(text) if _is_path(span) and not _exists(span)]


@cache
def targets() -> dict[str, str]:
    """The Makefile's targets that have a description."""
    return dict(re.findall(r"^([a-z0-9]+):.*?## *(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))


def missing_commands(text: str) -> list[str]:
    """Targets of make and modules of Python that a text calls and that are not there."""
    called = code(text)
    modules = re.findall(r"python -m ([\w.]+)", called)
    lost = [f"make {name}" for name in re.findall(r"\bmake ([a-z0-9]+)", called) if name not in targets()]
    return lost + [name for name in modules if importlib.util.find_spec(name) is None]


@cache
def settings() -> frozenset[str]:
    """The desk's settings in the environment, as the code reads or sets them."""
    sources = [ROOT / "chalicelib" / "config.py", *(ROOT / "infra").glob("*.py")]
    named = {name for path in sources for name in re.findall(r"\b(?:POLYDESK_[A-Z_]+|LOG_LEVEL)\b", path.read_text())}
    streams = re.findall(r'stream_arn\("(\w+)"\)', (ROOT / "app.py").read_text())
    begun = {name for name in named if name.endswith("_")}
    return frozenset(named - begun | {f"{name}{table.upper()}" for name in begun for table in streams})


@cache
def _variables() -> frozenset[str]:
    """Names in capitals in the Makefile and in what it runs: what a command can be given, and what AWS's tools read."""
    sources = [ROOT / "Makefile", *(ROOT / "infra").glob("*.py"), *(ROOT / "tests" / "bench").glob("*.py")]
    return settings().union(*(re.findall(r"\b[A-Z][A-Z_]+\b", path.read_text()) for path in sources))


def missing_settings(text: str) -> list[str]:
    """Settings and variables of commands that a text names and the code does not know."""
    named = re.findall(r"\b(?:POLYDESK|AWS)_[A-Z_]+\b", code(text)) + re.findall(r"(?<![\w$])([A-Z][A-Z_]+)=", code(text))
    return [name for name in named if name not in _variables()]


def missing_endpoints(text: str) -> list[str]:
    """Paths and PPMessage's calls between backticks that no dialect serves."""
    paths = {row.path for dialect in DIALECTS for row in dialect.endpoints} | {*_SERVED}
    calls = {path.rpartition("/")[2] for path in paths} | auth.LEVELS.keys()
    lost = [span for span in spans(text) if _CALL.fullmatch(span) and span not in calls]
    for span in spans(text):
        found = _API.fullmatch(span)
        path = re.sub(r"<[^>]*>|{\w+}", "[^/]+", found[1]).rstrip("…/") if found else ""
        if path and not any(re.match(rf"{path}(?:/|$)", each) for each in paths):
            lost.append(span)
    return lost


def broken_links(text: str, folder: Path = ROOT) -> list[str]:
    """Links of a page in that folder whose file or part is not there."""
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
        name, _, part = target.partition("#")
        place = folder / name if name else None
        page = place.read_text() if place and place.suffix == ".md" and place.is_file() else "" if name else text
        is_there = place is None or place.exists()
        if "://" not in target and not (is_there and (not part or part in anchors(page))):
            lost.append(target)
    return lost


def long_lines(text: str) -> list[str]:
    """Lines over 130 characters that are neither code nor a table."""
    return [line for line in prose(text).split("\n") if len(line) > 130 and not line.startswith("|")]


CHECKS: list[Callable[[str], list[str]]] = [missing_paths, missing_commands, missing_settings, missing_endpoints, long_lines]
