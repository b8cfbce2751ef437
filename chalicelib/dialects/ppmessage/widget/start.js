// Starts one chat for each page, only on pages of its domain.

/** A page's host as domains are named: without `www.`. */
function pageHost() {
  const host = location.hostname.toLowerCase();
  const plain = host.replace(/^www\./, '');
  return plain.includes('.') ? plain : host;
}

/**
 * What a page has called before there is a chat.
 * @type {[string, unknown][]}
 */
const early = [];

function begin() {
  const chat = new Chat();
  const { Polydesk } = window;
  Polydesk.open = () => chat.view.open(true);
  Polydesk.close = () => chat.view.close(false);
  Polydesk.identify = (given) => void chat.identify(given);
  Polydesk.logout = () => chat.logout();
  for (const [name, given] of early) Polydesk[name](given);
  // Not while the page is still loading.
  (window.requestIdleCallback || setTimeout)(() => chat.resume());
}

if (pageHost() !== DOMAIN) {
  console.warn(`polydesk: no chat is shown, because this page is of ${location.host}, and the script tag is for ${DOMAIN}`);
} else {
  window.Polydesk = {};
  for (const name of ['open', 'close', 'identify', 'logout']) window.Polydesk[name] = (given) => early.push([name, given]);
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
}
