"""The console in the browsers of agents, and what its tests ask the desk meanwhile."""

import json
import os
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.site import MS
from tests.running import Desk
from tests.waiting import until

_AXE = Path(__file__).parents[1] / "javascript/node_modules/axe-core/axe.min.js"
ANYTIME = "/api/v3/anytime"


class Console:
    """An agent's browser with the console; `faults` is what went wrong in its pages, `sent` what they asked for."""

    def __init__(self, context: BrowserContext, desk: Desk, who: dict[str, str]) -> None:
        self.context, self.desk, self.who = context, desk, who
        self.faults: list[str] = []
        self.sent: list[str] = []
        context.set_default_timeout(MS)
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("response", lambda answer: self.sent.append(answer.url))
        page.on(
            "console", lambda said: self.faults.append(said.text) if "Security" in said.text or "Trusted" in said.text else None
        )
        return page

    def sign_in(self) -> "Console":
        """Goes to the console, and signs in where the browser has no session."""
        self.page.goto(self.desk.json["console"])
        email = self.page.locator("#email")
        expect(email.or_(self.page.locator("nav.views"))).to_be_attached()
        if email.count():
            email.fill(self.who["email"])
            self.page.locator("#password").fill(self.who["password"])
            self.page.locator("form .button").click()
        expect(self.page.locator("nav.views")).to_be_attached()
        return self

    def leave(self) -> None:
        """Closes the browser's pages, and forgets what an agent has chosen and begun there."""
        self.context.set_offline(False)
        if not self.page.is_closed():
            self.page.evaluate("localStorage.clear()")
        for page in self.context.pages:
            page.close()

    @property
    def views(self) -> Locator:
        return self.views_of("Views")

    def views_of(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name=name)

    @property
    def rows(self) -> Locator:
        return self.page.get_by_role("list", name="Conversations").get_by_role("listitem")

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("list", name="Messages")

    @property
    def reply(self) -> Locator:
        return self.page.get_by_role("textbox", name="Reply")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def view(self, name: str) -> None:
        self.views.get_by_role("link", name=re.compile(f"^{name}")).click()

    def open(self, text: str) -> None:
        self.rows.filter(has_text=text).get_by_role("link").click()
        expect(self.messages.get_by_text(text).first).to_be_visible()

    def write(self, text: str) -> None:
        self.reply.fill(text)
        self.button("Send").click()

    def titled(self, unread: int, view: str = "Mine") -> None:
        """Waits until the tab says so many are unread."""
        expect(self.page).to_have_title(f"({unread}) {view} · Polydesk" if unread else f"{view} · Polydesk")

    def menu(self, name: str) -> Locator:
        """A switch in the agent's menu, which is opened."""
        self.page.locator(".me").click()
        return self.page.get_by_role("checkbox", name=name)

    def accessible(self) -> None:
        """Fails for what axe finds wrong with the page as it is now."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(_AXE.read_text())  # the page's policy lets no script in, but the browser's own tools may
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        told = [
            f"{one['id']}: {[(node['html'][:200], node['failureSummary']) for node in one['nodes']][:3]}"
            for one in found["violations"]
        ]
        assert not told, "\n".join(told)


def ask(desk: Desk, method: str, path: str, body: Any = None, who: dict[str, str] | None = None) -> Any:
    headers = desk.bearer(who or desk.json["agents"][0])
    answer = desk.http.request(method, f"{ANYTIME}/{path}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json() if answer.content else None


def unread(desk: Desk, at: int = 0) -> int:
    """How many conversations of the first agent, or another one, are unread."""
    return int(ask(desk, "GET", "conversations/unreadCount?include=views", None, desk.json["agents"][at])["views"]["mine"])


def asking(desk: Desk, text: str) -> int:
    """A visitor's new conversation, which an agent has: its number."""
    desk.say(desk.arrive(), text)

    def found() -> int | None:
        listed = ask(desk, "GET", "conversations")["conversations"]
        return next((int(one["id"]) for one in listed if one["lastMessage"] == text and one["agentAssigneeId"]), None)

    return until(found)


def bring(desk: Desk, lines: list[dict[str, Any]]) -> None:
    """Imports lines (docs/import.md) into the demo account, as from another system."""
    file = desk.data / f"{uuid.uuid4()}.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [sys.executable, "-m", "infra.import", str(file), "--owner", desk.json["owner"]["email"]]
    done = subprocess.run(command, env=os.environ | {"DATA": str(desk.data)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def ago(**given: float) -> str:
    """A moment before now, as import and API take it."""
    return (datetime.now(UTC) - timedelta(**given)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def counted(desk: Desk, report: str, name: str) -> int:
    """The total of a number of a report."""
    return int(ask(desk, "GET", f"reports/{report}", None, desk.json["owner"])["total"][name])
