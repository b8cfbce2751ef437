// Small parts that many others are made of.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { html } from './html.js';
import { now, soonOf, spanOf, t } from './words.js';

/** Outlines on a field of 24 by 24. */
const ICONS = {
  inbox: 'M4 13h4l1.5 3h5L16 13h4M4 13l3-8h10l3 8v6H4z',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0',
  users: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14a6.5 6.5 0 0 1 3.5 6',
  at: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM16 8v5a2.5 2.5 0 0 0 5 0v-1a9 9 0 1 0-4 7.5',
  check: 'M5 12.5l4.5 4.5L19 7', trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  filter: 'M4 5h16l-6 8v5l-4 2v-7z', search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5', plus: 'M12 5v14M5 12h14',
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.5a2 2 0 0 1-3-3L14 7',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6', chat: 'M4 5h16v11H10l-5 4v-4H4z', clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  back: 'M15 5l-7 7 7 7', panel: 'M4 5h16v14H4zM15 5v14', x: 'M6 6l12 12M18 6L6 18', more: 'M5 12h.01M12 12h.01M19 12h.01',
  keys: 'M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M7 14h10', lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3', file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  menu: 'M4 7h16M4 12h16M4 17h16', log: 'M4 6h.01M4 12h.01M4 18h.01M8 6h12M8 12h12M8 18h12', moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z', down: 'M6 9l6 6 6-6', up: 'M6 15l6-6 6 6', merge: 'M7 4v5c0 4 10 3 10 8v3M17 4v5c0 1.5-1.5 2.5-3.5 3.2M14 17l3 3 3-3',
  chart: 'M5 20V10M12 20V4M19 20v-7', gear: 'M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.6 5.6l1.8 1.8M16.6 16.6l1.8 1.8M18.4 5.6l-1.8 1.8M7.4 16.6l-1.8 1.8',
  undo: 'M9 7L4 12l5 5M4 12h11a5 5 0 0 1 0 10', unread: 'M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10z', send: 'M4 12l16-8-5 16-3.5-6.5z',
};

/** @param {{ name: keyof typeof ICONS, size?: number }} given */
export const Icon = ({ name, size = 18 }) => html`<svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;

/** A button with an icon, which says what it does to those who point at it or hear it. @param {any} given */
export const IconButton = ({ icon, label, size, ...more }) =>
  html`<button type="button" class="icon-button" aria-label=${label} title=${label} ...${more}><${Icon} name=${icon} size=${size} /></button>`;

const HUES = 8;

/** @param {{ name: string, id: number, isSmall?: boolean }} given */
export function Avatar({ name, id, isSmall = false }) {
  const letters = [...name.trim().split(/\s+/u).slice(0, 2).map((part) => [...part][0] ?? '')].join('').toLocaleUpperCase();
  return html`<span class="avatar hue-${id % HUES} ${isSmall ? 'small' : ''}" aria-hidden="true">${letters || '?'}</span>`;
}

const MINUTE = 60_000;

/** How long ago something was. @param {{ at: string }} given */
export function Age({ at }) {
  const age = now.value - Date.parse(at);
  return html`<time datetime=${at}>${age < MINUTE ? t('just_now') : spanOf(age)}</time>`;
}

/** Returns the clock of service that ends next, null where none runs. @param {Conversation} one */
function clockOf(one) {
  if (one.status === 'closed') return null;
  const due = [one.firstRespondBreachAt, one.nextRespondBreachAt, one.resolveBreachAt].filter((at) => at !== null).map((at) => Date.parse(at));
  return due.length ? Math.min(...due) - now.value : null;
}

const SOON = 900_000;

/** @param {{ one: Conversation }} given */
export function Clock({ one }) {
  const left = clockOf(one);
  if (left === null) return null;
  const kind = left < 0 ? 'late' : left < SOON ? 'soon' : '';
  return html`<span class="clock ${kind}"><${Icon} name="clock" size=${13} />${t(left < 0 ? 'breached' : 'sla_left', { time: spanOf(left) })}</span>`;
}

/** Until when it is snoozed. @param {{ one: Conversation }} given */
export const Snoozed = ({ one }) => one.snoozedUntil && html`<span class="clock snoozed"><${Icon} name="moon" size=${13} /><span class="hidden">${t('snoozed_until')}</span> <time datetime=${one.snoozedUntil}>${soonOf(new Date(one.snoozedUntil))}</time></span>`;

/** A menu behind a button, which says what it is: a native popover, which Escape and a click elsewhere close. @param {any} given */
export function Menu({ id, button, children, cls = '' }) {
  const self = useRef(/** @type {HTMLElement | null} */ (null));
  return html`<button type="button" class=${`menu-button ${cls}`} popovertarget=${id}>${button}</button>
    <div id=${id} ref=${self} popover class="menu" onClick=${(/** @type {Event} */ event) => /** @type {HTMLElement} */ (event.target).closest('[data-close]') && self.current?.hidePopover()}>${children}</div>`;
}

/** A native dialog, open as long as it is there. @param {{ title: string, onClose: () => void, children?: any, cls?: string }} given */
export function Dialog({ title, onClose, children, cls = '' }) {
  const self = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    self.current?.showModal();
  }, []);
  return html`<dialog ref=${self} class=${`dialog ${cls}`} aria-label=${title} onClose=${onClose} onClick=${(/** @type {Event} */ event) => event.target === self.current && onClose()}>
    <div class="dialog-inside">
      <header><h2>${title}</h2><${IconButton} icon="x" label=${t('close')} onClick=${onClose} /></header>
      ${children}
    </div>
  </dialog>`;
}

/** What a part shows where there is nothing else to show. @param {{ title: string, children?: any }} given */
export const Blank = ({ title, children }) => html`<div class="blank"><p class="blank-title">${title}</p>${children}</div>`;

/** Lines in the place of what is being loaded. @param {{ lines?: number }} given */
export const Waiting = ({ lines = 6 }) => html`<div class="waiting" aria-busy="true" aria-label=${t('loading')} role="status">
  ${Array.from({ length: lines }, (_, at) => html`<div key=${at} class="waiting-line"></div>`)}
</div>`;

/** A component of a module that is loaded when it is wanted; `wait` stands there until then. @param {any} given */
export function Later({ load, wait = null, ...given }) {
  const part = useSignal(/** @type {any} */ (null));
  useEffect(() => {
    load().then((/** @type {{ default: any }} */ module) => {
      part.value = module.default;
    }, () => undefined);
  }, [load]);
  return part.value ? html`<${part.value} ...${given} />` : wait;
}
