"""The console with ten thousand conversations that are really there."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import crowd
from tests.e2e.consoles import Console, asking
from tests.e2e.site import IN_CHROMIUM
from tests.running import Desk

#: The emulated tables look through all rows for every page, which takes a second or two on a busy machine.
pytestmark = [IN_CHROMIUM, pytest.mark.slow]
#: Scrolls to the end of what is known, until a text is there; returns the most rows that the page had at once.
_DOWN = """async (box, text) => {
  let most = 0;
  while (!box.textContent.includes(text)) {
    box.scrollTop = box.scrollHeight;
    await new Promise(requestAnimationFrame);
    most = Math.max(most, box.querySelectorAll('li').length);
  }
  return most;
}"""


@pytest.fixture
def crowded(desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A desk that has what the other one has, and the crowd."""
    asking(desk, "number 0")
    for path in desk.data.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    crowd.multiply(tmp_path / "journal.jsonl", "number 0")
    running = Desk(tmp_path).ready()
    yield running
    running.process.kill()
    running.process.communicate()
    running.http.close()


def test_an_inbox_of_ten_thousand(crowded: Desk, console: Callable[..., Console]) -> None:
    ada = console(at_desk=crowded)
    expect(ada.page.get_by_text("number 0", exact=True)).to_be_visible()
    expect(ada.page.locator(".list-head .hint")).to_have_text("10,000+")
    box = ada.page.locator(".rows")
    assert box.evaluate(_DOWN, "number 499") < 60
    box.evaluate("(box) => { box.scrollTop = 0 }")
    expect(ada.page.get_by_text("number 0", exact=True)).to_be_in_viewport()
    ada.page.get_by_role("combobox", name="Order").select_option("oldest")
    expect(ada.page.get_by_text("number 9999", exact=True)).to_be_in_viewport()
    ada.open("number 9990")
    expect(ada.rows.filter(has_text="number 9990")).to_be_in_viewport()
    ada.page.get_by_role("combobox", name="Order").select_option("newest")
    expect(ada.page.get_by_text("number 0", exact=True)).to_be_in_viewport()
