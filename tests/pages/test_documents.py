"""Pages: where their links lead, what their policies allow, and what the log has of them."""

import base64
import hashlib
import json
import re

import httpx
import pytest

from chalicelib import config
from chalicelib.dialects.http import Answer, Request
from chalicelib.pages import documents, files, routes
from tests.running import served
from tests.waiting import PATIENCE

PAGES = list(routes.PAGES)


@pytest.fixture(autouse=True)
def _shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is one that can be shown."""
    monkeypatch.setenv("POLYDESK_DOCS", "1")
    monkeypatch.setenv("POLYDESK_DEMO", "an account")


def get(path: str, seen: str | None = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return routes.serve(Request("GET", path, headers={"host": "desk.example", **named}), seen or path)


def html(answer: Answer) -> str:
    return str(answer.body.decode())


@pytest.mark.parametrize(
    "path, seen, base",
    [
        ("/", "/", "./"),
        ("/", "/v1", "./v1/"),
        ("/", "/v1/", "./"),
        ("/demo", "/v1/demo", "./"),
        ("/demo", "/v1/demo/", "../"),
        ("/console/inbox", "/console/inbox", "../"),
    ],
)
def test_links_lead_to_the_desk_wherever_a_stage_puts_it(path: str, seen: str, base: str) -> None:
    assert documents.base_of(path, seen) == base


@pytest.mark.parametrize("path", PAGES)
def test_every_file_of_a_page_is_served(path: str) -> None:
    page = html(get(path, f"/v1{path}"))
    found = re.findall(r'(?:href|src)="\./static/([^"]+)"', page)
    assert found
    assert [name for name in found if files.find(name) is None] == []
    assert "{{" not in page
    assert documents.MAP not in page
    assert not re.findall(r"<style|\sstyle=|\son\w+=|javascript:|https?://(?!www\.w3\.org)", page)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_do_what_it_needs_and_no_more(path: str) -> None:
    answer = get(path)
    policy = dict(part.partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    inline = re.findall(r"<script[^>]*>([^<]+)</script>", html(answer))
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inline}
    assert set(policy["script-src"].split()) == {"'self'", *hashes}
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_the_import_map_leads_to_the_hashed_names() -> None:
    (script,) = re.findall(r'<script type="importmap">([^<]+)</script>', html(get("/docs", "/v1/docs/")))
    imports = json.loads(script)["imports"]
    assert imports["../static/place.js"] == f"../{files.asset('place.js').path}"
    assert imports["preact"] == f"../{files.asset('libraries/preact.js').path}"


def test_a_page_is_looked_for_again_and_sent_once() -> None:
    first = get("/")
    assert first.headers["Cache-Control"] == "no-cache"
    again = get("/", if_none_match=first.headers["ETag"])
    assert (again.status, again.body) == (304, None)


def test_a_program_gets_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "PUBLIC_URL", "https://desk.example/v1")
    answer = get("/", accept="application/json")
    assert answer.body["openapi"] == "https://desk.example/v1/openapi.json"
    assert answer.headers["Vary"] == "Accept"
    assert html(get("/", accept="text/html,application/xhtml+xml,*/*;q=0.8")).startswith("<!doctype html>")


def test_the_demo_shop_has_the_chosen_account_s_chat_on_the_host_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYDESK_DEMO", "account&more")
    page = html(routes.serve(Request("GET", "/demo", headers={"host": 'localhost":8000'}), "/demo"))
    assert 'src="./widget.js?app=account&amp;more&amp;domain=localhost&quot;"' in page
    assert "<button" not in page


def test_without_an_account_the_demo_says_how_to_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLYDESK_DEMO", raising=False)
    answer = get("/demo")
    assert (answer.status, "POLYDESK_DEMO" in html(answer), "desk.example" in html(answer)) == (404, True, True)


def test_the_reference_is_shown_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYDESK_DOCS", "")
    assert (get("/docs").status, "POLYDESK_DOCS" in html(get("/docs"))) == (404, True)
    monkeypatch.setattr(config, "STAGE", "local")
    assert get("/docs").status == 200


def test_a_page_that_nobody_has_leads_back() -> None:
    answer = get("/console/nowhere")
    assert (answer.status, 'href="../"' in html(answer)) == (404, True)


def test_pages_go_through_the_gateway_and_the_log_has_nothing_of_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "polydesk"), served() as address, httpx.Client(base_url=address, timeout=PATIENCE) as http:
        page = http.get("/", headers={"Accept": "text/html"})
        assert page.headers["Content-Encoding"] == "gzip"
        for name in re.findall(r'"\./(static/[^"]+)"', page.text):
            assert http.get(f"/{name}").status_code == 200
        assert http.get("/", headers={"Accept": "application/json"}).json()["name"] == "Polydesk"
        assert http.get("/static/secret.js").status_code == 404
    lines = [str(record.msg) for record in caplog.records]
    assert any("route=/static/{name} status=404" in line.replace("  ", " ") for line in lines), lines
    assert not any("secret" in line for line in lines)


def test_what_fails_is_said_and_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(routes, "document", fail)
    with caplog.at_level("ERROR", "polydesk"):
        answer = get("/")
    assert (answer.status, "secret" in str(answer.body)) == (500, False)
    assert "error=RuntimeError" in str(caplog.records[0].msg)
