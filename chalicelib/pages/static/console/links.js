// Web addresses in plain texts, as links that work and give nothing away.

import { html } from './html.js';

const ADDRESS = /\bhttps?:\/\/[^\s<>"“”]+/giu;
/** What ends a sentence rather than an address. */
const TAIL = /[.,;:!?…'"’”\])}。，；：！？）】]+$/u;

/** @param {string} address */
function withoutTail(address) {
  let end = address.replace(TAIL, '');
  for (const [opens, closes] of ['()', '[]']) {
    while (address[end.length] === closes && end.split(opens).length > end.split(closes).length) end += closes;
  }
  return end;
}

/** Returns a text as children, its addresses as links. @param {string} text @returns {any[]} */
export function linked(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = withoutTail(found[0]);
    parts.push(text.slice(from, found.index), html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow">${address}</a>`);
    from = found.index + address.length;
  }
  return [...parts, text.slice(from)];
}
