"""The desk's own pages in a real browser: they lead on, they look at nobody else's machine, and everybody can use them."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.site import IN_CHROMIUM, MS
from tests.running import Desk
from tests.waiting import until

pytestmark = IN_CHROMIUM
AXE = Path(__file__).parent.parent / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}


class Guest:
    """A browser at the desk; `faults` is what went wrong, or was asked of anybody else."""

    def __init__(self, chromium: Browser, desk: Desk, path: str, **options: Any) -> None:
        self.faults: list[str] = []
        self.context = chromium.new_context(**options)
        self.context.set_default_timeout(MS)
        self.page: Page = self.context.new_page()
        mine = (desk.json["http"], desk.json["ws"])
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type in ("error", "warning") else None)
        self.page.on("request", lambda asked: None if asked.url.startswith(mine) else self.faults.append(asked.url))
        self.page.goto(desk.json["http"] + path)

    def violations(self) -> list[str]:
        """What axe-core finds; it is run by the browser, whatever the page's policy."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run()")
        assert found["passes"]
        return [f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}" for each in found["violations"]]


@pytest.fixture
def guest(chromium: Browser, desk: Desk) -> Iterator[Callable[..., Guest]]:
    """Opens a page in a browser that has never been there; what goes wrong in it fails the test."""
    guests: list[Guest] = []

    def begin(path: str = "/", **options: Any) -> Guest:
        guests.append(Guest(chromium, desk, path, **options))
        return guests[-1]

    yield begin
    for each in guests:
        assert each.faults == []
        each.context.close()


def test_the_first_page_leads_to_each_other_one(desk: Desk, guest: Callable[..., Guest]) -> None:
    page = guest().page
    for name, path in {
        "Sign in": "console",
        "Try the chat": "demo",
        "Read the API": "docs",
        "Create an account": "signup",
    }.items():
        link = page.get_by_role("link", name=name)
        expect(link).to_be_visible()
        assert link.evaluate("link => link.href") == f"{desk.json['http']}/{path}"
    page.get_by_role("link", name="Try the chat").click()
    expect(page).to_have_url(desk.json["site"])
    page.get_by_role("link", name="Polydesk").click()
    expect(page).to_have_url(f"{desk.json['http']}/")


def test_what_is_written_in_the_demo_shop_arrives(desk: Desk, guest: Callable[..., Guest]) -> None:
    page = guest("/demo").page
    button = page.get_by_role("button")
    expect(button).to_have_accessible_name("Open chat")
    expect(button).to_have_count(1)
    button.click()
    field = page.get_by_label("Your message")
    field.fill("Does it keep for a year?")
    field.press("Enter")

    def heard() -> bool:
        listed = desk.http.get("/api/v3/anytime/conversations", headers=desk.agent()).json()["conversations"]
        return any(one["lastMessage"] == "Does it keep for a year?" and one["agentAssigneeId"] for one in listed)

    until(heard)


def test_a_call_of_the_reference_is_sent_with_a_token(desk: Desk, guest: Callable[..., Guest]) -> None:
    page = guest("/docs#?route=get-/api/v3/anytime/tags").page
    expect(page.get_by_text("/api/v3/anytime/tags", exact=True).first).to_be_visible()
    asked: list[tuple[str, str | None]] = []
    page.on("request", lambda sent: asked.append((sent.url, sent.headers.get("authorization"))))
    page.locator("#link-auth").click()
    token = desk.agent()["Authorization"].partition(" ")[2]
    scheme = page.locator("tr", has_text="Anytime: a token")
    scheme.get_by_placeholder("api-token").fill(token)
    scheme.get_by_role("button", name="Set").click()
    page.evaluate("location.hash = '#?route=get-/api/v3/anytime/tags'")
    with page.expect_response("**/api/v3/anytime/tags") as answered:
        page.get_by_role("button", name="Execute").first.click()
    assert (answered.value.status, answered.value.json()) == (200, {"tags": []})
    assert (f"{desk.json['http']}/api/v3/anytime/tags", f"Bearer {token}") in asked


def test_a_company_signs_up_and_its_owner_logs_in(desk: Desk, guest: Callable[..., Guest]) -> None:
    page = guest("/signup").page
    given = {"Company": "Fern", "Your name": "Kim Lee", "Email": "kim@fern.example", "Password": "correct horse"}
    expect(page.get_by_label("Setup code")).to_be_hidden()  # on this machine nobody needs one
    for label, text in given.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_focused()
    assert desk.bearer({"email": given["Email"], "password": given["Password"]})
    again = guest("/signup")
    for label, text in given.items():
        again.page.get_by_label(label, exact=True).fill(text)
    again.page.get_by_role("button", name="Create account").click()
    expect(again.page.get_by_role("alert")).to_have_text("Somebody signs in with this email already.")
    assert [fault for fault in again.faults if "409" not in fault] == []
    again.faults.clear()


@pytest.mark.parametrize(
    "path", ["/", "/demo", "/docs", "/signup", pytest.param("/docs#?route=get-/api/v3/anytime/tags", marks=pytest.mark.slow)]
)
def test_everybody_can_use_it(desk: Desk, guest: Callable[..., Guest], path: str) -> None:
    for options in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}):
        found = guest(path, bypass_csp=True, **options)
        if path.startswith("/docs"):
            expect(found.page.get_by_role("main")).to_be_visible()
        assert found.violations() == [], options
        width = found.page.evaluate("document.documentElement.scrollWidth")
        assert width <= found.page.viewport_size["width"] if found.page.viewport_size else False


def test_desk_json_names_the_pages(desk: Desk) -> None:
    assert desk.json["console"] == f"{desk.json['http']}/console"
    assert re.search("Kettle", desk.http.get(desk.json["site"]).text)
    assert json.loads((desk.data / "desk.json").read_text())["site"].endswith("/demo")
