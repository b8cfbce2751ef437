"""Who the visitor of a page is: named by the page, believed or not, renewed, remembered where the page lets it, and forgotten."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.site import IN_CHROMIUM, Visit, answers, heard, owner
from tests.running import Desk
from tests.waiting import until

pytestmark = IN_CHROMIUM


def kept(page: Page) -> dict[str, str]:
    """What the site's storage has of a visitor."""
    found = page.evaluate("() => Object.entries({ ...localStorage, ...sessionStorage })")
    return {name.rsplit(":", 1)[1]: value for name, value in found if name.startswith("polydesk:")}


def visitor(page: Page) -> str:
    return str(json.loads(kept(page)["visitor"])["user"])


@pytest.fixture
def sign(desk: Desk) -> Callable[[str], str]:
    """The shop's server, which vouches for its customers; the account believes nobody else."""
    owner(desk, "PP_UPDATE_APP_INFO", trusts_addresses=False)
    secret = owner(desk, "PP_GET_API_INFO", renew="IDENTITY")["identity_secret"]
    return lambda name: hmac.new(secret.encode(), name.encode(), hashlib.sha256).hexdigest()


def identify(shop: Visit, **named: Any) -> None:
    """What a site's own script says of its visitor."""
    shop.page.evaluate("(named) => Polydesk.identify(named)", named)


def test_who_logs_out_is_forgotten_in_all_tabs(desk: Desk, visit: Callable[..., Visit]) -> None:
    first = visit()
    second = visit("/other", context=first.context)
    for each in (first, second):
        each.launcher.click()
    first.write("my secret order")
    for each in (first, second):
        each.sees("my secret order")
    before = visitor(first.page)
    second.input.fill("a draft")
    first.page.evaluate("Polydesk.logout()")
    for each in (first, second):
        expect(each.page.get_by_role("dialog")).to_have_count(0)
        assert set(kept(each.page)) <= {"left", "start"}
        assert "secret" not in each.page.locator("[data-polydesk]").evaluate("(host) => host.shadowRoot.textContent")
    answers(desk, "for the one before")
    second.launcher.click()
    expect(second.input).to_have_value("")
    second.sees()
    second.write("I am new")
    second.sees("I am new")
    assert visitor(second.page) != before
    assert heard(desk) == ["I am new"]
    first.launcher.click()
    first.sees("I am new")
    first.page.reload()
    first.sees("I am new")


def test_what_is_on_its_way_when_somebody_logs_out_is_not_shown_to_the_next(visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()
    shop.write("of the first")
    shop.sees("of the first")
    shop.page.reload()
    shop.sees("of the first")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    shop.page.route("**/api/PP_SEND_MESSAGE", hold, times=1)
    shop.page.route("**/api/PP_PAGE_HISTORY_MESSAGE", hold, times=1)
    shop.write("sent by the first")
    until(lambda: held)
    shop.page.evaluate("Polydesk.logout()")
    for route in held:
        route.continue_()
    shop.launcher.click()
    shop.write("of the next")
    shop.sees("of the next")


def test_who_a_page_names_is_shown_to_agents_and_asked_for_only_when_the_chat_is_opened(
    desk: Desk, visit: Callable[..., Visit], sign: Callable[[str], str]
) -> None:
    shop = visit()
    named = {"user_id": 7, "email": "cu@shop.example", "name": "Cu Stomer", "icon": "https://x.example/i.png", "else": {}}
    identify(shop, **named)
    assert [url for url in shop.sent if "/api/" in url or "/ppauth/" in url] == []
    shop.launcher.click()
    shop.write("hello")
    shop.sees("hello")
    shown = owner(desk, "PP_GET_USER_INFO", user_uuid=visitor(shop.page))
    told = [shown[name] for name in ("user_fullname", "user_email", "is_email_verified", "user_id", "user_icon")]
    assert told == ["Cu Stomer", "cu@shop.example", False, "7", "https://x.example/i.png"]
    asked = len([url for url in shop.sent if "USER_UUID" in url])
    identify(shop, **named)
    shop.page.reload()
    identify(shop, **named)
    shop.write("again")
    shop.sees("hello", "again")
    assert len([url for url in shop.sent if "USER_UUID" in url]) == asked == 1
    identify(shop, **{**named, "name": "New Name"})
    until(lambda: owner(desk, "PP_GET_USER_INFO", user_uuid=visitor(shop.page))["user_fullname"] == "New Name")
    shop.sees("hello", "again")


def test_a_signed_customer_has_their_chat_in_every_browser(
    desk: Desk, visit: Callable[..., Visit], sign: Callable[[str], str]
) -> None:
    named = {"user_id": "customer 8", "signature": sign("customer 8"), "name": "Cu Stomer"}
    home = visit()
    identify(home, **named)
    home.launcher.click()
    home.write("from home")
    home.sees("from home")
    answers(desk, "hello")
    work = visit()
    identify(work, **named)
    work.launcher.click()
    work.sees("from home", "hello")
    work.write("from work")
    for each in (home, work):
        each.sees("from home", "hello", "from work")
    assert visitor(work.page) == visitor(home.page)
    assert sign("customer 8") not in json.dumps(kept(work.page)), "a signature is as good as a password"
    thief = visit()
    identify(thief, user_id="customer 8", signature=sign("customer 9"))
    thief.launcher.click()
    thief.write("not me")
    thief.sees("not me")
    assert visitor(thief.page) != visitor(home.page)
    assert [text for text in thief.said if "refuses the identity" in text]


def test_who_has_written_and_then_logs_in_goes_on_with_their_own_chat_in_all_tabs(
    desk: Desk, visit: Callable[..., Visit], sign: Callable[[str], str]
) -> None:
    named = {"email": "Known@shop.example", "signature": sign("Known@shop.example")}
    before = visit()
    identify(before, **named)
    before.launcher.click()
    before.write("last week")
    before.sees("last week")
    first = visit()
    second = visit("/other", context=first.context)
    for each in (first, second):
        each.launcher.click()
    first.write("who am I?")
    for each in (first, second):
        each.sees("who am I?")
    identify(first, **named)
    for each in (first, second):
        each.sees("last week")
    second.write("today")
    for each in (before, first, second):
        each.sees("last week", "today")


def test_another_user_of_the_site_on_the_same_browser_is_another_visitor(
    visit: Callable[..., Visit], sign: Callable[[str], str]
) -> None:
    shop = visit()
    identify(shop, user_id="1", name="One")
    shop.launcher.click()
    shop.write("of one")
    shop.sees("of one")
    one = visitor(shop.page)
    identify(shop, user_id="2", name="Two")
    expect(shop.page.get_by_role("dialog")).to_have_count(0)
    shop.launcher.click()
    shop.sees()
    shop.write("of two")
    shop.sees("of two")
    assert visitor(shop.page) != one


def test_a_page_may_call_before_there_is_a_body_and_is_told_what_it_forgot(visit: Callable[..., Visit], site: Any) -> None:
    policy, link = site.policy, site.link
    script = "onload=\"Polydesk.identify({name: 'No'}); Polydesk.identify({email: 'a@shop.example'}); Polydesk.open()\""
    site.policy, site.link = "", link.replace("<script async", f"<script {script}")
    try:
        shop = visit()
        expect(shop.page.get_by_role("dialog")).to_be_visible()
        assert [text for text in shop.said if "identify needs user_id or email" in text]
    finally:
        site.policy, site.link = policy, link


def test_a_token_that_has_ended_is_renewed(visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()
    shop.write("before")
    shop.sees("before")
    shop.page.evaluate(
        """() => {
            const name = Object.keys(localStorage).find((key) => key.endsWith(':start'));
            localStorage.setItem(name, JSON.stringify({ ...JSON.parse(localStorage.getItem(name)), token: 'ended' }));
        }"""
    )
    shop.page.reload()
    shop.write("after")
    shop.sees("before", "after")


def test_a_site_s_storage_may_be_blocked(visit: Callable[..., Visit], chromium: Browser) -> None:
    context = chromium.new_context()
    blocked = "Object.defineProperty(window, '{}', {{ get() {{ throw new DOMException('no', 'SecurityError'); }} }});"
    context.add_init_script(blocked.format("localStorage") + blocked.format("sessionStorage"))
    shop = visit(context=context)
    shop.launcher.click()
    shop.write("hello")
    shop.sees("hello")
