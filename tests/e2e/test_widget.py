"""A domain's link, pasted in a page: what its visitors see, in a real browser, with an agent who answers through Anytime."""

# ruff: noqa: RUF001 (a Chinese sentence has Chinese commas)

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, WebSocketRoute, expect

from tests.e2e.site import IN_CHROMIUM, Visit, allocate, answers, heard
from tests.running import Desk
from tests.waiting import until

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"> & https://shop.example/a?b=1)."
pytestmark = IN_CHROMIUM


def test_a_page_has_a_chat_that_is_answered_and_is_still_there_on_the_next_page(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    expect(shop.launcher).to_be_visible()
    assert [url for url in shop.sent if url.startswith(desk.json["http"]) and "/widget.js" not in url] == []
    shop.launcher.click()
    shop.sees()
    assert not [url for url in shop.sent if "/api/" in url], "who says nothing is nobody"
    shop.write("Where is my order?")
    shop.sees("Where is my order?")
    answers(desk, "It is on its way.")
    shop.sees("Where is my order?", "It is on its way.")
    expect(shop.log.get_by_text("Ada Agent", exact=True)).to_be_visible()
    long = "A long answer. " * 40
    answers(desk, long)
    shop.sees("Where is my order?", "It is on its way.", long.strip())
    shop.page.reload()
    shop.sees("Where is my order?", "It is on its way.", long.strip())
    shop.page.get_by_role("link", name="Other").click()
    shop.sees("Where is my order?", "It is on its way.", long.strip())
    shop.write("Thank you")
    shop.sees("Where is my order?", "It is on its way.", long.strip(), "Thank you")
    assert heard(desk) == ["Where is my order?", "It is on its way.", long, "Thank you"]


def test_what_comes_while_the_chat_is_closed_is_counted(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit("/twice")
    shop.launcher.click()
    shop.write("hello")
    shop.sees("hello")
    shop.page.get_by_role("button", name="Close chat").first.click()
    answers(desk, "one")
    expect(shop.page.get_by_role("button", name="Open chat, 1 unread message")).to_be_visible()
    answers(desk, "two")
    shop.page.goto(shop.site.url("/other"))
    badge = shop.page.get_by_role("button", name="Open chat, 2 unread messages")
    badge.click()
    shop.sees("hello", "one", "two")
    shop.page.evaluate("Polydesk.close()")
    expect(shop.launcher).to_have_accessible_name("Open chat")
    shop.page.evaluate("Polydesk.open()")
    shop.sees("hello", "one", "two")
    assert shop.page.locator("[data-polydesk]").count() == 1


def test_two_tabs_show_the_same_chat(desk: Desk, visit: Callable[..., Visit]) -> None:
    first = visit()
    second = visit("/other", context=first.context)
    first.launcher.click()
    first.write("from the first tab")
    first.sees("from the first tab")
    second.launcher.click()
    second.sees("from the first tab")
    second.write("from the second")
    for each in (first, second):
        each.sees("from the first tab", "from the second")
    answers(desk, "to both")
    for each in (first, second):
        each.sees("from the first tab", "from the second", "to both")


def test_a_page_of_another_origin_shows_nothing_and_says_why(visit: Callable[..., Visit]) -> None:
    other = visit(host="127.0.0.1")
    until(lambda: [text for text in other.said if "the script tag is for localhost" in text])
    assert other.page.locator("[data-polydesk]").count() == 0
    assert other.page.evaluate("typeof Polydesk") == "undefined"


def test_the_keyboard_alone_does(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    expect(shop.launcher).to_be_visible()
    keys = shop.page.keyboard
    for _ in range(2):  # the page's link, the launcher
        keys.press("Tab")
    expect(shop.launcher).to_be_focused()
    keys.press("Enter")
    expect(shop.page.get_by_role("dialog", name="Demo")).to_be_visible()
    expect(shop.input).to_be_focused()
    keys.type("first line")
    keys.press("Shift+Enter")
    keys.type("second line")
    keys.press("Enter")
    shop.sees("first line\nsecond line")
    expect(shop.input).to_be_focused()
    for name in ("Send a file", "Send"):
        keys.press("Tab")
        expect(shop.page.get_by_role("button", name=name, exact=True)).to_be_focused()
    for _ in range(3):
        keys.press("Shift+Tab")
    expect(shop.log).to_be_focused()
    keys.press("Escape")
    expect(shop.launcher).to_be_focused()
    expect(shop.page.get_by_role("dialog")).to_have_count(0)
    assert heard(desk)[-1] == "first line\nsecond line"


def test_enter_that_chooses_a_character_sends_nothing(visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()
    shop.input.fill("ni")
    shop.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    shop.input.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    expect(shop.input).to_have_value("ni")
    shop.input.press("Enter")
    shop.sees("ni")


def test_it_speaks_chinese_where_the_page_does(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit("/zh")
    shop.page.get_by_role("button", name="打开聊天").click()
    field = shop.page.get_by_label("您的消息")
    field.fill("你好，我的订单在哪里？" * 6)
    field.press("Enter")
    expect(shop.log.get_by_text("已发送")).to_be_visible()
    answers(desk, "您好")
    expect(shop.log.locator(".theirs .body").last).to_have_text("您好")
    assert shop.page.locator(".frame").get_attribute("lang") == "zh-CN"
    shop.page.reload()
    expect(shop.log.locator(".mine .body")).to_have_text(["你好，我的订单在哪里？" * 6])


def test_a_network_that_goes_and_comes_back_loses_and_doubles_nothing(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()
    shop.write("one")
    shop.sees("one")
    shop.page.reload()  # so that what comes later is asked for by what the page knows
    shop.sees("one")
    shop.context.set_offline(True)
    expect(shop.page.get_by_text("No connection")).to_be_visible()
    shop.write("two")
    shop.write("three")
    expect(shop.log.get_by_text("Not sent").last).to_be_visible()
    answers(desk, "Are you there?")
    shop.context.set_offline(False)
    shop.sees("one", "Are you there?", "two", "three")
    expect(shop.page.get_by_text("No connection")).to_be_hidden()
    shop.write("four")
    shop.sees("one", "Are you there?", "two", "three", "four")
    assert heard(desk) == ["one", "Are you there?", "two", "three", "four"]


def test_what_was_not_sent_is_sent_from_the_next_page(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()
    shop.page.route("**/api/PP_SEND_MESSAGE", lambda route: route.abort())
    shop.write("kept")
    expect(shop.page.get_by_role("button", name="Try again")).to_be_visible()
    shop.page.unroute("**/api/PP_SEND_MESSAGE")
    shop.page.reload()
    shop.sees("kept")
    assert heard(desk) == ["kept"]


def test_an_answer_that_is_lost_on_the_way_doubles_nothing(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()
        shop.page.unroute("**/api/PP_SEND_MESSAGE")

    shop.page.route("**/api/PP_SEND_MESSAGE", lose)
    shop.write("once")
    shop.sees("once")
    assert heard(desk) == ["once"]


def test_without_sockets_it_asks(desk: Desk, visit: Callable[..., Visit], chromium: Browser) -> None:
    context = chromium.new_context()

    def refuse(socket: WebSocketRoute) -> None:
        socket.close(code=1013)

    context.route_web_socket("**/pcsocket/WS", refuse)
    shop = visit(context=context)
    shop.launcher.click()
    shop.write("hello")
    shop.sees("hello")
    answers(desk, "hi")
    shop.sees("hello", "hi")


def test_what_is_said_is_text_and_its_addresses_are_links(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()
    shop.write(HOSTILE)
    body = shop.log.locator(".mine .body")
    expect(body).to_contain_text("<script>document.title='taken'</script><img src=x onerror=")
    expect(shop.log.get_by_text("Sent")).to_be_visible()
    answers(desk, HOSTILE)
    link = shop.log.locator(".theirs .body a")
    expect(link).to_have_attribute("href", "https://shop.example/a?b=1")
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert shop.log.locator("script, .body img").count() == 0
    assert shop.page.title() == "Shop"


def test_files_are_sent_and_what_is_too_large_is_said(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()
    picker = shop.page.locator("input[type=file]")
    picker.set_input_files({"name": "my notes.txt", "mimeType": "text/plain", "buffer": b"x" * 5_000})
    sent = shop.log.get_by_role("link", name="my notes.txt")
    expect(sent).to_have_attribute("href", re.compile(f"^{desk.json['http']}/download/"))
    picker.set_input_files({"name": "large.bin", "mimeType": "text/plain", "buffer": b"x" * 4_500_001})
    expect(shop.page.get_by_text("This file is larger than 4.5 MB.")).to_be_visible()
    shop.page.route("**/upload", lambda route: route.abort())
    picker.set_input_files({"name": "stuck.txt", "mimeType": "text/plain", "buffer": b"x"})
    shop.write("a text after a file that can't be brought")
    until(lambda: heard(desk)[-1] == "a text after a file that can't be brought")
    shop.page.unroute("**/upload")
    shop.page.get_by_role("button", name="Try again").click()
    expect(shop.log.get_by_role("link", name="stuck.txt")).to_be_visible()


def test_older_messages_come_when_they_are_wanted(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.launcher.click()
    shop.write("the first")
    shop.sees("the first")
    said = [f"message {at}" for at in range(1, 40)]
    for text in said:
        answers(desk, text)
    shop.page.reload()
    older = shop.page.get_by_role("button", name="Older messages")
    expect(shop.log.get_by_text("message 39", exact=True)).to_be_in_viewport()
    expect(shop.log.locator(".body")).to_have_count(30)
    older.click()
    shop.sees("the first", *said)
    expect(older).to_be_hidden()


def test_a_domain_that_is_switched_off_says_so(desk: Desk, visit: Callable[..., Visit]) -> None:
    headers = desk.bearer(desk.json["owner"])
    path, given = "/auth/addon/live_chat/domain/update", {"domain": "localhost", "status": 0}
    assert desk.http.put(path, json=given, headers=headers).json()["status"] == 1
    shop = visit()
    shop.launcher.click()
    expect(shop.page.get_by_text("This chat is not available on this page.")).to_be_visible()
    expect(shop.page.get_by_label("Your message")).to_be_hidden()
    given["status"] = 1
    assert desk.http.put(path, json=given, headers=headers).json()["status"] == 1
    shop.page.reload()
    expect(shop.input).to_be_visible()


def test_nobody_is_online(desk: Desk, visit: Callable[..., Visit]) -> None:
    assert desk.http.put("/cs-chat-ticket/v1/offline", headers=desk.agent()).status_code == 200
    shop = visit()
    shop.launcher.click()
    shop.write("anybody?")
    expect(shop.page.get_by_text("Nobody is online at the moment.")).to_be_visible()
    desk.online()
    answers(desk, "I am")
    shop.sees("anybody?", "I am")
    expect(shop.page.get_by_text("Nobody is online at the moment.")).to_be_hidden()


def test_who_waits_in_the_queue_is_told_so_and_what_they_wrote_is_kept(desk: Desk, visit: Callable[..., Visit]) -> None:
    allocate(desk, "GROUP")
    assert desk.http.put("/cs-chat-ticket/v1/offline", headers=desk.agent()).status_code == 200
    shop = visit()
    shop.launcher.click()
    shop.write("my turn?")
    expect(shop.page.get_by_text("You are in the queue.")).to_be_visible()
    shop.page.reload()
    expect(shop.log.get_by_text("Kept until somebody is here")).to_be_visible()
    desk.online()
    shop.sees("my turn?")
    expect(shop.page.get_by_text("You are in the queue.")).to_be_hidden()
    assert heard(desk) == ["my turn?"]
    allocate(desk, "SMART")
