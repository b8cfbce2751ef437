// Search: conversations by keywords, contacts, and what can be done. Enter opens the first.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { get } from './api.js';
import { write } from './composer.js';
import { assignToMe, conversation, markUnread } from './conversation.js';
import { Age, Icon } from './elements.js';
import { html } from './html.js';
import { nameOf } from './list.js';
import { closeIt } from './panel.js';
import { addressOf, go } from './place.js';
import { prefer, preferences } from './preferences.js';
import { screens } from './screens.js';
import { signOut } from './session.js';
import { showing } from './showing.js';
import { attempt, toast } from './toasts.js';
import { conditions, view, views } from './views.js';
import { t } from './words.js';

const PAUSE = 200;
const MOST = 6;

/** @typedef {{ id: string, group: string, icon: any, text: string, detail?: any, act: () => void }} Found */

/** What can be done here and now. @returns {[string, any, () => unknown][]} */
function actions() {
  const isOpen = conversation.value && !conversation.value.isDeleted;
  return [
    ...(isOpen ? /** @type {[string, any, () => unknown][]} */ ([
      [t('reply'), 'send', () => write(false)], [t('note'), 'lock', () => write(true)],
      [t('assign_me'), 'user', () => attempt(assignToMe)], [t('close_conversation'), 'check', closeIt],
      [t('mark_unread'), 'unread', () => attempt(markUnread)], [t('merge'), 'merge', () => { showing.value = 'merge'; }],
      [t('delete'), 'trash', () => { showing.value = 'delete'; }],
    ]) : []),
    ...views.value.map((one) => /** @type {[string, any, () => unknown]} */ ([one.name, 'inbox', () => go(addressOf(one.id))])),
    ...Object.entries(screens).filter(([, one]) => one.link).map(([name, one]) => /** @type {[string, any, () => unknown]} */ ([t(one.title), one.icon, () => go(`#/${name}`)])),
    [t('save_filter'), 'filter', () => { showing.value = 'filter'; }],
    [t('keyboard'), 'keys', () => { showing.value = 'keys'; }],
    [t(preferences.value.theme === 'dark' ? 'light' : 'dark'), 'gear', () => prefer({ theme: preferences.value.theme === 'dark' ? 'light' : 'dark' })],
    [t('sign_out'), 'back', () => attempt(signOut)],
  ];
}

/** @param {string} text @returns {Found[]} */
function matching(text) {
  const wanted = text.toLocaleLowerCase();
  const found = actions().filter(([name]) => name.toLocaleLowerCase().includes(wanted));
  return found.slice(0, MOST).map(([name, icon, act]) => ({ id: `do ${name}`, group: t('actions'), icon, text: name, act: () => act() }));
}

/** @param {Conversation} one @returns {Found} */
const asFound = (one) => ({
  id: `conversation ${one.id}`, group: t('conversations'), icon: one.channel === 'email' ? 'mail' : 'chat', text: nameOf(one),
  detail: html`<span dir="auto">${one.lastMessage ?? one.subject}</span><small>#${one.id} · ${t(one.status)} · <${Age} at=${one.lastRepliedTime ?? one.createdTime} /></small>`,
  act: () => go(addressOf(view.value.has?.(one) ? view.value.id : one.status === 'closed' ? 'closed' : 'open', one.id)),
});

/** Opens the latest conversation of a contact. @param {Contact} contact */
async function openOf(contact) {
  const told = await get('conversations', { ...conditions([['contactId', 'is', String(contact.id)]]), timeFrom: '2000-01-01', include: 'contact' });
  if (told.conversations.length) asFound(told.conversations[0]).act();
  else toast(t('no_results', { text: contact.name }));
}

/** @param {Contact} one @returns {Found} */
const asContact = (one) => ({
  id: `contact ${one.id}`, group: t('contacts'), icon: 'user', text: one.name || one.email || `#${one.id}`,
  detail: html`<span dir="auto">${[one.email, one.company].filter(Boolean).join(' · ')}</span>`, act: () => { attempt(() => openOf(one)); },
});

/** @param {string} text @param {AbortSignal} signal @returns {Promise<Found[]>} */
async function lookUp(text, signal) {
  const number = /^#?(\d{1,15})$/u.exec(text)?.[1];
  const [conversations, contacts, one] = await Promise.all([
    get('conversations', { keywords: text, include: 'contact', timeFrom: '2000-01-01' }).then((told) => told.conversations, () => []),
    get('contacts', { keywords: text }).then((told) => told.contacts, () => []),
    number ? get(`conversations/${number}`, { include: 'contact' }).then((told) => [told.conversation], () => []) : [],
  ]);
  if (signal.aborted) return [];
  const known = new Set();
  const those = [...one, ...conversations].filter((each) => !known.has(each.id) && known.add(each.id));
  return [...those.slice(0, MOST).map(asFound), ...contacts.slice(0, 4).map(asContact)];
}

export function Search() {
  const text = useSignal('');
  const found = useSignal(/** @type {Found[]} */ ([]));
  const at = useSignal(0);
  const isOpen = useSignal(false);
  const busy = useSignal(false);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  /** Set where Enter was pressed before the answer was there. */
  const isHasty = useRef(false);
  const wanted = text.value.trim();
  const all = [...(wanted ? found.value : []), ...(isOpen.value ? matching(wanted) : [])];

  useEffect(() => {
    if (!wanted) {
      found.value = [];
      return undefined;
    }
    const stopper = new AbortController();
    busy.value = true;
    const timer = setTimeout(async () => {
      const told = await lookUp(wanted, stopper.signal);
      if (stopper.signal.aborted) return;
      found.value = told;
      at.value = 0;
      busy.value = false;
      if (isHasty.current && told.length) pick(told[0]);
      isHasty.current = false;
    }, PAUSE);
    return () => {
      stopper.abort();
      clearTimeout(timer);
    };
  }, [wanted]);

  /** @param {Found | undefined} one */
  function pick(one) {
    if (!one) return;
    isOpen.value = false;
    text.value = '';
    field.current?.blur();
    one.act();
  }
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      at.value = (at.value + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % Math.max(1, all.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (busy.value && wanted && at.value === 0) isHasty.current = true;
      else pick(all[at.value]);
    } else if (event.key === 'Escape') {
      text.value = '';
      isOpen.value = false;
      field.current?.blur();
    } else isOpen.value = true;
  };
  let group = '';
  return html`<div class="search" role="search" onFocusOut=${(/** @type {FocusEvent} */ event) => { if (!/** @type {Element} */ (event.currentTarget).contains(/** @type {Node} */ (event.relatedTarget))) isOpen.value = false; }}>
    <${Icon} name="search" />
    <input ref=${field} id="search" type="text" aria-label=${t('search')} aria-controls=${isOpen.value ? "found" : undefined} aria-autocomplete="list" aria-activedescendant=${isOpen.value && all.length ? `found-${at.value}` : undefined}
      placeholder=${t('search_hint')} autocomplete="off" spellcheck=${false} maxlength="500" dir="auto" value=${text} onFocus=${() => { isOpen.value = true; }} onInput=${(/** @type {any} */ event) => { text.value = event.target.value; at.value = 0; isOpen.value = true; }} onKeyDown=${pressed} />
    ${isOpen.value && html`<div class="found" id="found" role="listbox" aria-label=${t('results')}>
      ${wanted && busy.value && html`<p class="hint" role="status">${t('searching')}</p>`}
      ${wanted && !busy.value && !found.value.length && html`<p class="hint">${t('no_results', { text: wanted })}</p>`}
      ${all.map((one, place) => {
        const head = one.group !== group && html`<p class="found-group" role="presentation">${one.group}</p>`;
        group = one.group;
        return html`${head}<div key=${one.id} id=${`found-${place}`} role="option" aria-selected=${place === at.value} class="found-one" tabindex="-1" onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => pick(one)} onMouseMove=${() => { at.value = place; }}>
          <${Icon} name=${one.icon} size=${16} /><span class="found-text"><strong dir="auto">${one.text}</strong>${one.detail}</span></div>`;
      })}
    </div>`}
  </div>`;
}
