"""The console of agents in a real browser, beside their day: snoozing, files, a week that is drawn, and what others change."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.site import IN_CHROMIUM
from tests.e2e.test_console import Console, ask, asking
from tests.e2e.test_console import console as console
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
