"""What the pages answer: each page by its path, the files below /static, and a clear word to whatever else is asked."""

import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence

from chalicelib import config, telemetry
from chalicelib.dialects.http import Answer, Request, accepts_gzip, has_etag
from chalicelib.pages import files, headers
from chalicelib.pages.documents import Page, base_of, document

_METHODS = ("GET", "HEAD")
_ALLOWED = "GET, HEAD, OPTIONS"
_STATIC = "/static/"
_NO_LIBRARIES = "The libraries of this page are not installed. `make run` and `make deploy` bring them.\n"

_HOME, _NO_PAGE = Page("front/index.html"), Page("front/none.html", status=404)
_NO_DEMO = Page("front/no-demo.html", status=404, values=lambda host: {"host": host})
_NO_DOCS = Page("front/no-docs.html", status=404)
_DEMO = Page("demo/demo.html", headers.of_desk, lambda host: {"app": config.demo_account(), "domain": host})
_DOCS = Page("docs/docs.html", lambda: {"trusted-types": ["lit-html"]})
_SIGNUP = Page("front/signup.html", values=lambda _: {"open": "yes" if config.lets_anybody_sign_up() else "no"})


def _policy_of_console() -> Mapping[str, Sequence[str]]:
    """What the console's policy allows beyond the common one: sockets, files, and mails as documents (console/mail_frame.js)."""
    return {**headers.of_desk(), "frame-src": ["'self'"], "trusted-types": ["polydesk-mail"]}


_CONSOLE = Page("console/index.html", _policy_of_console)
#: What a path shows now.
PAGES: Mapping[str, Callable[[], Page]] = {
    "/": lambda: _HOME,
    "/console": lambda: _CONSOLE,
    "/signup": lambda: _SIGNUP,
    "/docs": lambda: _DOCS if config.shows_docs() else _NO_DOCS,
    "/demo": lambda: _DEMO if config.demo_account() else _NO_DEMO,
}


def serve(request: Request, seen: str) -> Answer:
    """Returns the answer to any request for a page or a file. `seen` is its path as the browser has it. Never raises."""
    is_file = request.path.startswith(_STATIC)
    with telemetry.Line("request", method=request.method, route=f"{_STATIC}{{name}}" if is_file else request.path) as line:
        try:
            answer = _answer(request, seen, is_file=is_file)
        except files.NoLibraries:
            answer = _said(_NO_LIBRARIES, 503)
        except Exception as error:
            line.failed(error)
            line.measure(telemetry.ERRORS, 1)
            answer = _said("The desk has failed. Try again in a moment.\n", 500)
        line.add(status=answer.status)
    return Answer(b"", answer.status, answer.headers) if request.method == "HEAD" else answer


def _answer(request: Request, seen: str, *, is_file: bool) -> Answer:
    if request.method == "OPTIONS":
        return _said("", 200, Allow=_ALLOWED)
    if request.method not in _METHODS:
        return _said(f"{request.method} is not for a page.\n", 405, Allow=_ALLOWED)
    return _file(request) if is_file else _page(request, base_of(request.path, seen))


def _said(text: str, status: int, **more: str) -> Answer:
    return Answer(text, status, headers.of_text() | more)


def _file(request: Request) -> Answer:
    found = files.find(request.path.removeprefix(_STATIC))
    if found is None:
        return _said("There is no such file.\n", 404)
    return _sent(request, found.zipped, found.etag, headers.of_file() | {"Content-Type": found.type})


def _page(request: Request, base: str) -> Answer:
    page = PAGES.get(request.path, lambda: _NO_PAGE)()
    if request.path == "/" and "application/json" in request.headers.get("accept", ""):
        return Answer(_index(), headers={"Vary": "Accept"})
    made = document(page, base, _host(request))
    data = made.html.encode()
    sent = headers.of_page(page.policy(), made.inline) | {"Vary": "Accept, Accept-Encoding"}
    etag = f'"{hashlib.sha256(data + sent["Content-Security-Policy"].encode()).hexdigest()[:16]}"'
    answer = _sent(request, gzip.compress(data, 6, mtime=0), etag, sent)
    return Answer(answer.body, page.status if answer.status == 200 else answer.status, answer.headers)


def _host(request: Request) -> str:
    """The host's bare name, as the browser spells it."""
    return request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")


def _index() -> dict[str, str]:
    """The answer to a program that asks for `/`: where things are, as relative addresses."""
    places = {"console": "/console", "demo": "/demo", "docs": "/docs", "openapi": "/openapi.json"}
    return {"name": "Polydesk"} | {name: config.PUBLIC_URL + path for name, path in places.items()}


def _sent(request: Request, zipped: bytes, etag: str, sent: dict[str, str]) -> Answer:
    sent = {"Vary": "Accept-Encoding", **sent, "ETag": etag}
    if has_etag(request.headers.get("if-none-match", ""), etag):
        return Answer(None, 304, sent)
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        return Answer(zipped, headers=sent | {"Content-Encoding": "gzip"})
    return Answer(gzip.decompress(zipped), headers=sent)
