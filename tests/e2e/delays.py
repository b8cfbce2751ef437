"""Answers that come late, each by a time of its own, so that no test depends on which of two comes first (docs/console.md)."""

import os

from playwright.sync_api import Browser, BrowserContext

#: Milliseconds by which the longest is held; none where this is not set.
MOST = int(os.environ.get("LATE_ANSWERS", "0"))
#: In each page before its own scripts: holds every answer of `fetch` for a random time, and each frame of a socket, which stay in
#: their order.
_SCRIPT = """(() => {
  const pause = () => new Promise((go) => setTimeout(go, Math.random() * %d));
  const asked = window.fetch;
  window.fetch = async (...given) => {
    const answer = await asked(...given);
    await pause();
    given[1]?.signal?.throwIfAborted();
    return answer;
  };
  let last = Promise.resolve();
  window.WebSocket = class extends WebSocket {
    set onmessage(then) {
      this.then = then;
      if (this.isHeard) return;
      this.isHeard = true;
      this.addEventListener('message', (event) => {
        last = last.then(pause).then(() => this.then?.(event));
      });
    }
  };
})();"""


def hold_answers(browser: Browser) -> Browser:
    """Returns the browser, whose pages get their answers late where LATE_ANSWERS says by how much."""
    make = browser.new_context

    def late(**options: object) -> BrowserContext:
        context = make(**options)  # type: ignore[arg-type]
        context.add_init_script(_SCRIPT % MOST)
        return context

    if MOST:
        browser.new_context = late  # type: ignore[method-assign]
    return browser
