"""The console of agents in a real browser: what they see and do all day, with a visitor on a page that has the chat."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e import mails
from tests.e2e.consoles import ANYTIME, Console, ago, ask, asking, bring, unread
from tests.e2e.mails import HOSTILE, HUGE
from tests.e2e.site import IN_CHROMIUM
from tests.running import Desk
from tests.waiting import until

pytestmark = IN_CHROMIUM


def types(field: Locator, shown: Locator) -> None:
    """Types until that is shown: what was typed before somebody watched is not told of."""

    def is_shown() -> bool:
        field.press_sequentially("m")
        return shown.is_visible()

    until(is_shown)


def late_one(desk: Desk) -> int:
    """A conversation of the second agent's that begins to be urgent some seconds before five minutes have passed: its number."""
    owner, contact = desk.json["owner"], {"contact": "cora"}
    urgent = {"when": "logicalExpression", "logicExpression": "1", "list": [{"fieldId": 7, "matchType": "is", "value": "urgent"}]}
    ask(desk, "POST", "SLAPolicies", {"name": "Urgent", "firstRespondWithin": 5.01 / 60, "conditions": urgent}, owner)
    asked = {"conversation": "late", "id": "1", "body": "Too late?", "created_at": ago(seconds=285)}
    bring(
        desk,
        [
            {"type": "agent", "id": "ben", "email": desk.json["agents"][1]["email"], "name": "Ben Agent"},
            {"type": "contact", "id": "cora", "name": "Cora"},
            {"type": "conversation", "id": "late", "subject": "Late", "status": "new", "assignee": "ben"}
            | {"created_at": asked["created_at"]}
            | contact,
            {"type": "message"} | asked | contact,
        ],
    )
    listed = ask(desk, "GET", "conversations")["conversations"]
    number = next(int(one["id"]) for one in listed if one["lastMessage"] == "Too late?")
    ask(desk, "PUT", f"conversations/{number}", {"priority": "urgent"}, owner)
    return number


def counted(desk: Desk, report: str, name: str) -> int:
    """The total of a number of a report."""
    return int(ask(desk, "GET", f"reports/{report}", None, desk.json["owner"])["total"][name])


def test_the_day_of_an_agent(desk: Desk, shop: Page, console: Callable[..., Console], tmp_path: Path) -> None:
    ask(
        desk,
        "POST",
        "cannedResponses",
        {"name": "Greeting", "textContent": "Hello {{contact.name}}, I am {{agent.name}}."},
        desk.json["owner"],
    )
    ask(desk, "POST", "tags", {"name": "parcel"}, desk.json["owner"])
    late = late_one(desk)
    ada = console()
    before = unread(desk)
    ada.titled(before)
    ada.accessible()
    said, log = shop.get_by_label("Your message"), shop.get_by_role("log")
    said.fill("Where is my parcel? https://shop.example/a?b=1)")
    said.press("Enter")
    row = ada.rows.filter(has_text="Where is my parcel?")
    expect(row).to_have_count(1)
    ada.titled(before + 1)
    expect(ada.views.get_by_role("link", name=re.compile(rf"^Mine.*{before + 1} unread"))).to_be_visible()
    ada.open("Where is my parcel?")
    link = ada.messages.get_by_role("link", name="https://shop.example/a?b=1")
    assert (link.get_attribute("href"), link.get_attribute("rel")) == (
        "https://shop.example/a?b=1",
        "noopener noreferrer nofollow",
    )
    ada.titled(before)

    ada.reply.press_sequentially("/greet")
    ada.page.get_by_role("option", name="Greeting").click()
    expect(ada.reply).to_have_value(re.compile(r"^Hello .+, I am Ada Agent\. ?$"))
    ada.reply.press("Control+Enter")
    expect(log.get_by_text("I am Ada Agent.")).to_be_visible()
    picture = tmp_path / "label.txt"
    picture.write_text("42")
    ada.page.locator("input[type=file]").set_input_files(picture)
    expect(ada.page.locator(".composer").get_by_text("label.txt")).to_be_visible()
    ada.write("Here is the label.")
    expect(log.get_by_text("label.txt")).to_be_visible()
    expect(ada.messages.get_by_role("link", name="Download label.txt")).to_be_visible()

    ben = console(1)
    ada.button("Note").click()
    ada.reply.press_sequentially("@ben")
    ada.page.locator(".suggestions").get_by_role("option", name="Ben Agent").click()
    ada.reply.press_sequentially("can you take this?")
    ada.button("Send").click()
    note = ada.messages.get_by_role("listitem").filter(has_text="can you take this?")
    expect(note).to_contain_text("Note · only agents see this")
    expect(ben.views.get_by_role("link", name=re.compile("^Mentions.*1 unread"))).to_be_visible()
    ben.view("Mentions")
    ben.open("Here is the label.")
    expect(ben.messages.get_by_text("can you take this?")).to_be_visible()
    ben.button("Assign to me").click()
    expect(ben.button("Assign to me")).to_be_disabled()
    expect(ada.rows.filter(has_text="Here is the label.")).to_have_count(0)

    types(said, ben.page.get_by_text("is typing…"))
    types(ada.reply, ben.page.get_by_text(re.compile("Ada Agent.*(is|are) typing")))
    types(ben.reply, ada.page.get_by_text(re.compile("Ben Agent.*(is|are) typing")))
    ada.accessible()

    ben.page.get_by_role("combobox", name="Add a tag").fill("parcel")
    ben.page.get_by_role("combobox", name="Add a tag").press("Enter")
    expect(ben.button("Remove the tag parcel")).to_be_visible()
    other = asking(desk, "It is me again")
    ben.button("Merge…").click()
    ben.accessible()
    ben.page.get_by_label("Number of the conversation to merge into this").fill(str(other))
    ben.page.get_by_role("dialog").get_by_role("button", name="Merge…").click()
    expect(ben.messages.get_by_text("It is me again")).to_be_visible()
    target = ben.page.url
    ben.page.goto(re.sub(r"\d+$", str(other), target))
    expect(ben.page).to_have_url(target)
    ben.button("Close conversation").click()
    expect(ben.button("Reopen")).to_be_visible()
    number = int(re.search(r"/(\d+)$", ben.page.url)[1])  # type: ignore[index]
    closed = ask(desk, "GET", f"conversations/{number}")["conversation"]
    assert (closed["status"], len(closed["tagIds"]), closed["agentAssigneeId"]) == ("closed", 1, 3)
    assert [url for url in (*ada.sent, *ben.sent) if not url.startswith((desk.json["http"], "data:", "about:"))] == []

    # Nobody has answered the other one in time, which was counted as soon as it was urgent.
    ben.view("Mine")
    row = ben.rows.filter(has_text="Too late?")
    expect(row.get_by_text(re.compile("^SLA .+ over$"))).to_be_visible()
    ben.open("Too late?")
    ben.button("Show changes").click()
    expect(ben.messages.get_by_text("The time of service ran out")).to_be_visible()
    ben.accessible()
    assert ben.page.url.endswith(f"/{late}")

    until(lambda: counted(desk, "volume", "closedConversations") and counted(desk, "sla", "breachedTickets"))
    owner = console(who=desk.json["owner"])
    owner.page.get_by_role("navigation", name="Screens").get_by_role("link", name="Reports").click()
    for report, column in (("Volume", "Closed"), ("SLA", "Breaches")):
        owner.page.get_by_role("link", name=report).click()
        told = owner.page.get_by_role("row", name="Total").get_by_role("cell")
        names = owner.page.locator(".reports table thead th")
        expect(names.filter(has_text=column)).to_be_visible()
        expect(told.nth(names.all_inner_texts().index(column) - 1)).to_have_text(re.compile("^[1-9]"))


def test_a_reload_keeps_session_and_draft_and_a_cut_network_sends_once(desk: Desk, console: Callable[..., Console]) -> None:
    number = asking(desk, "Do you ship to Norway?")
    ada = console()
    ada.open("Do you ship to Norway?")
    ada.reply.fill("half a sent")
    ada.page.reload()
    expect(ada.reply).to_have_value("half a sent")
    ada.reply.press_sequentially("ence")
    path = f"conversations/{number}"
    until(lambda: ask(desk, "GET", path)["conversation"]["hasDraft"])
    until(lambda: ask(desk, "GET", f"{path}/draft")["conversationDraft"]["plainBody"] == "half a sentence")
    expect(ada.page.get_by_text("Draft saved")).to_be_visible()
    elsewhere = console()
    elsewhere.open("Do you ship to Norway?")
    expect(elsewhere.reply).to_have_value("half a sentence")
    script = "() => document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"
    assert "session_" not in ada.page.evaluate(script), "no script sees the session"

    # What was written elsewhere since then is shown; a note stays in its browser: elsewhere it would be sent as a reply.
    elsewhere.reply.fill("half a sentence, and more")
    expect(elsewhere.page.get_by_text("Draft saved")).to_be_visible()
    ada.page.reload()
    expect(ada.reply).to_have_value("half a sentence, and more")
    ada.button("Note").click()
    expect(ada.page.get_by_text("Draft saved")).to_be_visible()
    elsewhere.page.reload()
    expect(elsewhere.messages.get_by_text("Do you ship to Norway?")).to_be_visible()
    assert desk.http.get(f"{ANYTIME}/conversations/{number}/draft", headers=desk.agent()).status_code == 404
    expect(elsewhere.reply).to_have_value("")
    ada.page.reload()
    expect(ada.reply).to_have_value("half a sentence, and more")
    expect(ada.button("Note")).to_have_attribute("aria-pressed", "true")
    ada.button("Note").click()

    ada.context.set_offline(True)
    ada.write("first")
    ada.write("second")
    expect(ada.messages.get_by_text("Waits for a connection")).to_have_count(2)
    desk.http.post(
        f"{ANYTIME}/conversations/{number}/messages",
        json={"type": "note", "plainBody": "meanwhile"},
        headers=desk.bearer(desk.json["owner"]),
    )
    ada.context.set_offline(False)
    expect(ada.messages.get_by_text("Waits for a connection")).to_have_count(0)
    expect(ada.messages.get_by_text("meanwhile")).to_be_visible()
    assert [one["plainBody"] for one in ask(desk, "GET", f"conversations/{number}/messages")["messages"]] == [
        "Do you ship to Norway?",
        "meanwhile",
        "first",
        "second",
    ]

    # The answer is lost on its way: it is tried again under the same key.
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    ada.page.route(f"**/conversations/{number}/messages", lose)
    ada.write("once only")
    until(lambda: ada.page.evaluate("!Object.keys(localStorage).some((name) => name.includes('outbox'))") and lost)
    expect(ada.messages.get_by_text("once only")).to_have_count(1)
    texts = [one["plainBody"] for one in ask(desk, "GET", f"conversations/{number}/messages")["messages"]]
    assert lost and texts.count("once only") == 1

    second = ada.tab()
    second.goto(ada.page.url)
    expect(second.get_by_role("list", name="Messages").get_by_text("once only")).to_be_visible()
    second.get_by_role("textbox", name="Reply").fill("from the second tab")
    second.get_by_role("button", name="Send", exact=True).click()
    expect(ada.messages.get_by_text("from the second tab")).to_be_visible()
    ada.page.get_by_role("button", name=re.compile("^Ada Agent")).click()
    ada.button("Sign out").click()
    for page in (ada.page, second):
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    desk.online()


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


def test_what_concerns_an_agent_is_told(desk: Desk, console: Callable[..., Console]) -> None:
    """Sound, notification, title and icon, each only for messages in the agent's conversations and for mentions."""
    quiet = asking(desk, "For Ben alone")
    ask(desk, "PUT", f"conversations/{quiet}", {"agentAssigneeId": desk.json["agents"][1]["id"]})
    visitor = desk.arrive()
    desk.say(visitor, "For Ada")
    ada = console()
    ada.page.add_init_script(TOLD)
    ada.page.reload()
    ada.view("All open")
    expect(ada.rows.filter(has_text="For Ada")).to_contain_text("Ada Agent")
    before = unread(desk)
    assert before > 0
    ada.titled(before, "All open")
    icon = ada.page.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", re.compile("^data:image/png"))
    told = lambda: ada.page.evaluate("told")  # noqa: E731 (what the page has told so far)

    def change(number: int, act: Callable[[], object]) -> None:
        """Does what changes a conversation, and waits until the page has looked at it."""
        with ada.page.expect_response(re.compile(rf"/conversations/{number}\?")) as looked:
            act()
        looked.value.finished()
        ada.page.evaluate("new Promise(requestAnimationFrame)")

    number = next(int(one["id"]) for one in ask(desk, "GET", "conversations")["conversations"] if one["lastMessage"] == "For Ada")
    ada.menu("Sound for new messages").check()
    assert told() == [660, 880], "so that they know how it sounds"
    ada.page.get_by_role("checkbox", name="Desktop notifications").check()
    ada.page.keyboard.press("Escape")
    change(
        quiet,
        lambda: ask(
            desk, "POST", f"conversations/{quiet}/messages", {"type": "note", "plainBody": "For nobody"}, desk.json["owner"]
        ),
    )
    assert told() == [660, 880], "somebody else's"
    change(number, lambda: desk.say(visitor, "Hello Ada"))
    until(lambda: len(told()) > 4)
    assert told() == [660, 880] * 2 + [["New message from " + name_of(desk, number), "Hello Ada"]]
    mention = {
        "type": "note",
        "plainBody": "@Ada Agent look",
        "htmlBody": '<span data-id="2" class="athighlight">@Ada Agent</span> look',
    }
    change(quiet, lambda: ask(desk, "POST", f"conversations/{quiet}/messages", mention, desk.json["owner"]))
    until(lambda: len(told()) > 7)
    assert told()[5:7] == [660, 880] and told()[7][0] == f"A note about {name_of(desk, quiet)} mentions you"
    ada.page.evaluate("last.onclick()")
    expect(ada.messages.get_by_text("look")).to_be_visible()
    ada.page.goto(f"{desk.json['http']}/console#/inbox/open/{number}")
    expect(ada.messages.get_by_text("Hello Ada")).to_be_visible()
    until(lambda: unread(desk) < before)
    desk.say(visitor, "While you look")
    expect(ada.messages.get_by_text("While you look")).to_be_visible()
    assert len(told()) == 8, "what they see is not told"

    # What they leave unread stays so, while it is open and when something happens to it.
    ada.titled(before - 1, "All open")
    ada.page.locator(".conversation-head").get_by_role("button", name="Mark as unread").click()
    ada.titled(before, "All open")
    ada.page.get_by_role("combobox", name="Priority", exact=True).select_option("low")
    until(lambda: ask(desk, "GET", f"conversations/{number}")["conversation"]["priority"] == "low")
    expect(ada.rows.filter(has_text="While you look").locator(".unread-dot")).to_be_visible()
    assert unread(desk) == before
    ada.context.set_offline(True)
    ada.page.get_by_role("combobox", name="Priority", exact=True).select_option("high")
    expect(ada.page.get_by_role("combobox", name="Priority", exact=True)).to_have_value("low")
    ada.context.set_offline(False)


def test_files_are_pasted_and_dropped(desk: Desk, console: Callable[..., Console]) -> None:
    asking(desk, "Show me")
    ada = console(permissions=["clipboard-read", "clipboard-write"])
    ada.open("Show me")
    files = ada.page.locator(".composer .files")
    ada.page.evaluate(COPY)
    ada.reply.press("Control+v")
    expect(files.get_by_text("image.png", exact=True)).to_be_visible()
    data = ada.page.evaluate_handle(
        "() => { const held = new DataTransfer(); held.items.add(new File(['a,b'], 'list.csv')); return held; }"
    )
    ada.page.locator(".thread").dispatch_event("dragover", {"dataTransfer": data})
    expect(ada.page.get_by_text(re.compile("^Drop files"))).to_be_visible()
    ada.page.locator(".thread").dispatch_event("drop", {"dataTransfer": data})
    expect(files.get_by_text("list.csv", exact=True)).to_be_visible()
    expect(ada.page.get_by_text(re.compile("^Drop files"))).to_be_hidden()
    ada.page.reload()
    expect(files.get_by_text("list.csv", exact=True)).to_be_visible()
    ada.button("Send").click()
    expect(ada.messages.get_by_role("link", name="Download list.csv")).to_be_visible()
    picture = ada.messages.get_by_role("img", name=re.compile("image.png"))
    expect(picture).to_be_visible()
    until(lambda: picture.evaluate("(one) => one.naturalWidth") == 2)


def test_what_is_answered_late_goes_where_it_belongs(desk: Desk, console: Callable[..., Console]) -> None:
    first, second = asking(desk, "I am first"), asking(desk, "I am second")
    for tag in ("one", "two"):
        ask(desk, "POST", "tags", {"name": tag}, desk.json["owner"])
    ada = console()
    held: list[Route] = []
    only = {"method": "GET", "path": ""}

    def hold(route: Route) -> None:
        if route.request.method == only["method"] and only["path"] in route.request.url:
            held.append(route)
        else:
            route.continue_()

    ada.page.route("**/api/v3/anytime/**", hold)

    # What happens while one is being opened is shown once it is open.
    only["path"] = f"conversations/{first}/messages"
    ada.rows.filter(has_text="I am first").get_by_role("link").click()
    until(lambda: held or ada.page.evaluate("1") == 0)
    old = held.pop()
    answer = old.fetch()
    with ada.page.expect_response(re.compile("conversations/unreadCount")):
        ask(desk, "POST", f"conversations/{first}/messages", {"type": "note", "plainBody": "meanwhile"}, desk.json["owner"])
    only["path"] = "nothing"
    old.fulfill(response=answer)
    expect(ada.messages.get_by_text("meanwhile")).to_be_visible()

    # Two tags in a row are both there; an undo is for what was closed, not for what is open then.
    field = ada.page.get_by_role("combobox", name="Add a tag")
    only |= {"method": "PUT", "path": f"conversations/{first}"}
    for tag in ("one", "two"):
        field.fill(tag)
        field.press("Enter")
    until(lambda: held or ada.page.evaluate("1") == 0)
    only["method"] = "none"
    held.pop().continue_()
    for tag in ("one", "two"):
        expect(ada.button(f"Remove the tag {tag}")).to_be_visible()
    ada.page.unroute_all()
    ada.button("Close conversation").click()
    expect(ada.button("Reopen")).to_be_visible()
    ada.open("I am second")
    ada.button("Undo").click()
    until(lambda: ask(desk, "GET", f"conversations/{first}")["conversation"]["status"] != "closed")
    assert ask(desk, "GET", f"conversations/{second}")["conversation"]["status"] != "closed"


#: What a page tells an agent outside of itself, in `told`: pitches, and titles with texts.
TOLD = """
  window.told = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { told.push(this.frequency.value); start.call(this, at); };
  window.Notification = class {
    static permission = 'default';
    static requestPermission() { this.permission = 'granted'; return Promise.resolve('granted'); }
    constructor(title, { body }) { told.push([title, body]); window.last = this; }
    close() {}
  };
"""
#: Puts a picture of two pixels by one onto the clipboard.
COPY = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 2, height: 1 });
  canvas.getContext('2d').fillRect(0, 0, 2, 1);
  const picture = await new Promise((go) => canvas.toBlob(go));
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
}"""


def name_of(desk: Desk, number: int) -> str:
    """The name of a conversation's contact."""
    return str(ask(desk, "GET", f"conversations/{number}?include=contact")["conversation"]["contact"]["name"])


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


def test_an_administrator_sets_the_account_up(desk: Desk, console: Callable[..., Console]) -> None:
    owner = console(who=desk.json["owner"])
    page = owner.page
    page.get_by_role("navigation", name="Screens").get_by_role("link", name="Settings").click()

    def new(kind: str, add: str, name: str = "Name", **given: str) -> None:
        page.get_by_role("navigation", name="Settings").get_by_role("link", name=kind, exact=True).click()
        page.get_by_role("link", name=add).click()
        for label, text in ({name: given.pop("called")} | given).items():
            page.get_by_role("textbox", name=label).fill(text)

    def create() -> None:
        owner.button("Create").click()

    new("Canned replies", "New canned reply", called="Sizes", Text="We have S, M and L.")
    owner.accessible()
    create()
    expect(page.get_by_role("row", name=re.compile("Sizes.*We have S"))).to_be_visible()
    owner.accessible()

    new("Tags", "New tag", called="wholesale")
    create()
    new("Tags", "New tag", called="wholesale")
    create()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_accessible_description("tag is taken: wholesale")
    expect(name).to_be_focused()
    expect(name).to_have_value("wholesale")
    owner.accessible()

    new("Departments", "New department", called="Returns")
    page.get_by_label("Ben Agent").check()
    create()
    expect(page.get_by_role("row", name=re.compile("Returns.*Ben Agent"))).to_be_visible()

    new("Triggers", "New trigger", called="Urgent mails")
    owner.button("Add a condition").click()
    condition = page.get_by_role("group", name="Condition 1")
    condition.get_by_label("Field").select_option("Subject")
    condition.get_by_label("Value").fill("broken")
    owner.button("Add a value").click()
    page.get_by_role("group", name="Row 1").get_by_label("Field").select_option("Priority")
    page.get_by_role("group", name="Row 1").get_by_label("Value").select_option("Urgent")
    create()
    page.set_viewport_size({"width": 390, "height": 780})
    expect(page.get_by_role("row", name=re.compile("Urgent mails"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1400, "height": 860})
    page.get_by_role("link", name="Urgent mails").click()
    expect(condition.get_by_label("Value")).to_have_value("broken")
    owner.accessible()
    trigger = ask(desk, "GET", "triggers", None, desk.json["owner"])["triggers"][0]
    assert [(one["fieldId"], one["matchType"], one["value"]) for one in trigger["conditions"]["list"]] == [
        (16, "contains", "broken")
    ]
    assert [(one["fieldId"], one["value"]) for one in trigger["autoUpdate"]] == [(7, "urgent")]

    new("Webhooks", "New webhook", name="Address", called="http://hooks.example/desk")
    create()
    address = page.get_by_role("textbox", name="Address")
    expect(address).to_have_accessible_description(re.compile("Address must begin with https://"))
    address.fill("https://hooks.example/desk")
    create()
    secret = page.get_by_role("textbox", name="Secret").input_value()
    assert len(secret) > 20
    owner.accessible()
    owner.button("Close").click()
    page.get_by_role("link", name="https://hooks.example/desk").click()
    expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
    assert secret not in page.content()
    owner.button("Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert [kind["name"] for kind in ask(desk, "GET", "cannedResponses")["cannedResponses"]][-1] == "Sizes"

    new("Routing rules", "New rule", called="Returns")
    owner.button("Add a condition").click()
    condition.get_by_label("Field").select_option("Last message")
    condition.get_by_label("Value").fill("send back")
    page.get_by_label("Goes to").select_option("A department")
    page.get_by_label("Department", exact=True).select_option("Returns")
    held: list[Route] = []
    page.route("**/customRules", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    create()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Routing", exact=True).click()
    page.get_by_label("By", exact=True).select_option("Routing rules")
    with page.expect_response("**/customRules") as made:  # who has gone on to another screen is not brought back
        held.pop().continue_()
    made.value.finished()
    page.evaluate("new Promise(requestAnimationFrame)")
    owner.button("Save").click()
    until(lambda: ask(desk, "GET", "routing/1")["routingrule"]["type"] == "customRules")
    page.get_by_role("textbox", name="Message").fill("May I send back the hat?")
    owner.button("Try it").click()
    expect(page.get_by_text("The rule “Returns” matches, so it goes to the department Returns.")).to_be_visible()
    owner.accessible()

    page.get_by_role("link", name="Working time").click()
    page.get_by_role("checkbox", name="Saturday").check()
    page.get_by_label("Saturday to").fill("12:30")
    owner.button("Save").click()
    until(lambda: ask(desk, "GET", "workingTime")["workingTimes"][5]["endMin"] == 30)
    owner.accessible()
    page.get_by_role("link", name="Domains").click()
    page.get_by_role("row", name=re.compile("^localhost")).get_by_role("link").click()
    expect(page.get_by_text("<script async")).to_be_visible()


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
