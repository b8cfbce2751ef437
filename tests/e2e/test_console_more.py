"""The console of agents in a real browser, beside their day: snoozing, files, a week that is drawn, and what others change."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from infra import bucket
from tests.e2e.consoles import Console, ask, asking
from tests.e2e.site import IN_CHROMIUM
from tests.pictures import picture
from tests.running import Desk
from tests.waiting import until

pytestmark = IN_CHROMIUM


def test_a_conversation_is_snoozed_by_the_keyboard_and_is_back_when_its_contact_writes(
    desk: Desk, console: Callable[..., Console]
) -> None:
    visitor = desk.arrive()
    desk.say(visitor, "Is it repaired?")
    ada = console(timezone_id="Asia/Shanghai")
    ada.open("Is it repaired?")
    row, panel = ada.rows.first, ada.page.get_by_role("complementary", name="Details")
    ada.page.keyboard.press("z")
    dialog = ada.page.get_by_role("dialog", name="Snooze…")
    expect(dialog.get_by_role("button", name=re.compile("^Tomorrow.*09:00"))).to_be_visible()
    expect(dialog.get_by_text("Asia/Shanghai")).to_be_visible()
    ada.accessible()
    dialog.get_by_role("button", name=re.compile("^Next week")).click()
    expect(panel.get_by_text(re.compile("^Mon.*09:00"))).to_be_visible()
    expect(row.get_by_text(re.compile("^Mon.*09:00"))).to_be_visible()
    expect(panel.get_by_label("Status")).to_have_value("onHold")
    number = int(ada.page.url.rpartition("/")[2])
    shown = ask(desk, "GET", f"conversations/{number}")["conversation"]
    assert (shown["status"], shown["snoozedUntil"][11:19]) == ("onHold", "01:00:00"), "nine o'clock in Shanghai"
    ada.accessible()
    ada.view("All open")
    desk.say(visitor, "I can fetch it now.")
    expect(ada.rows.filter(has_text="I can fetch it now.").get_by_text("Snoozed until")).to_have_count(0)
    assert ask(desk, "GET", f"conversations/{number}")["conversation"]["snoozedUntil"] is None


def test_a_snooze_ends_by_itself_in_each_console_and_marks_it_as_unread(desk: Desk, console: Callable[..., Console]) -> None:
    number = asking(desk, "Will you call me?")
    ada = console()
    row = ada.rows.filter(has_text="Will you call me?")
    expect(row).to_have_count(1)
    soon = ada.page.evaluate("new Date(Date.now() + 6000).toISOString()")
    ask(desk, "PUT", f"conversations/{number}/read")
    ask(desk, "PUT", f"conversations/{number}/snooze", {"until": soon})
    expect(row.get_by_text("Snoozed until")).to_have_count(1)
    expect(row.get_by_text("Snoozed until")).to_have_count(0)
    expect(row.get_by_text("Unread")).to_have_count(1)
    assert until(lambda: ask(desk, "GET", f"conversations/{number}")["conversation"]["status"] == "new")


def test_files_come_and_go_under_the_desk_s_own_address(
    desk: Desk, shop: Page, console: Callable[..., Console], tmp_path: Path
) -> None:
    http, asked = desk.json["http"], list[str]()
    shop.on("response", lambda answer: asked.append(answer.url))
    label, trap = tmp_path / "label.png", tmp_path / "trap.html"
    label.write_bytes(picture())
    trap.write_text("<script>document.title = 'trapped'</script>")
    ada = console()
    shop.get_by_label("Your message").fill("This is on the box:")
    shop.get_by_label("Your message").press("Enter")
    ada.open("This is on the box:")
    shop.locator("input[type=file]").set_input_files(label)
    image = ada.messages.get_by_role("img", name="Image label.png")
    expect(image).to_be_visible()
    assert until(lambda: image.evaluate("one => one.naturalWidth")) == 600
    ada.page.locator("input[type=file]").set_input_files(trap)
    ada.write("Do not open this.")
    expect(shop.get_by_role("log").get_by_text("trap.html")).to_be_visible()
    assert [url for url in (*ada.sent, *asked) if not url.startswith((f"{http}/", "data:", "about:", "blob:"))] == []

    link = ada.messages.get_by_role("link", name="Download trap.html").get_attribute("href")
    signed = desk.http.get(str(link)).headers["Location"]
    found = desk.http.get(signed)
    assert signed.startswith(f"{http}/") and found.text == trap.read_text()
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert (found.headers["Content-Security-Policy"][:28], found.headers["X-Content-Type-Options"]) == (
        "sandbox; default-src 'none';",
        "nosniff",
    )


def test_the_bucket_of_the_local_desk_takes_what_was_signed_and_nothing_else(desk: Desk) -> None:
    large = bytes(range(256)) * 78_000
    form = ask(desk, "POST", "attachments/uploads", {"fileName": "film.bin", "size": len(large)})
    assert form["url"].startswith(desk.json["http"])
    assert desk.http.post(form["url"], data=form["fields"], files={"file": large}).status_code == 204
    shown = ask(desk, "GET", f"attachments/{form['guid']}")["attachment"]
    signed = desk.http.get(shown["url"]).headers["Location"]
    assert desk.http.get(signed).content == large
    plain = signed.partition("?")[0]
    for method, url in (
        ("GET", plain),
        ("GET", form["url"]),
        ("HEAD", signed),
        ("PUT", signed),
        ("DELETE", signed),
        ("POST", plain),
    ):
        answer = desk.http.request(method, url)
        assert (method, answer.status_code, answer.headers["Content-Type"]) == (method, 403, "application/json")
    assert desk.http.get(signed).content == large
    assert desk.http.post(form["url"], content=b"x" * (bucket.MOST_BYTES + 1)).status_code == 413


def test_a_week_is_drawn_with_a_pointer_and_what_overlaps_is_not_sent(desk: Desk, console: Callable[..., Console]) -> None:
    owner = console(who=desk.json["owner"])
    page = owner.page
    page.goto(f"{desk.json['http']}/console#/settings/hours")
    sunday = page.get_by_role("group", name="Sunday")
    bar = sunday.locator(".week-bar")

    def drag(begin: float, end: float) -> None:
        """Draws from one hour to another."""
        box = bar.bounding_box()
        assert box
        across, y = box["width"] / 24, box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + begin * across, y)
        page.mouse.down()
        page.mouse.move(box["x"] + (begin + end) / 2 * across, y)
        page.mouse.move(box["x"] + end * across, y)
        page.mouse.up()

    def times() -> list[str]:
        return [field.input_value() for field in sunday.locator("input[type=time]").all()]

    expect(bar).to_be_visible()
    for begin, end, drawn in (
        (9.02, 12.03, ["09:00", "12:00"]),
        (14, 18, ["09:00", "12:00", "14:00", "18:00"]),
        (18, 20.5, ["09:00", "12:00", "14:00", "20:30"]),
        (17, 13, ["09:00", "12:00", "12:00", "18:30"]),  # moved as far as the first one lets it
        (9, 6.27, ["06:15", "12:00", "12:00", "18:30"]),
        (20, 23.99, ["06:15", "12:00", "12:00", "18:30", "20:00", "00:00"]),
    ):
        drag(begin, end)
        assert times() == drawn
    owner.accessible()
    sunday.get_by_label("Sunday from").nth(1).fill("11:00")
    page.keyboard.press("Tab")
    expect(sunday.get_by_role("alert")).to_have_text(re.compile("overlap"))
    sunday.get_by_label("Sunday from").nth(1).fill("13:00")
    page.keyboard.press("Tab")
    owner.button("Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    shown = ask(desk, "GET", "workingTime")["workingTimes"][6]["periods"]
    assert [(one["startHour"], one["startMin"], one["endHour"], one["endMin"]) for one in shown] == [
        (6, 15, 12, 0),
        (13, 0, 18, 30),
        (20, 0, 24, 0),
    ]


def test_what_others_change_appears_without_a_reload(desk: Desk, console: Callable[..., Console]) -> None:
    number = asking(desk, "Which colour is it?")
    ada, owner = console(), desk.json["owner"]
    row = ada.rows.filter(has_text="Which colour is it?")
    expect(row).to_have_count(1)
    tag = ask(desk, "POST", "tags", {"name": "colours"}, owner)["tag"]
    ask(desk, "PUT", f"conversations/{number}", {"tagIds": [tag["id"]]}, owner)
    expect(row.get_by_text("colours")).to_be_visible()
    ask(desk, "PUT", f"tags/{tag['id']}", {"name": "paint"}, owner)
    expect(row.get_by_text("paint")).to_be_visible()
    ada.open("Which colour is it?")
    department = ask(desk, "POST", "departments", {"name": "Workshop"}, owner)["department"]
    panel = ada.page.get_by_role("complementary", name="Details")
    expect(panel.get_by_label("Department").get_by_role("option", name="Workshop")).to_have_count(1)
    ask(desk, "PUT", f"departments/{department['id']}", {"name": "Garage"}, owner)
    expect(panel.get_by_label("Department").get_by_role("option", name="Garage")).to_have_count(1)


#: Before the page's scripts: the socket says nothing until `openSocket()`, and the list's answers wait for `openList()`.
OPENING = """
  const [socket, list] = ['openSocket', 'openList'].map((name) => new Promise((go) => { window[name] = go; }));
  window.heard = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', () => { window.heard += 1; });
    }
    send(given) {
      socket.then(() => super.send(given));
    }
  };
  const asked = window.fetch;
  window.fetch = async (url, given) => {
    const answer = await asked(url, given);
    if (new URL(url, location.href).pathname.endsWith('/anytime/conversations')) {
      window.isAnswered = true;
      await list;
    }
    return answer;
  };
"""


def test_what_changes_while_a_page_opens_is_shown(desk: Desk, console: Callable[..., Console]) -> None:
    number = asking(desk, "Are you open?")
    ada, owner = console(), desk.json["owner"]
    ada.page.add_init_script(OPENING)
    ada.page.reload()
    until(lambda: ada.page.evaluate("window.isAnswered"))
    ada.page.wait_for_load_state("networkidle")
    tag = ask(desk, "POST", "tags", {"name": "opening"}, owner)["tag"]
    ask(desk, "PUT", f"conversations/{number}", {"tagIds": [tag["id"]]}, owner)
    ada.page.evaluate("openSocket()")
    until(lambda: ada.page.evaluate("window.heard >= 2"))
    ada.page.evaluate("openList()")
    expect(ada.rows.filter(has_text="Are you open?").get_by_text("opening")).to_be_visible()


def test_limits_and_refusals_are_told_in_chinese(desk: Desk, console: Callable[..., Console]) -> None:
    owner = console(who=desk.json["owner"], locale="zh-CN")
    page = owner.page
    page.goto(f"{desk.json['http']}/console#/settings/limits")
    expect(page.get_by_text("来自此地址的请求")).to_be_visible()
    assert not page.locator(".limits").get_by_text(re.compile("[a-z]{4}")).all()
    ask(desk, "POST", "tags", {"name": "twice"}, desk.json["owner"])
    page.goto(f"{desk.json['http']}/console#/settings/tags/new")
    page.locator("form.form input").first.fill("twice")
    page.locator("form.form button").first.click()
    expect(page.get_by_text(re.compile("标签已被使用.twice"))).to_be_visible()
