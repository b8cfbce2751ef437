"""The console of agents in a real browser: what they write and send, however late answers are, and what they are told."""

import re
from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.e2e.consoles import ANYTIME, Console, ask, asking, unread
from tests.e2e.site import IN_CHROMIUM
from tests.running import Desk
from tests.waiting import until

pytestmark = IN_CHROMIUM


def test_a_reload_keeps_session_and_draft_and_a_cut_network_sends_once(desk: Desk, console: Callable[..., Console]) -> None:
    number = asking(desk, "Do you ship to Norway?")
    ada = console()
    ada.open("Do you ship to Norway?")
    ada.reply.fill("half a sent")
    path, told = f"conversations/{number}", list[str]()
    ada.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: told.append(str(frame))))
    with ada.page.expect_response(lambda answer: answer.url.endswith(f"{path}/draft")) as stored:
        ada.page.reload()
        expect(ada.reply).to_have_value("half a sent")
        until(lambda: ada.page.evaluate("!!customElements.get('text-expander')"))
    stored.value.finished()
    ada.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(ada.page.get_by_text("Draft saved")).to_be_hidden()
    assert told and not [frame for frame in told if '"type":"typing"' in frame]
    ada.reply.press_sequentially("ence")
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
