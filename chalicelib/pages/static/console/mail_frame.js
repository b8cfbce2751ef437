// The HTML of a mail, in a frame without scripts, forms and pictures of strangers. It can't reach the page.

import { useEffect, useRef } from 'preact/hooks';

import { html } from './html.js';

const MOST = 4000;
const STYLE = [...document.querySelectorAll('link')].map((one) => one.href).find((href) => href.includes('/console/mail.'));
/** The one place where a text becomes a document; what stands in it may do nothing. */
const trusted = window.trustedTypes?.createPolicy('polydesk-mail', { createHTML: (text) => text });

/** @param {string} body @param {string} theme */
function documentOf(body, theme) {
  const policy = "default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; base-uri 'self'";
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}"><base target="_blank"><link rel="stylesheet" href="${STYLE}">`;
  const text = `<!doctype html><html data-theme="${theme}"><head>${head}</head><body dir="auto">${body}</body></html>`;
  return /** @type {string} */ (/** @type {unknown} */ (trusted?.createHTML(text) ?? text));
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
