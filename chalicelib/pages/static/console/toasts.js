// Short words about what has just happened, and what can be done about it.

import { signal } from '@preact/signals';

import { Refused, Unreachable } from './api.js';
import { html } from './html.js';
import { said, t } from './words.js';

const LASTS = 6000;

/** @typedef {{ id: number, text: string, isBad: boolean, action?: string, act?: () => void }} Toast */

const toasts = signal(/** @type {Toast[]} */ ([]));
let id = 0;

/** @param {number} gone */
function drop(gone) {
  toasts.value = toasts.value.filter((one) => one.id !== gone);
}

/** @param {string} text @param {{ isBad?: boolean, action?: string, act?: () => void }} [more] */
export function toast(text, { isBad = false, action, act } = {}) {
  const mine = ++id;
  toasts.value = [...toasts.value.slice(-2), { id: mine, text, isBad, action, act }];
  setTimeout(() => drop(mine), isBad ? LASTS * 2 : LASTS);
}

/** Returns why something failed, for a person. @param {unknown} error */
export function why(error) {
  if (error instanceof Unreachable) return t('unreachable');
  return error instanceof Refused ? said(error.message) : t('something_wrong');
}

/** Does something, and says it where that fails. @param {() => Promise<unknown>} what @returns {Promise<boolean>} whether it was done */
export async function attempt(what) {
  try {
    await what();
    return true;
  } catch (error) {
    toast(why(error), { isBad: true });
    return false;
  }
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map((one) => html`<div key=${one.id} class=${one.isBad ? 'toast bad' : 'toast'}>
      <span>${one.text}</span>
      ${one.act && html`<button type="button" class="link" onClick=${() => { drop(one.id); one.act?.(); }}>${one.action}</button>`}
    </div>`)}
  </div>`;
}
