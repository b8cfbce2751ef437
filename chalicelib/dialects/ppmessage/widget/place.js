// Keeps the chat on its page, and what is done in it to itself.

// A page that takes it away whenever it comes back is not to be kept busy.
const RETURN_PAUSE = 50;
// What is typed, pasted and dropped here is no shortcut of the page's.
const PRIVATE = 'keydown keypress keyup beforeinput input copy cut paste dragenter dragover dragleave drop'.split(' ');

/** Ends the events of the keyboard, the clipboard and of dragging at the chat's own root; its elements have had them then. */
function keepPrivate(root) {
  for (const name of PRIVATE) root.addEventListener(name, (event) => event.stopPropagation());
}

/**
 * Puts the chat's element back where a site replaces its body, or all of its elements, instead of loading another page.
 * `returned` is called each time.
 */
function keepOnPage(host, returned) {
  let pause;
  const observer = new MutationObserver(look);
  function look() {
    if (!host.isConnected && document.body && !pause) {
      // A copy of the page that a site has kept has a copy of the element, which is empty.
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
