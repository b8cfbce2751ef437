"""What the tests of the widget begin with: a running desk, a site with its chat, a browser, and visits to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e import site as sites
from tests.e2e.consoles import Console
from tests.e2e.delays import hold_answers
from tests.e2e.site import ARGUMENTS, CHROMIUM, MS, POLICY, Site, Visit
from tests.running import Desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A running desk whose first agent is online."""
    running = Desk(tmp_path_factory.mktemp("desk")).ready()
    running.online()
    yield running
    running.process.kill()
    running.process.communicate()
    running.http.close()


@pytest.fixture(scope="module")
def site(desk: Desk) -> Iterator[Site]:
    """A site with the link that the desk gives its owner for it, and with a strict policy. The demo's shop has no domain then."""
    shop = Site()
    for host in ("localhost", "127.0.0.1"):
        sites.console(desk, "domain/delete", "DELETE", domain=host)
    added = sites.console(desk, "domain/add", domain="localhost", email="web@shop.example")
    sites.console(desk, "domain/operator/add", domain="localhost", email=desk.json["agents"][0]["email"])
    shop.link = added["link"]
    shop.policy = POLICY.format(http=desk.json["http"], ws=desk.json["ws"].removesuffix("/pcsocket/WS"))
    assert added["socketLink"] == desk.json["ws"]
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM, "there is no `chromium` on this machine, and REQUIRE_CHROMIUM is set"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield hold_answers(browser)
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Callable[..., Visit]]:
    """Opens the site in a browser that has never been there; what goes wrong in a page fails the test."""
    visits: list[Visit] = []

    def begin(path: str = "/", host: str = "localhost", context: BrowserContext | None = None, **options: Any) -> Visit:
        visits.append(Visit(context or chromium.new_context(**options), site, path, host))
        return visits[-1]

    yield begin
    for each in visits:
        assert each.faults == []
        each.context.close()


@pytest.fixture(scope="module")
def browsers(chromium: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Browsers of agents, kept from test to test: they have the console's files, and a session."""
    kept: dict[str, BrowserContext] = {}
    yield kept
    for each in kept.values():
        each.close()


@pytest.fixture
def console(chromium: Browser, desk: Desk, browsers: dict[str, BrowserContext]) -> Iterator[Callable[..., Console]]:
    """The console as an agent sees it who has just come; what goes wrong in its pages fails the test."""
    opened: list[Console] = []

    def begin(at: int = 0, who: dict[str, str] | None = None, at_desk: Desk = desk, **options: Any) -> Console:
        agent = who or desk.json["agents"][at]
        given = {"viewport": {"width": 1400, "height": 860}, "locale": "en-US", "reduced_motion": "reduce"} | options
        again = sum(one.who == agent for one in opened)
        key = f"{agent['email']} {again} {at_desk.port} {given}"
        browsers[key] = browsers.get(key) or chromium.new_context(**given)
        opened.append(Console(browsers[key], at_desk, agent))
        return opened[-1].sign_in()

    yield begin
    for one in opened:
        one.leave()
        assert one.faults == []
    for who in (desk.json["owner"], *desk.json["agents"][1:]):  # so that the next conversation is the first agent's
        desk.http.put("/cs-chat-ticket/v1/offline", headers=desk.bearer(who))


@pytest.fixture
def shop(chromium: Browser, desk: Desk) -> Iterator[Page]:
    """A visitor's browser on the demo shop, with its chat open."""
    context = chromium.new_context(locale="en-US")
    context.set_default_timeout(MS)
    page = context.new_page()
    page.goto(desk.json["site"])
    page.get_by_role("button", name="Open chat").click()
    yield page
    context.close()
