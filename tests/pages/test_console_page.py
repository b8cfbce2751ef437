"""The console's page: what it asks for at once, and how much that is."""

from pathlib import Path

import pytest

from chalicelib.pages import files

_CONSOLE = files.STATIC / "console"
#: What is loaded when it is wanted, and what begins the page.
_LATER, _FIRST = {"words_zh.js", "said_zh.js", "snooze.js", "later.js", "saving.js"}, "start.js"
_MOST_BYTES = 84_000


def preloaded() -> list[str]:
    page = (_CONSOLE / "index.html").read_text()
    return [part.partition('"')[0].removeprefix("static/") for part in page.split('rel="modulepreload" href="')[1:]]


def test_every_module_is_asked_for_at_once_but_what_is_loaded_later() -> None:
    own = {f"console/{path.name}" for path in _CONSOLE.glob("*.js")} - {
        f"console/{_FIRST}",
        *(f"console/{name}" for name in _LATER),
    }
    assert sorted(name for name in preloaded() if name.startswith("console/")) == sorted(own)


@pytest.mark.skipif(not files.LIBRARIES.is_dir(), reason="the libraries of the pages are not installed")
def test_the_first_view_is_small() -> None:
    names = [*preloaded(), f"console/{_FIRST}", "console/console.css", "console/mail.css", "tokens.css", "base.css", "icon.svg"]
    assert sum(len(files.asset(name).zipped) for name in names) < _MOST_BYTES


@pytest.mark.parametrize(("part", "least"), [("", 200), ("settings", 250), ("reports", 60)])
def test_both_languages_have_the_same_texts(part: str, least: int) -> None:
    texts = {name: Path(_CONSOLE / part / f"words_{name}.js").read_text() for name in ("en", "zh")}
    words = {name: [word.split()[-1] for word in text.replace("{ ", "").split(": '")[:-1]] for name, text in texts.items()}
    assert words["en"] == words["zh"]
    assert len(words["en"]) > least
