// The HTML of a mail, in a frame without scripts, forms and pictures of strangers. It can't reach the page.

import { useEffect, useRef } from 'preact/hooks';

import { html } from './html.js';

const MOST = 4000;
const STYLE = [...document.querySelectorAll('link')].map((one) => one.href).find((href) => href.includes('/console/mail.'));
/** The one place where a text becomes a document; what stands in it may do nothing. */
const policy = window.trustedTypes?.createPolicy('polydesk-mail', { createHTML: (text) => text });
/** @param {string} text */
const trusted = (text) => /** @type {string} */ (/** @type {unknown} */ (policy?.createHTML(text) ?? text));
/** What the frame's policy refuses anyway, and so is not even tried. */
const REFUSED = 'script, style, link, meta, base, title, iframe, frame, object, embed, audio, video, source, track, svg, math';
const ATTRIBUTES = /^(?:on.*|style|srcset|background|ping|target)$/u;
const LINK = /^(?:https?:|mailto:|tel:|#)/iu;
const PICTURE = /^data:image\//iu;

/** Returns the mail without what would be asked of others. @param {string} body */
function quiet(body) {
  const mail = new DOMParser().parseFromString(trusted(body), 'text/html');
  for (const one of mail.querySelectorAll(REFUSED)) one.remove();
  for (const one of mail.querySelectorAll('*')) {
    for (const name of one.getAttributeNames()) if (ATTRIBUTES.test(name)) one.removeAttribute(name);
    if (!LINK.test(one.getAttribute('href') ?? '')) one.removeAttribute('href');
    if (!PICTURE.test(one.getAttribute('src') ?? '')) one.removeAttribute('src');
  }
  return mail.body.innerHTML;
}

/** @param {string} body @param {string} theme */
function documentOf(body, theme) {
  const allowed = "default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; base-uri 'self'";
  const head = `<meta http-equiv="Content-Security-Policy" content="${allowed}"><base target="_blank"><link rel="stylesheet" href="${STYLE}">`;
  return trusted(`<!doctype html><html data-theme="${theme}"><head>${head}</head><body dir="auto">${quiet(body)}</body></html>`);
}

/** @param {{ body: string, title: string, theme: string }} given */
export function MailFrame({ body, title, theme }) {
  const self = useRef(/** @type {HTMLIFrameElement | null} */ (null));
  useEffect(() => {
    const frame = /** @type {HTMLIFrameElement} */ (self.current);
    /** As high as the mail, which is measured from here: nothing runs in there. */
    const fit = () => {
      const root = frame.contentDocument?.documentElement;
      if (root) frame.style.height = `${Math.min(MOST, root.scrollHeight)}px`;
    };
    const watcher = new ResizeObserver(fit);
    frame.onload = () => {
      fit();
      if (frame.contentDocument) watcher.observe(frame.contentDocument.documentElement);
    };
    frame.srcdoc = documentOf(body, theme);
    return () => watcher.disconnect();
  }, [body, theme]);
  return html`<iframe ref=${self} class="mail" title=${title} sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" loading="lazy"></iframe>`;
}
