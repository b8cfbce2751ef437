// The keyboard: everything can be done with it, and single keys can be turned off.

import { assignToMe, markUnread } from './actions.js';
import { write } from './composer.js';
import { conversation } from './conversation.js';
import { Dialog } from './elements.js';
import { html } from './html.js';
import { rows } from './inbox.js';
import { select } from './list.js';
import { closeIt } from './panel.js';
import { addressOf, go, openNumber, screen } from './place.js';
import { prefer, preferences } from './preferences.js';
import { putAway, showing, togglePanel } from './showing.js';
import { attempt } from './toasts.js';
import { view, views } from './views.js';
import { t } from './words.js';

/** @param {number} by */
function move(by) {
  const at = rows.value.findIndex((one) => one.id === openNumber.value);
  const next = rows.value[at < 0 ? 0 : Math.min(rows.value.length - 1, Math.max(0, at + by))];
  if (next) go(addressOf(view.value.id, next.id));
}

/** @param {string} id */
const focus = (id) => document.getElementById(id)?.focus();
/** @param {() => unknown} what */
const ifOpen = (what) => () => conversation.value && !conversation.value.isDeleted && what();

/** Single keys, by what they type. @type {Record<string, () => unknown>} */
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => move(0),
  u: () => go(addressOf(view.value.id)),
  r: ifOpen(() => write(false)),
  n: ifOpen(() => write(true)),
  a: ifOpen(() => attempt(assignToMe)),
  e: ifOpen(closeIt),
  t: ifOpen(() => focus('add-tag')),
  d: ifOpen(() => { showing.value = 'delete'; }),
  i: ifOpen(() => attempt(markUnread)),
  z: ifOpen(() => { if (conversation.value?.status !== 'closed') showing.value = 'snooze'; }),
  x: () => openNumber.value && select(openNumber.value),
  p: togglePanel,
  '/': () => focus('search'),
  '?': () => { showing.value = 'keys'; },
};

/** @param {EventTarget | null} where */
const isText = (where) => where instanceof HTMLElement && (where.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(where.tagName));

/** Leaves a text, else what lies over the page. @param {EventTarget | null} where */
function escape(where) {
  if (isText(where)) /** @type {HTMLElement} */ (where).blur();
  else putAway();
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    focus('search');
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || showing.value) return;
  if (event.key === 'Escape') {
    escape(event.target);
    return;
  }
  if (isText(event.target) || !(preferences.value.singleKeys || event.key === '?') || screen.value !== 'inbox') return;
  const place = Number(event.key);
  const act = place >= 1 && place <= 6 ? () => go(addressOf(views.value[place - 1].id)) : Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
  if (!act) return;
  event.preventDefault();
  act();
}

export function listen() {
  addEventListener('keydown', pressed);
}

/** @type {[import('./words.js').Word, [string, import('./words.js').Word][]][]} */
const SHOWN = [
  ['general', [['Ctrl K', 'key_search'], ['/', 'key_search'], ['1 – 6', 'key_view'], ['?', 'key_keys']]],
  ['in_list', [['J', 'key_next'], ['K', 'key_previous'], ['O', 'key_open'], ['U', 'key_back'], ['X', 'key_select']]],
  ['conversation', [['R', 'key_reply'], ['N', 'key_note'], ['A', 'key_assign'], ['E', 'key_close'], ['T', 'key_tag'], ['I', 'key_unread'], ['Z', 'snooze'], ['D', 'key_delete'], ['P', 'key_details']]],
  ['in_text', [['Ctrl Enter', 'key_send'], ['/', 'key_canned'], ['@', 'key_mention']]],
];

export const Keys = () => html`<${Dialog} title=${t('keyboard')} cls="keys" onClose=${() => { showing.value = ''; }}>
  <div class="keys-columns">${SHOWN.map(([title, keys]) => html`<section key=${title}><h3>${t(title)}</h3><dl>${keys.map(([key, word]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t(word)}</dd></div>`)}</dl></section>`)}</div>
  <label class="choice"><input type="checkbox" checked=${preferences.value.singleKeys} onChange=${(/** @type {any} */ event) => prefer({ singleKeys: event.target.checked })} /><span>${t('single_keys')} <small class="hint">${t('single_keys_lead')}</small></span></label>
<//>`;
