"""The pictures of the console in docs/console: `python -m tests.e2e.screenshots [FOLDER] [png]` makes them again.

They show a desk of their own with invented people. Debian's fonts-noto-cjk and fonts-noto-color-emoji show all letters.
"""

import base64
import json
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.e2e.consoles import Console, ago, ask, bring
from tests.e2e.site import ARGUMENTS, CHROMIUM
from tests.running import Desk

FOLDER = Path(__file__).parents[2] / "docs" / "console"
_DESKTOP, _PHONE = ViewportSize(width=1360, height=800), ViewportSize(width=390, height=780)
_QUALITY = 72
_PAST = Path(__file__).with_suffix(".json")
#: Places of the open conversations that nobody has.
_WAITING = (3, 4, 6)


def _lines() -> Iterator[dict[str, Any]]:
    """What is imported: people with open conversations, and what reports count of the days before."""
    yield {"type": "agent", "id": "ada", "email": "ada@demo.example", "name": "Ada Agent"}
    for at, one in enumerate(json.loads(_PAST.read_text())):
        said = one["messages"]
        yield from ({"type": "tag", "name": tag} for tag in one["tags"])
        yield {
            "type": "contact",
            "id": one["email"],
            "name": one["name"],
            "identities": [{"kind": "email", "value": one["email"]}],
        }
        given = {name: one[name] for name in ("subject", "channel", "priority", "tags")} | {"contact": one["email"]}
        given |= {"is_read": said[-1]["by"] != "contact" or at == 0} | ({"assignee": "ada"} if at not in _WAITING else {})
        yield _conversation(f"open {at}", ago(minutes=said[0]["minutes"]), status="pending_internal", **given)
        for message in said:
            sender = {"contact": one["email"]} if message["by"] == "contact" else {"agent": "ada"}
            kind = "note" if message["by"] == "note" else "email" if one["channel"] == "email" else "reply"
            sender |= {"html": message["html"]} if "html" in message else {}
            mail = {"mail": {"from": one["email"], "to": "desk@demo.example"}} if kind == "email" else {}
            yield _message(f"open {at}", message["body"], ago(minutes=message["minutes"]), kind=kind, **sender, **mail)
        for day in range(1, 5 + 3 * at):
            yield from _past(f"{at} {day}", one["email"], 60 * 24 * day + 37 * at)


def _past(key: str, contact: str, minutes: float) -> Iterator[dict[str, Any]]:
    given = {"contact": contact, "subject": "Order", "assignee": "ada"}
    yield _conversation(key, ago(minutes=minutes), status="closed", closed_at=ago(minutes=minutes - 20), **given)
    yield _message(key, "When does it come?", ago(minutes=minutes), contact=contact)
    yield _message(key, "Tomorrow.", ago(minutes=minutes - 4), agent="ada")


def _conversation(key: str, created: str, **given: Any) -> dict[str, Any]:
    return {"type": "conversation", "id": key, "created_at": created, **given}


def _message(key: str, body: str, created: str, **given: Any) -> dict[str, Any]:
    return {"type": "message", "id": str(uuid.uuid4()), "conversation": key, "body": body, "created_at": created, **given}


def _fill(desk: Desk) -> None:
    owner = desk.json["owner"]
    bring(desk, list(_lines()))
    for name, text in (
        ("Greeting", "Hello {{contact.name}}, I am {{agent.name}}. How can I help?"),
        ("Goodbye", "Have a good day!"),
    ):
        ask(desk, "POST", "cannedResponses", {"name": name, "textContent": text}, owner)
    ask(desk, "POST", "departments", {"name": "Returns", "memberIds": [3]}, owner)


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Camera:
    """Takes each picture light and dark, as small as it may be."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind = folder, kind
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str) -> None:
        """Both pictures of what the page shows now."""
        for scheme in ("light", "dark"):
            page.mouse.move(0, 0)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate("document.fonts.ready")
            page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
            given = {"format": self.kind} | ({"quality": _QUALITY} if self.kind == "webp" else {})
            told = page.context.new_cdp_session(page).send("Page.captureScreenshot", given)
            (self.folder / f"{name}-{scheme}.{self.kind}").write_bytes(base64.b64decode(told["data"]))


def main() -> None:
    """Makes all pictures."""
    folder, kind = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, sys.argv[2] if len(sys.argv) > 2 else "webp"
    camera = Camera(folder, kind)
    with tempfile.TemporaryDirectory() as data, _browser() as browser:
        desk = Desk(Path(data)).ready()
        try:
            _fill(desk)
            for part in (_agent, _admin, _chinese, _phone):
                part(desk, browser, camera)
        finally:
            desk.stop()


def _sign_in(desk: Desk, browser: Browser, who: dict[str, str], **options: Any) -> Console:
    given: dict[str, Any] = {"viewport": _DESKTOP, "locale": "en-US", "timezone_id": "UTC"} | options
    return Console(browser.new_context(**given), desk, who).sign_in()


def _agent(desk: Desk, browser: Browser, camera: Camera) -> None:
    door = browser.new_context(viewport=_DESKTOP, locale="en-US").new_page()
    door.goto(desk.json["console"])
    expect(door.get_by_role("button", name="Sign in")).to_be_visible()
    camera.take(door, "sign-in")
    door.context.close()
    ada = _sign_in(desk, browser, desk.json["agents"][0])
    ada.view("Mine")
    ada.page.get_by_text("Zoë Martin").first.wait_for()
    camera.take(ada.page, "list")
    ada.page.get_by_text("Zoë Martin").first.click()
    expect(ada.reply).to_be_visible()
    ada.page.get_by_role("button", name="Note", exact=True).click()
    ada.reply.press_sequentially("The carrier calls back. @b")
    ada.page.locator(".suggestions").wait_for()
    camera.take(ada.page, "note")
    ada.page.keyboard.press("Escape")
    ada.reply.fill("")
    ada.page.get_by_role("button", name="Note", exact=True).click()
    ada.reply.press_sequentially("/")
    ada.page.locator(".suggestions").wait_for()
    ada.page.get_by_role("option", name="Greeting").click()
    camera.take(ada.page, "conversation")
    ada.reply.fill("")
    ada.page.keyboard.press("Escape")
    ada.page.locator(".thread").focus()
    ada.page.keyboard.press("?")
    ada.page.get_by_role("dialog").wait_for()
    camera.take(ada.page, "keys")
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("button", name="Ada Agent").last.click()
    camera.take(ada.page, "menu")
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("textbox", name="Search").fill("parcel")
    ada.page.get_by_role("listbox").get_by_text("Zoë").first.wait_for()
    camera.take(ada.page, "search")
    ada.page.keyboard.press("Escape")
    ada.view("Mentions")
    ada.page.get_by_text("Nothing here").first.wait_for()
    camera.take(ada.page, "empty")
    ada.view("All open")
    ada.page.get_by_text("Anna Lindqvist").first.click()
    expect(ada.reply).to_be_visible()
    camera.take(ada.page, "mail")
    ada.context.close()


def _admin(desk: Desk, browser: Browser, camera: Camera) -> None:
    olive = _sign_in(desk, browser, desk.json["owner"])
    screens = olive.page.get_by_role("navigation", name="Screens")
    screens.get_by_role("link", name="Settings").click()
    olive.page.get_by_role("navigation", name="Settings").wait_for()
    camera.take(olive.page, "settings")
    for name, place, seen in (
        ("agents", "agents", "Ben Agent"),
        ("hours", "hours", "Saturday"),
        ("trigger", "triggers/new", "New trigger"),
        ("routing", "routing", "Try it"),
    ):
        olive.page.goto(f"{desk.json['console']}#/settings/{place}")
        olive.page.get_by_text(seen).first.wait_for()
        if name == "trigger":
            olive.page.get_by_role("button", name="Add a condition").click()
        camera.take(olive.page, name)
    screens.get_by_role("link", name="Reports").click()
    olive.page.get_by_role("definition").first.wait_for()
    camera.take(olive.page, "now")
    olive.page.get_by_role("link", name="Volume").click()
    olive.page.get_by_label("Period").select_option("Last 30 days")
    olive.page.get_by_role("img", name="Chart").wait_for()
    camera.take(olive.page, "report")
    olive.context.close()


def _chinese(desk: Desk, browser: Browser, camera: Camera) -> None:
    ada = _sign_in(desk, browser, desk.json["agents"][0], locale="zh-CN")
    ada.page.get_by_text("李娜").first.click()
    ada.page.locator("#reply").wait_for()
    camera.take(ada.page, "chinese")
    ada.context.close()


def _phone(desk: Desk, browser: Browser, camera: Camera) -> None:
    phone = _sign_in(desk, browser, desk.json["agents"][0], viewport=_PHONE, has_touch=True, is_mobile=True)
    phone.page.locator(".row").first.wait_for()
    camera.take(phone.page, "phone-list")
    phone.page.get_by_text("Zoë Martin").first.click()
    expect(phone.reply).to_be_visible()
    camera.take(phone.page, "phone-conversation")
    phone.page.get_by_role("button", name="Views").click()
    phone.page.locator(".side a").first.wait_for()
    camera.take(phone.page, "phone-views")
    phone.context.close()


if __name__ == "__main__":
    main()
