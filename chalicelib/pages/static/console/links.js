// Web addresses in plain texts, as links that work and give nothing away.

import { html } from './html.js';

/** Longer ones stay text: each is looked through more than once, and a stranger can send thousands of characters. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"“”]{1,2000}/giu;
/** What ends a sentence rather than an address. */
const TAIL = new Set('.,;:!?…\'"’”])}。，；：！？）】');

/** @param {string} address @param {string} sign */
const count = (address, sign) => address.split(sign).length;

/** @param {string} address */
function withoutTail(address) {
  let end = address.length;
  while (TAIL.has(address[end - 1] ?? '')) end -= 1;
  for (const [opens = '', closes = ''] of ['()', '[]']) {
    const kept = address.slice(0, end);
    let missing = count(kept, opens) - count(kept, closes);
    for (; missing > 0 && address[end] === closes; missing -= 1) end += 1;
  }
  return address.slice(0, end);
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
