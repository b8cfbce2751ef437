// Keeps the chat on its page, and its keyboard and mouse events to itself.

// A page that removes it each time it comes back must not be kept busy.
const RETURN_PAUSE = 50;
// Typing, pasting and dropping here must not trigger the page's shortcuts.
const PRIVATE = 'keydown keypress keyup beforeinput input copy cut paste dragenter dragover dragleave drop'.split(' ');

/**
 * Ends the events of the keyboard, the clipboard and of dragging at the chat's own root; its elements have had them then.
 * @param {Node} root
 */
function keepPrivate(root) {
  for (const name of PRIVATE) root.addEventListener(name, (event) => event.stopPropagation());
}

/**
 * Keeps Tab within the chat while it covers the page.
 * @param {ShadowRoot} root
 * @param {HTMLElement} panel
 * @param {KeyboardEvent} event
 */
function keepFocus(root, panel, event) {
  const all =
    /** @type {HTMLElement[]} */
    ([...panel.querySelectorAll('button, a, textarea, .log')]).filter((each) => each.checkVisibility?.() ?? true);
  const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (root.activeElement !== from) return;
  event.preventDefault();
  to?.focus();
}

/**
 * Puts the chat's element back when a site replaces its body or all elements instead of loading a page.
 * @param {Element} host
 * @param {() => void} returned called each time
 */
function keepOnPage(host, returned) {
  /** @type {number | undefined} */
  let pause;
  const observer = new MutationObserver(look);
  function look() {
    if (!host.isConnected && document.body && !pause) {
      // A site's cached copy of the page has an empty copy of the element.
      for (const copy of document.querySelectorAll('[data-polydesk]')) copy.remove();
      document.body.append(host);
      pause = setTimeout(() => {
        pause = undefined;
        look();
      }, RETURN_PAUSE);
      returned();
    }
    observer.disconnect();
    const around = [document, document.documentElement, document.body, host.parentNode];
    for (const each of around) if (each) observer.observe(each, { childList: true });
  }
  look();
}
