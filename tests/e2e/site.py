"""A shop's web site with the desk's chat in it, its visitors' browsers, and those who answer."""

import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from chalicelib.rules import passwords
from tests.running import Desk
from tests.waiting import PATIENCE, until

#: Chromium without windows takes half the CPU of the one that has them.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
#: What tests are marked with that look at the widget: where CI has no browser they fail, elsewhere they are skipped.
IN_CHROMIUM = pytest.mark.skipif(
    CHROMIUM is None and "REQUIRE_CHROMIUM" not in os.environ,
    reason="there is no `chromium` on this machine to show the widget in",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: What a site has to allow that allows next to nothing.
POLICY = "default-src 'none'; script-src {http}; connect-src {http} {ws}; img-src {http}; require-trusted-types-for 'script'"
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Shop</title>{link}</head>
<body><h1>Shop</h1><a href="/other">Other</a></body></html>"""
MS = PATIENCE * 1000
WELCOME = "What can we do for you?"
expect.set_options(timeout=MS)


class Site:
    """A shop's web site, on localhost and on 127.0.0.1: every page has what `link` says. `/zh` is in Chinese, `/isolated` shows
    nothing of others that they do not let it show.
    """

    def __init__(self) -> None:
        self.link, self.policy = "", ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                lang = "zh-CN" if self.path == "/zh" else "en"
                link = site.link * 2 if self.path == "/twice" else site.link
                body = PAGE.format(lang=lang, link=link).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", site.policy)
                if self.path == "/isolated":
                    self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
                    self.send_header("Cross-Origin-Opener-Policy", "same-origin")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str = "/", host: str = "localhost") -> str:
        return f"http://{host}:{self.server.server_port}{path}"


class Visit:
    """A visitor's browser on the site; `faults` is what went wrong in its pages."""

    def __init__(self, context: BrowserContext, site: Site, path: str = "/", host: str = "localhost") -> None:
        self.faults: list[str] = []
        self.said: list[str] = []
        self.sent: list[str] = []
        self.context, self.site, self.page = context, site, context.new_page()
        context.set_default_timeout(MS)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("request", lambda request: self.sent.append(request.url))
        self.page.goto(site.url(path, host))

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name="Open chat")

    @property
    def input(self) -> Locator:
        return self.page.get_by_label("Your message")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def write(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def sees(self, *texts: str) -> None:
        """Waits until these messages, and no others, are there in this order; and that none waits to be sent."""
        expect(self.log.locator(".body")).to_have_text([WELCOME, *texts])
        for waits in ("Sending…", "Kept until somebody is here"):
            expect(self.log.get_by_text(waits)).to_have_count(0)
        expect(self.log.get_by_text("Not sent")).to_have_count(0)


def console(desk: Desk, path: str, method: str = "POST", **given: Any) -> Any:
    """A call of LiveChat's by the owner."""
    headers = desk.bearer(desk.json["owner"])
    answer = desk.http.request(method, f"/auth/addon/live_chat/{path}", json=given, headers=headers).json()
    assert answer["status"] == 1, answer
    return answer["message"]


def answers(desk: Desk, text: str) -> None:
    """The agent answers in the conversation that was busy last, once they have it."""

    def assigned() -> int | None:
        listed = desk.http.get("/api/v3/anytime/conversations", headers=desk.agent()).json()["conversations"]
        return int(listed[0]["id"]) if listed and listed[0]["agentAssigneeId"] else None

    body = {"type": "reply", "plainBody": text}
    answer = desk.http.post(f"/api/v3/anytime/conversations/{until(assigned)}/messages", json=body, headers=desk.agent())
    assert answer.status_code == 200, answer.text


def heard(desk: Desk) -> list[str]:
    """What the agent sees of the conversation that was busy last, oldest first."""
    headers = desk.agent()
    listed = desk.http.get("/api/v3/anytime/conversations", headers=headers).json()["conversations"]
    found = desk.http.get(f"/api/v3/anytime/conversations/{listed[0]['id']}/messages", headers=headers).json()["messages"]
    return [message["plainBody"] for message in sorted(found, key=lambda each: int(each["id"]))]


def owner(desk: Desk, endpoint: str, **given: Any) -> dict[str, Any]:
    """A call of PPMessage's by the owner's console."""
    who = desk.json["owner"]
    if "console" not in desk.tokens:
        login = {"client_id": desk.json["ppmessage"]["PPCONSOLE"]["api_key"], "user_email": who["email"]}
        login |= {"grant_type": "password", "user_password": passwords.wire(who["password"])}
        desk.tokens["console"] = desk.http.post("/ppauth/token", data=login).json()["access_token"]
    body = {"app_uuid": desk.json["account"]["app_uuid"], "user_uuid": who["user_uuid"]} | given
    headers = {"Authorization": f"OAuth {desk.tokens['console']}"}
    answer = desk.http.post(f"/api/{endpoint}", json=body, headers=headers).json()
    assert answer["error_code"] == 0, answer
    return dict(answer)


def allocate(desk: Desk, policy: str) -> None:
    """How the account's chats find their agents."""
    answer = owner(desk, "PP_UPDATE_APP_INFO", app_route_policy=policy)
    assert answer["app_route_policy"] == policy, answer
