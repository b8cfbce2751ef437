"""The widget on pages that do what sites do: replace their body, have shortcuts, isolate themselves, log their users out."""

# ruff: noqa: RUF001 (a Chinese sentence has Chinese punctuation)

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from chalicelib.dialects.ppmessage import script
from tests.e2e.site import IN_CHROMIUM, Visit, answers, heard
from tests.pictures import picture
from tests.running import Desk

pytestmark = IN_CHROMIUM

#: What sites do that go to another page without loading it.
SWAPS = {
    "another body": """() => {
        const body = document.createElement('body');
        body.append(Object.assign(document.createElement('h1'), { textContent: 'Another' }));
        document.body.replaceWith(body);
    }""",
    "a body that was kept, with a copy of the chat": """() => {
        const body = document.body.cloneNode(true);
        document.body.replaceWith(body);
    }""",
    "other elements of the body": "() => document.body.replaceChildren('Another')",
    "another head and body": """() => {
        const html = document.documentElement;
        html.replaceChildren(document.createElement('head'), document.createElement('body'));
    }""",
    "another root": """() => {
        const html = document.createElement('html');
        html.append(document.createElement('head'), document.createElement('body'));
        document.documentElement.replaceWith(html);
    }""",
    "a wrapped body that is emptied": """async () => {
        const wrapper = document.createElement('div');
        wrapper.append(...document.body.childNodes);
        document.body.append(wrapper);
        await new Promise((resolve) => setTimeout(resolve));
        wrapper.replaceChildren();
    }""",
}


@pytest.fixture(scope="module")
def talked(desk: Desk, site: Any, chromium: Browser) -> Any:
    """A page with a chat that goes on, which several tests may use."""
    shop = Visit(chromium.new_context(), site)
    shop.launcher.click()
    shop.write("before")
    shop.sees("before")
    answers(desk, "Hello")
    shop.sees("before", "Hello")
    yield shop
    assert shop.faults == []
    shop.context.close()


@pytest.mark.parametrize("swap", SWAPS.values(), ids=list(SWAPS))
def test_it_comes_back_where_the_page_is_replaced(desk: Desk, talked: Visit, swap: str) -> None:
    shop, said = talked, heard(desk)
    shop.input.press_sequentially("half a sent")
    sockets = len([url for url in shop.sent if "/pcsocket" in url])
    shop.page.evaluate(swap)
    expect(shop.page.locator("[data-polydesk]")).to_have_count(1)
    expect(shop.page.get_by_role("dialog", name="Demo")).to_be_visible()
    expect(shop.input).to_have_value("half a sent")
    expect(shop.input).to_be_focused()
    shop.page.keyboard.type("ence")
    expect(shop.log.locator(".body").last).to_be_in_viewport()
    shop.sees(*said)
    shop.page.keyboard.press("Enter")
    shop.sees(*said, "half a sentence")
    answers(desk, "still heard")
    shop.sees(*said, "half a sentence", "still heard")
    assert len([url for url in shop.sent if "/pcsocket" in url]) == sockets


def test_a_hundred_replaced_bodies_leave_one_chat_that_hears_once(desk: Desk, talked: Visit) -> None:
    said = heard(desk)
    talked.page.evaluate(
        """async () => {
            for (let at = 0; at < 100; at++) {
                document.body.replaceWith(document.createElement('body'));
                await new Promise((resolve) => setTimeout(resolve));
            }
        }"""
    )
    talked.sees(*said)
    talked.write("once")
    talked.sees(*said, "once")
    talked.page.evaluate("window.addEventListener('error', () => {})")
    assert listeners(talked.page) <= 8
    assert heard(desk) == [*said, "once"]


def test_a_script_that_the_site_runs_again_with_each_body_does_nothing(visit: Callable[..., Visit], chromium: Browser) -> None:
    context = chromium.new_context()
    context.add_init_script(
        """window.channels = 0;
        window.BroadcastChannel = class extends BroadcastChannel { constructor(name) { super(name); channels++; } };"""
    )
    shop = visit(context=context)
    expect(shop.launcher).to_be_visible()
    for _ in range(3):
        shop.page.evaluate(
            """() => new Promise((resolve) => {
                const tag = document.createElement('script');
                tag.onload = resolve;
                // The page wants Trusted Types of those who make scripts.
                const policy = trustedTypes.createPolicy('site', { createScriptURL: (url) => url });
                tag.src = policy.createScriptURL(document.querySelector('script[src*="/widget.js?"]').src);
                const body = document.createElement('body');
                body.append(tag);
                document.body.replaceWith(body);
            })"""
        )
    expect(shop.page.locator("[data-polydesk]")).to_have_count(1)
    assert shop.page.evaluate("channels") == 1
    shop.launcher.click()
    shop.sees()


def listeners(page: Page) -> int:
    """How many listeners of `online` and `visibilitychange` there are."""
    tools = page.context.new_cdp_session(page)
    count = 0
    for expression in ("window", "document"):
        found = tools.send("Runtime.evaluate", {"expression": expression})["result"]["objectId"]
        all_ = tools.send("DOMDebugger.getEventListeners", {"objectId": found})["listeners"]
        count += len([one for one in all_ if one["type"] in ("online", "offline", "visibilitychange", "pagehide", "storage")])
    return count


def test_a_page_that_takes_it_away_each_time_is_not_kept_busy(visit: Callable[..., Visit]) -> None:
    shop = visit()
    expect(shop.launcher).to_be_visible()
    taken = shop.page.evaluate(
        """() => new Promise((resolve) => {
            let taken = 0;
            new MutationObserver(() => {
                const found = document.querySelector('[data-polydesk]');
                if (found) taken++;
                found?.remove();
            }).observe(document.body, { childList: true });
            document.querySelector('[data-polydesk]').remove();
            setTimeout(() => resolve(taken), 500);
        })"""
    )
    assert 1 <= taken <= 12


KEYS = ["keydown", "keypress", "keyup", "beforeinput", "input", "copy", "cut", "paste", "dragover", "drop"]


def test_what_is_typed_pasted_and_dropped_in_it_is_no_shortcut_of_the_pages(desk: Desk, visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.page.evaluate(
        """(names) => {
            window.leaked = [];
            for (const name of names) for (const each of [window, document, document.body])
                each.addEventListener(name, (event) => leaked.push(event.type));
        }""",
        KEYS,
    )
    shop.launcher.click()
    keys = shop.page.keyboard
    keys.type("s/ k")
    for chord in ("Control+A", "Control+C", "Control+X", "Control+V", "Shift+Enter", "Backspace", "Enter"):
        keys.press(chord)
    shop.sees("s/ k")
    shop.page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(['words'], 'dropped.txt', { type: 'text/plain' }));
            const input = document.querySelector('[data-polydesk]').shadowRoot.querySelector('textarea');
            for (const name of ['dragenter', 'dragover', 'drop']) {
                const event = new DragEvent(name, { bubbles: true, composed: true, cancelable: true, dataTransfer: data });
                const isTaken = !input.dispatchEvent(event);
                if (isTaken !== (name !== 'dragenter')) throw new Error(name);
            }
        }"""
    )
    expect(shop.log.get_by_role("link", name="dropped.txt")).to_be_visible()
    keys.press("Escape")
    expect(shop.launcher).to_be_focused()
    assert shop.page.evaluate("leaked") == []
    shop.page.get_by_role("link", name="Other").focus()
    keys.press("s")
    assert "keydown" in shop.page.evaluate("leaked"), "the page has its own keys"


def test_pictures_are_seen_on_an_isolated_page(desk: Desk, site: Any, visit: Callable[..., Visit]) -> None:
    policy, site.policy = site.policy, ""
    try:
        shop = visit("/isolated")
        assert shop.page.evaluate("crossOriginIsolated")
        shop.launcher.click()
        image: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
        shop.page.locator("input[type=file]").set_input_files(image)
        shown = shop.log.locator(".mine .body img")
        expect(shown).to_have_count(1)
        answers(desk, "I see it")
        face = shop.log.locator("img.face")
        expect(face).to_have_count(1)
        for each in (shown, face):
            expect(each).to_have_js_property("complete", True)
            assert each.evaluate("(image) => image.naturalWidth") > 0
        assert [text for text in shop.said if "polydesk:" in text or "blocked" in text] == []
    finally:
        site.policy = policy


LINKED = {
    "https://example.org/wiki/Köln": ["https://example.org/wiki/Köln"],
    "see https://x.example/größe?x=1.": ["https://x.example/größe?x=1"],
    "看 https://example.org/路。谢谢": ["https://example.org/路"],
    "看https://example.org/路，https://example.org/b！": ["https://example.org/路", "https://example.org/b"],
    "访问https://example.org谢谢": ["https://example.org"],
    "「https://x.org/a」（https://x.org/b）": ["https://x.org/a", "https://x.org/b"],
    '(https://example.org/a) [https://example.org/b], "https://example.org/c".': [
        "https://example.org/a",
        "https://example.org/b",
        "https://example.org/c",
    ],
    "https://en.wikipedia.org/wiki/Foo_(bar), too": ["https://en.wikipedia.org/wiki/Foo_(bar)"],
    "<https://x.org/a>; https://köln.example/it's!": ["https://x.org/a", "https://köln.example/it's"],
    "http:// https://. javascript:alert(1) ftp://x.org xhttps://x.org": [],
}
LONG = 4_096
#: Texts that have taken long, or may.
WORST = {
    "marks": "https://x.org/" + "!" * LONG + "a",
    "marks and letters": "https://x.org/" + "!a" * (LONG // 2),
    "brackets": "https://x.org/" + ")" * LONG,
    "brackets and marks": "https://x.org/" + ")." * (LONG // 2),
    "open brackets": "https://x.org/" + "(" * LONG,
    "quotes": "https://x.org/" + '"' * LONG,
    "hosts": "https://" + "a." * (LONG // 2),
    "Chinese": "https://" + "路" * LONG,
    "labels": "https://" + ".a路a" * (LONG // 4),
    "beginnings": "https://" * (LONG // 8),
    "broken beginnings": "http:/" * (LONG // 6),
}


@pytest.fixture(scope="module")
def finder(chromium: Browser) -> Any:
    """A page that has the widget's finder of addresses as `links`."""
    page = chromium.new_page()
    page.evaluate(f"() => {{ {script.part('links.js')}; window.links = links; }}")
    yield page
    page.close()


@pytest.mark.parametrize("text", LINKED)
def test_an_address_may_have_letters_of_any_script_and_ends_with_its_sentence(finder: Page, text: str) -> None:
    assert finder.evaluate("(text) => links(text).map(([at, written]) => text.substr(at, written.length))", text) == LINKED[text]


@pytest.mark.parametrize("text", WORST.values(), ids=list(WORST))
def test_no_text_keeps_it_long(finder: Page, text: str) -> None:
    """It takes little longer than a plain text, where what looked back took thousands of times as long; and sixteen times the
    text does not take 256 times as long.
    """
    measured = """([text, plain]) => {
        const took = (given, runs) => Math.min(...Array.from({ length: 7 }, () => {
            const start = performance.now();
            for (let at = 0; at < runs; at++) links(given);
            return (performance.now() - start) / runs;
        }));
        return [took(plain.repeat(16), 5), took(text, 80), took(text.repeat(16), 5)];
    }"""
    plain, once, often = finder.evaluate(measured, [text, ("word " * LONG)[: len(text)]])
    assert often <= 100 * max(plain, 0.5), (plain, often)
    assert often <= 80 * max(once, 0.02), (once, often)
