"""The console of agents in a real browser: what they find, read and count, whatever strangers have sent."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.e2e import mails
from tests.e2e.consoles import Console, ask, asking, counted
from tests.e2e.mails import HOSTILE, HUGE
from tests.e2e.site import IN_CHROMIUM
from tests.running import Desk
from tests.waiting import until

pytestmark = IN_CHROMIUM


def test_hostile_mails_reach_neither_the_page_nor_anybody_else(desk: Desk, console: Callable[..., Console]) -> None:
    number, huge = mails.send(desk, "Hostile", HOSTILE), mails.send(desk, "Huge", HUGE)
    asked: list[str] = []
    ada = console()
    ada.context.on("request", lambda one: asked.append(one.url) if "evil.example" in one.url else None)
    at = f"{desk.json['http']}/console#/inbox/open"

    def is_well() -> None:
        """The page is the agent's: it takes what is typed and clicked, and has nothing over it."""
        ada.reply.fill("still here")
        expect(ada.button("Send")).to_be_enabled()
        ada.button("Hide details").click()
        ada.button("Show details").click()
        ada.reply.fill("")
        assert asked == [], "not even what the policy would refuse"
        assert "taken" not in ada.page.title()

    def shown_as(path: str, body: str) -> None:
        """Answers as if nothing had been taken out when it was stored."""

        def answer(route: Route) -> None:
            told = route.fetch().json()
            for one in told["messages"]:
                one |= {"type": "email", "htmlBody": body, "plainBody": "bold", "quote": "> what was said"}
            route.fulfill(json=told)

        ada.page.route(path, answer)

    frame = ada.page.frame_locator("iframe.mail")
    for body in (None, HOSTILE, HUGE):  # as it is stored, and as if it were raw
        if body:
            ada.page.unroute_all()
            shown_as(f"**/conversations/{number}/messages?*", body)
        ada.page.goto(f"{at}/{number}")
        ada.page.reload()
        expect(frame.get_by_text("bold")).to_be_visible()
        if body != HUGE:
            fine = frame.get_by_role("link", name="fine")
            with ada.context.expect_page() as opened:
                fine.click()
            assert opened.value.evaluate("window.opener") is None
            opened.value.close()
            for name in ("script", "broken", "data"):
                expect(frame.get_by_text(name, exact=True)).to_be_visible()
                expect(frame.get_by_role("link", name=name, exact=True)).to_have_count(0)
        if frame.get_by_role("button", name="Go").count():
            frame.get_by_role("button", name="Go").click()
        is_well()
    ada.page.unroute_all()
    ada.page.goto(f"{at}/{huge}")
    with ada.page.expect_download() as saved:
        ada.messages.get_by_role("link", name="Download message.html").click()
    assert "deep" in saved.value.path().read_text()
    is_well()
    ada.faults.clear()  # what the policies refused was said


#: The links of some texts, and how many milliseconds the longest that a stranger can send take.
LINKS = """async () => {
  const { linked } = await import('./static/console/links.js');
  const links = (text) => linked(text).filter((one) => one?.props).map((one) => one.props.href);
  const long = ['!'.repeat(59000) + 'x', '('.repeat(29000) + ')'.repeat(29000), ('!'.repeat(1900) + 'x http://').repeat(30)];
  const from = performance.now();
  long.forEach((text) => linked(`http://${text}`));
  return [links('(see https://a.example/b_(c)). Or http://d.example/[e], javascript:f'), performance.now() - from];
}"""


def test_no_text_and_no_link_of_a_stranger_stops_the_page(desk: Desk, console: Callable[..., Console]) -> None:
    ada = console()
    ada.page.goto(f"{desk.json['http']}/console#/inbox/%/%E0%A4%A")
    expect(ada.views).to_be_visible()
    links, ms = ada.page.evaluate(LINKS)
    assert links == ["https://a.example/b_(c)", "http://d.example/[e]"]
    assert ms < 2_000


#: Answers to the page's calls for its list and for messages, made in the page: 20 pages of 500, and 3 of 50.
MANY = """
  const [asked, template, message] = [window.fetch, %s, %s];
  const some = (count, make) => Array.from({ length: count }, (_, at) => make(at));
  const list = (page) => ({
    conversations: some(500, (at) => (page - 1) * 500 + at)
      .map((at) => ({ ...template, id: 100000 + at, lastMessage: `number ${at}` })),
    total: 10000,
    totalIsExact: true,
    nextPage: page < 20 ? `${location.origin}/x?pageIndex=${page + 1}&cursor=x` : null,
  });
  const history = (before) => ({
    messages: some(50, (at) => before - 50 + at).map((at) => ({ ...message, id: 1000 + at, plainBody: `line ${at}` })),
    previousPage: before > 50 ? `${location.origin}/x?pageSize=50&cursor=${before - 50}` : undefined,
  });
  window.fetch = (url, given) => {
    const { pathname, searchParams } = new URL(url, location.href);
    const number = (name, otherwise) => Number(searchParams.get(name) ?? otherwise);
    if (pathname.endsWith('/anytime/conversations')) return Promise.resolve(Response.json(list(number('pageIndex', 1))));
    if (pathname.endsWith('/messages')) return Promise.resolve(Response.json(history(number('cursor', 150))));
    return asked(url, given);
  };
"""


def test_ten_thousand_conversations_are_a_few_rows_and_old_messages_keep_their_place(
    desk: Desk, console: Callable[..., Console]
) -> None:
    number = asking(desk, "A long story")
    ada = console()
    template = ask(desk, "GET", f"conversations/{number}?include=contact,agentAssignee")["conversation"]

    (message,) = ask(desk, "GET", f"conversations/{number}/messages?include=sender")["messages"]
    ada.page.add_init_script(MANY % (json.dumps(template), json.dumps(message)))
    ada.page.reload()
    ada.view("All open")
    expect(ada.page.get_by_text("number 0", exact=True)).to_be_visible()
    box = ada.page.locator(".rows")
    read = """async (box) => {
      while (!box.textContent.includes('number 9999')) {
        box.scrollTop = box.scrollHeight;
        await new Promise(requestAnimationFrame);
      }
    }"""
    box.evaluate(read)
    assert ada.rows.count() < 60
    usual = box.evaluate(
        """async (box) => {
          const spans = [];
          for (let at = 0; at < 40; at += 1) {
            const begin = performance.now();
            box.scrollTop = at * 19_000;
            await new Promise(requestAnimationFrame);
            spans.push(performance.now() - begin);
          }
          return spans.sort((one, other) => one - other)[20];
        }"""
    )
    assert usual < 100, "milliseconds from a jump to what is shown there"

    ada.page.goto(f"{desk.json['http']}/console#/inbox/open/{number}")
    expect(ada.messages.get_by_text("line 149", exact=True)).to_be_in_viewport()
    thread = ada.page.locator(".thread")
    seen = ada.messages.get_by_text("line 101", exact=True)
    thread.evaluate("(box) => { box.scrollTop = 0 }")
    expect(ada.messages.get_by_text("line 60", exact=True)).to_be_attached()
    expect(seen).to_be_in_viewport()


def test_keys_search_filters_and_a_deleted_conversation_that_comes_back(desk: Desk, console: Callable[..., Console]) -> None:
    number = asking(desk, "Kirschkuchen please")
    ada = console(color_scheme="dark")
    search = ada.page.get_by_role("textbox", name="Search")
    until(lambda: ask(desk, "GET", "conversations?keywords=kirschkuchen")["conversations"])
    ada.page.keyboard.press("Control+k")
    expect(search).to_be_focused()
    search.fill("kirschkuchen")
    search.press("Enter")
    expect(ada.messages.get_by_text("Kirschkuchen please")).to_be_visible()
    assert ada.page.url.endswith(f"/{number}")
    keys = ada.page.keyboard
    ada.page.locator(".thread").focus()
    keys.press("?")
    expect(ada.page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    ada.accessible()
    keys.press("Escape")
    keys.press("r")
    expect(ada.reply).to_be_focused()
    keys.type("jk d")
    expect(ada.reply).to_have_value("jk d")
    ada.reply.fill("")
    keys.press("Escape")
    ada.page.get_by_role("combobox", name="Priority", exact=True).select_option("urgent")
    expect(ada.rows.filter(has_text="Kirschkuchen").get_by_text("Urgent")).to_be_visible()
    ada.accessible()
    ada.button("New filter…").click()
    ada.page.get_by_label("Name of the filter").fill("Burning")
    ada.page.get_by_role("dialog").get_by_role("combobox", name="Priority", exact=True).select_option("urgent")
    ada.button("Save").click()
    expect(ada.views.get_by_role("link", name="Burning")).to_have_attribute("aria-current", "page")
    ada.open("Kirschkuchen please")
    ada.page.locator(".thread").focus()
    keys.press("d")
    ada.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(ada.rows.filter(has_text="Kirschkuchen please")).to_have_count(0)
    ada.view("Deleted")
    ada.open("Kirschkuchen please")
    ada.page.locator(".composer").get_by_role("button", name="Restore").click()
    expect(ada.reply).to_be_visible()
    ada.page.get_by_role("button", name=re.compile("^Ada Agent")).click()
    ada.page.get_by_label("Single keys").uncheck()
    ada.page.get_by_role("combobox", name="Language").select_option("zh")
    expect(ada.page.get_by_role("navigation", name="视图")).to_be_visible()
    ada.page.set_viewport_size({"width": 390, "height": 780})
    ada.page.keyboard.press("Escape")
    ada.accessible()
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= 390
    ada.page.locator(".thread").focus()
    keys.press("d")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    ada.page.get_by_role("button", name="视图").click()
    expect(ada.views_of("视图").get_by_role("link").first).to_be_focused()
    keys.press("Escape")
    expect(ada.views_of("视图")).to_be_hidden()
    expect(ada.button("关闭会话")).to_be_visible()


def test_reports_count_and_plain_agents_see_no_settings(desk: Desk, console: Callable[..., Console]) -> None:
    number = asking(desk, "Is it in stock?")
    owner = console(who=desk.json["owner"], color_scheme="dark")
    page = owner.page
    page.get_by_role("navigation", name="Screens").get_by_role("link", name="Reports").click()
    expect(page.get_by_role("definition").first).to_have_text(re.compile("[1-9]"))
    owner.accessible()
    page.get_by_role("link", name="Volume").click()
    created = page.get_by_role("row", name="Total").get_by_role("cell").first
    everyone = len(ask(desk, "GET", "conversations")["conversations"])  # what is counted later would not be shown
    until(lambda: counted(desk, "volume", "createdConversations") >= everyone)
    told = counted(desk, "volume", "createdConversations")
    page.get_by_label("Period").select_option("Last 30 days")
    expect(created).to_have_text(str(told))
    expect(page.get_by_role("img", name="Chart: Created, Closed, Replied to")).to_be_visible()
    owner.accessible()
    page.get_by_label("A line for each").select_option("Agent")
    expect(page.get_by_role("row", name=re.compile("^Ada Agent"))).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download as CSV").click()
    assert "Ada Agent" in saved.value.path().read_text("utf-8-sig")
    page.set_viewport_size({"width": 390, "height": 780})
    owner.accessible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1400, "height": 860})
    page.goto(f"{desk.json['http']}/console#/inbox/open/{number}")
    with page.expect_download() as saved:
        owner.button("Export").click()
    assert saved.value.suggested_filename.endswith(".zip")
    owner.button("Erase…").click()
    owner.accessible()
    owner.button("Cancel").click()

    ada = console()
    screens = ada.page.get_by_role("navigation", name="Screens").get_by_role("link")
    expect(screens).to_have_text(["Reports"])
    screens.click()
    expect(ada.page.get_by_role("heading", name="Agents now")).to_be_visible()
    expect(ada.page.get_by_role("link", name="Volume")).to_have_count(0)
    ada.page.goto(f"{desk.json['http']}/console#/settings/tags")
    expect(ada.page.get_by_text("There is no such page here.")).to_be_visible()
