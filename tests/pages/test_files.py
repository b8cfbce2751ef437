"""Files of the pages: names with hashes, what browsers keep, and nothing else that could be asked for."""

import gzip
import re

import pytest

from chalicelib.dialects.http import Answer, Request
from chalicelib.pages import documents, files, routes
from infra import libraries


def get(path: str, method: str = "GET", seen: str = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return routes.serve(Request(method, path, headers=named), seen or path)


def test_a_file_is_served_under_its_hash_for_a_year() -> None:
    asset = files.asset("tokens.css")
    answer = get(f"/{asset.path}", accept_encoding="gzip")
    assert re.fullmatch(r"static/tokens\.[0-9a-f]{16}\.css", asset.path)
    assert answer.status == 200
    assert gzip.decompress(answer.body) == (files.STATIC / "tokens.css").read_bytes()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_who_does_not_take_gzip_gets_it_plain() -> None:
    asset = files.asset("place.js")
    for accepted in ("", "br", "gzip;q=0"):
        answer = get(f"/{asset.path}", accept_encoding=accepted)
        assert "Content-Encoding" not in answer.headers
        assert answer.body == (files.STATIC / "place.js").read_bytes()


def test_what_a_browser_has_is_not_sent_again() -> None:
    asset = files.asset("place.js")
    for known in (asset.etag, f'"other", W/{asset.etag}', "*"):
        answer = get(f"/{asset.path}", if_none_match=known)
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, None, asset.etag)
    assert get(f"/{asset.path}", if_none_match='"other"').status == 200


def test_a_head_has_the_headers_alone() -> None:
    path = f"/{files.asset('place.js').path}"
    whole, head = get(path), get(path, "HEAD")
    assert (head.status, head.headers, head.body) == (200, whole.headers, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_another_method_is_refused(method: str) -> None:
    for path in ("/", "/nowhere", f"/{files.asset('place.js').path}"):
        answer = get(path, method)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (get("/", "OPTIONS").status, get("/", "OPTIONS").headers["Allow"]) == (200, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    "name",
    [
        "place.js",
        "place.0123456789abcdef.js",
        "../routes.py",
        "%2e%2e/routes.py",
        "..%2froutes.py",
        "front/../../files.0123456789abcdef.py",
        "/etc/passwd",
        "front/index.html",
        "front/index.0123456789abcdef.html",
        "",
        ".",
        "..",
        "." * 3000,
        "a\x00b.js",
        "libraries/licenses.txt.gz",
        "é.js",
    ],
)
def test_nothing_else_is_ever_opened(name: str) -> None:
    answer = get(f"/static/{name}")
    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")


def test_a_template_is_served_under_no_name_and_no_file_is_deeper_than_the_gateway_s_routes() -> None:
    names = [asset.name for asset in files.modules().values()]
    assert names
    assert all(name.count("/") <= 2 for name in (str(path.relative_to(files.STATIC)) for path in files.STATIC.rglob("*")))


def test_libraries_are_those_that_package_json_names() -> None:
    wanted = libraries.wanted()
    found = {name for name, asset in files.modules().items() if asset.name.startswith("libraries/")}
    assert found == set(wanted)
    for name in wanted:
        text = gzip.decompress(files.modules()[name].zipped)
        assert len(text) > 500
        assert b"sourceMappingURL" not in text
    assert b"preact" in gzip.decompress(files.asset("libraries/licenses.txt").zipped)


@pytest.mark.parametrize("path", routes.PAGES)
def test_without_libraries_a_page_that_needs_them_says_so(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYDESK_DOCS", "1")
    monkeypatch.setattr(files, "LIBRARIES", files.STATIC / "nowhere")
    documents._addressed.cache_clear()
    answer = get(path)
    needs_them = path in ("/docs", "/console", "/signup")
    assert answer.status == (503 if needs_them else 404 if path == "/demo" else 200)
    assert ("`make run`" in str(answer.body)) is needs_them
