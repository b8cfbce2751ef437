// Search: conversations by keywords, contacts, and what can be done. Enter opens the first.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { assignToMe, markUnread } from './actions.js';
import { get } from './api.js';
import { write } from './composer.js';
import { conversation } from './conversation.js';
import { Age, Icon } from './elements.js';
import { html } from './html.js';
import { nameOf } from './list.js';
import { closeIt } from './panel.js';
import { addressOf, go } from './place.js';
import { prefer, preferences } from './preferences.js';
import { isOpenTo, screens } from './screens.js';
import { session, signOut } from './session.js';
import { showing } from './showing.js';
import { attempt, toast } from './toasts.js';
import { conditions, view, views } from './views.js';
import { t } from './words.js';

const PAUSE = 200;
const MOST = 6;
const KEY_HINT = matchMedia('(hover: hover)').matches ? ' (Ctrl K)' : '';
/** What was just written can be found a moment later: what finds nothing is asked again after this, twice. */
const INDEXED = 1500;

/** @typedef {{ id: string, group: string, icon: any, text: string, detail?: any, act: () => void }} Found */

/** What can be done here and now. @returns {[string, any, () => unknown][]} */
function actions() {
  const isOpen = conversation.value && !conversation.value.isDeleted;
  return [
    ...(isOpen ? /** @type {[string, any, () => unknown][]} */ ([
      [t('reply'), 'send', () => write(false)], [t('note'), 'lock', () => write(true)],
      [t('assign_me'), 'user', () => attempt(assignToMe)], [t('close_conversation'), 'check', closeIt],
      [t('mark_unread'), 'unread', () => attempt(markUnread)], ...(conversation.value?.status === 'closed' ? [] : /** @type {[string, any, () => unknown][]} */ ([[t('snooze'), 'moon', () => { showing.value = 'snooze'; }]])), [t('merge'), 'merge', () => { showing.value = 'merge'; }],
      [t('delete'), 'trash', () => { showing.value = 'delete'; }],
    ]) : []),
    ...views.value.map((one) => /** @type {[string, any, () => unknown]} */ ([one.name, 'inbox', () => go(addressOf(one.id))])),
    ...Object.entries(screens).filter(([name, one]) => one.link && isOpenTo(name, session.value?.agent.role)).map(([name, one]) => /** @type {[string, any, () => unknown]} */ ([t(one.title), one.icon, () => go(`#/${name}`)])),
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
  else toast(t('no_conversations_of', { name: contact.name || contact.email || `#${contact.id}` }));
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

/** Returns what was found, and for which text. @param {string} wanted @param {(found: Found[]) => void} then */
function useLookUp(wanted, then) {
  const found = useSignal({ for: '', all: /** @type {Found[]} */ ([]) });
  useEffect(() => {
    if (!wanted) {
      found.value = { for: '', all: [] };
      return undefined;
    }
    const stopper = new AbortController();
    /** @type {ReturnType<typeof setTimeout>} */
    let timer;
    const look = async (/** @type {number} */ left) => {
      const told = await lookUp(wanted, stopper.signal);
      if (stopper.signal.aborted) return;
      found.value = { for: wanted, all: told };
      then(told);
      if (!told.length && left) timer = setTimeout(look, INDEXED, left - 1);
    };
    timer = setTimeout(look, PAUSE, 2);
    return () => {
      stopper.abort();
      clearTimeout(timer);
    };
  }, [wanted]);
  return found;
}

/** @param {{ all: Found[], at: number, onPick: (one: Found) => void, onPoint: (at: number) => void }} given */
const Results = ({ all, at, onPick, onPoint }) => all.map((one, place) => html`
  ${one.group !== all[place - 1]?.group && html`<p key=${one.group} class="found-group" role="presentation">${one.group}</p>`}
  <div key=${one.id} id=${`found-${place}`} role="option" aria-selected=${place === at} class="found-one" tabindex="-1"
    onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => onPick(one)} onMouseMove=${() => onPoint(place)}>
    <${Icon} name=${one.icon} size=${16} /><span class="found-text"><strong dir="auto">${one.text}</strong>${one.detail}</span></div>`);

/** Returns what the keys do in the field. @param {{ move: (by: number) => void, enter: () => void, leave: () => void }} what */
const keysOf = ({ move, enter, leave }) => /** @type {Record<string, () => void>} */ ({
  ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: enter, Escape: leave,
});

/** Returns the state of the search, and what the field does. */
function useSearch() {
  const text = useSignal('');
  const at = useSignal(0);
  const isOpen = useSignal(false);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  /** Set where Enter was pressed before the answer was there. */
  const isHasty = useRef(false);
  const leave = () => {
    text.value = '';
    isOpen.value = false;
    isHasty.current = false;
    field.current?.blur();
  };
  /** @param {Found | undefined} one */
  const pick = (one) => {
    if (one) leave();
    one?.act();
  };
  const found = useLookUp(text.value.trim(), (told) => {
    at.value = 0;
    if (isHasty.current) pick(told[0] ?? matching(text.value.trim())[0]);
  });
  // Of the moment, because a key may come before the page shows what was typed before it.
  const wanted = () => text.value.trim();
  const isBusy = () => found.value.for !== wanted();
  const all = () => [...(isBusy() ? [] : found.value.all), ...(isOpen.value ? matching(wanted()) : [])];
  const keys = keysOf({
    move: (by) => { at.value = (at.value + by + all().length) % Math.max(1, all().length); },
    enter: () => {
      if ((isBusy() && at.value === 0) || !all().length) isHasty.current = true;
      else pick(all()[at.value]);
    },
    leave,
  });
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    isOpen.value = true;
    if (event.isComposing || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  };
  /** @param {any} event */
  const typed = ({ target }) => {
    text.value = target.value;
    at.value = 0;
    isHasty.current = false;
  };
  return { text, at, isOpen, field, wanted: wanted(), isBusy: isBusy(), all: all(), pick, pressed, typed };
}

export function Search() {
  const { text, at, isOpen, field, wanted, isBusy, all, pick, pressed, typed } = useSearch();
  /** @param {any} event */
  const left = ({ currentTarget, relatedTarget }) => {
    if (!currentTarget.contains(relatedTarget)) isOpen.value = false;
  };
  return html`<div class="search" role="search" onFocusOut=${left}><${Icon} name="search" />
    <input ref=${field} id="search" type="text" aria-label=${t('search')} aria-controls=${isOpen.value ? 'found' : undefined} aria-autocomplete="list" aria-activedescendant=${isOpen.value && all.length ? `found-${at.value}` : undefined}
      placeholder=${t('search_hint') + KEY_HINT} autocomplete="off" spellcheck=${false} maxlength="500" dir="auto" value=${text} onFocus=${() => { isOpen.value = true; }} onInput=${typed} onKeyDown=${pressed} />
    ${isOpen.value && html`<div class="found">
      ${wanted && (isBusy || !all.length) && html`<p class="hint" role="status">${isBusy ? t('searching') : t('no_results', { text: wanted })}</p>`}
      <div id="found" role="listbox" aria-label=${t('results')}><${Results} all=${all} at=${at.value} onPick=${pick} onPoint=${(/** @type {number} */ place) => { at.value = place; }} /></div>
    </div>`}
  </div>`;
}
