// One chat a page, on the pages of its domain alone.

/** A page's host as domains are named: without `www.`. */
function pageHost() {
  const host = location.hostname.toLowerCase();
  const plain = host.replace(/^www\./, '');
  return plain.includes('.') ? plain : host;
}

function begin() {
  const chat = new Chat();
  window.Polydesk.open = () => chat.view.open(true);
  window.Polydesk.close = () => chat.view.close(false);
  // Not while the page itself is still busy.
  (window.requestIdleCallback || setTimeout)(() => chat.resume());
}

if (pageHost() !== DOMAIN) {
  console.warn(`polydesk: no chat is shown, because this page is of ${location.host}, and the script tag is for ${DOMAIN}`);
} else if (!window.Polydesk) {
  window.Polydesk = { open() {}, close() {} };
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
}
