// The list of a view. Only the rows that can be seen are in the page, however many there are.

import { computed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { put, remove } from './api.js';
import { agentOf, agents, departmentOf, tagOf } from './directory.js';
import { Age, Avatar, Blank, Clock, Icon, IconButton, Snoozed, Waiting } from './elements.js';
import { html } from './html.js';
import { isExact, more, order, orders, reload, rows, selected, state, total } from './inbox.js';
import { addressOf, openNumber } from './place.js';
import { session } from './session.js';
import { attempt } from './toasts.js';
import { view } from './views.js';
import { countOf, t } from './words.js';

/** A row's height in pixels, which grows with the browser's letters. */
const HEIGHT = 4.875 * parseFloat(getComputedStyle(document.documentElement).fontSize);
/** Rows beyond what can be seen, and how near the end the next page is read. */
const SPARE = 6;
const AHEAD = 15;

/** @param {Conversation} one */
export const nameOf = (one) => one.contact?.name || one.contact?.email || one.receivedFrom || `#${one.contactId}`;

/** Selects a conversation, or no longer. @param {number} number */
export function select(number) {
  const those = new Set(selected.value);
  if (!those.delete(number)) those.add(number);
  selected.value = those;
}

/** @param {{ one: Conversation }} given */
function Tags({ one }) {
  const shown = one.tagIds.map(tagOf).filter((tag) => tag !== undefined);
  return html`${shown.slice(0, 2).map((tag) => html`<span key=${tag.id} class="tag"><span class="tag-name" dir="auto">${tag.name}</span></span>`)}${shown.length > 2 && html`<span class="tag">+${shown.length - 2}</span>`}`;
}

/** Who has it, or which department. @param {Conversation} one */
const holderOf = (one) => (one.agentAssignee ?? agentOf(one.agentAssigneeId))?.name ?? departmentOf(one.departmentAssigneeId)?.name ?? t('unassigned_row');

/** @param {{ one: Conversation, at: number }} given */
function Row({ one, at }) {
  const isOpen = openNumber.value === one.id;
  const isSelected = selected.value.has(one.id);
  const place = { top: `${at * HEIGHT}px` };
  return html`<li class=${`row ${one.isRead ? '' : 'unread'} ${isOpen ? 'open' : ''} ${isSelected ? 'selected' : ''}`} style=${place} aria-posinset=${at + 1} aria-setsize=${total.value}>
    <span class="row-face"><${Avatar} name=${nameOf(one)} id=${one.contactId} />
      <input type="checkbox" aria-label=${t('select_this', { n: one.id })} checked=${isSelected} onChange=${() => select(one.id)} /></span>
    <a class="row-link" href=${addressOf(view.value.id, one.id)} aria-current=${isOpen ? 'true' : undefined}>
      <span class="row-top">
        ${!one.isRead && html`<span class="unread-dot"><span class="hidden">${t('unread')}</span></span>`}
        <strong dir="auto">${nameOf(one)}</strong>
        ${(one.priority === 'urgent' || one.priority === 'high') && html`<span class="priority ${one.priority}">${t(one.priority)}</span>`}
        <${Age} at=${one.lastRepliedTime ?? one.createdTime} />
      </span>
      <span class="row-text" dir="auto">${one.channel === 'email' && one.subject ? html`<b>${one.subject}</b> ` : ''}${one.lastMessage || one.subject || t('no_text')}</span>
      <span class="row-end">
        <${Icon} name=${one.channel === 'email' ? 'mail' : 'chat'} size=${13} /><span class="hidden">${t(one.channel === 'email' ? 'by_email' : 'by_chat')}</span>
        <${Clock} one=${one} /><${Snoozed} one=${one} />
        ${one.hasDraft && html`<span class="tag draft">${t('draft')}</span>`}
        <${Tags} one=${one} />
        <span class="row-agent" dir="auto">${holderOf(one)}</span>
      </span>
    </a>
  </li>`;
}

const isEmpty = computed(() => state.value === 'ready' && rows.value.length === 0);

function Head() {
  const count = total.value;
  return html`<header class="list-head">
    <div><h1>${view.value.name}</h1><span class="hint" aria-live="polite">${state.value === 'first' ? '' : `${countOf(count)}${isExact.value ? '' : '+'}`}</span></div>
    ${view.value.path === 'conversations' && html`<label class="order"><span class="hidden">${t('sort')}</span>
      <select onChange=${(/** @type {any} */ event) => { order.value = event.target.value; }}>${orders.map((one) => html`<option key=${one} value=${one} selected=${one === order.value}>${t(/** @type {any} */ (one))}</option>`)}</select></label>`}
  </header>`;
}

/** What can be done to all that are selected. */
function Bulk() {
  const ids = [...selected.value];
  /** @param {() => Promise<unknown>} what */
  const act = async (what) => {
    if (await attempt(what)) {
      selected.value = new Set();
      reload();
    }
  };
  /** @param {object} wanted */
  const change = (wanted) => act(() => put('conversations', { ids: ids.slice(0, 50), ...wanted }));
  return html`<div class="bulk" role="toolbar" aria-label=${t('selected', { n: ids.length })}>
    <span>${t('selected', { n: ids.length })}</span>
    <select aria-label=${t('assignee')} onChange=${(/** @type {any} */ event) => event.target.value && change({ agentAssigneeId: Number(event.target.value) })}>
      <option value="">${t('assignee')}…</option>${agents.value.filter((one) => one.isActive).map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}</select>
    <${IconButton} icon="check" label=${t('close_conversation')} onClick=${() => change({ status: 'closed' })} />
    <${IconButton} icon="unread" label=${t('mark_unread')} onClick=${() => change({ isRead: false })} />
    <${IconButton} icon="trash" label=${t('delete')} onClick=${() => act(async () => { for (const id of ids) await remove(`conversations/${id}`); })} />
    <${IconButton} icon="x" label=${t('cancel')} onClick=${() => { selected.value = new Set(); }} />
  </div>`;
}

function Body() {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const top = useSignal(0);
  const height = useSignal(800);
  const first = Math.max(0, Math.floor(top.value / HEIGHT) - SPARE);
  const last = Math.min(rows.value.length, Math.ceil((top.value + height.value) / HEIGHT) + SPARE);
  useEffect(() => {
    const self = /** @type {HTMLDivElement} */ (box.current);
    const watcher = new ResizeObserver(() => {
      height.value = self.clientHeight;
    });
    watcher.observe(self);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    box.current?.scrollTo(0, 0);
  }, [view.value.id, order.value]);
  useEffect(() => {
    if (last + AHEAD >= rows.value.length && rows.value.length < total.value) more();
  }, [last, rows.value.length, state.value]);
  const at = rows.value.findIndex((one) => one.id === openNumber.value);
  useEffect(() => {
    const self = box.current;
    if (at < 0 || !self) return;
    if (at * HEIGHT < self.scrollTop) self.scrollTop = at * HEIGHT;
    else if ((at + 1) * HEIGHT > self.scrollTop + self.clientHeight) self.scrollTop = (at + 1) * HEIGHT - self.clientHeight;
  }, [openNumber.value, at >= 0]);
  return html`<div class="rows" ref=${box} onScroll=${(/** @type {any} */ event) => { top.value = event.target.scrollTop; }} tabindex="-1">
    <ul aria-label=${t('conversations')} style=${{ height: `${rows.value.length * HEIGHT}px` }}>
      ${rows.value.slice(first, last).map((one, place) => html`<${Row} key=${one.id} one=${one} at=${first + place} />`)}
    </ul>
    ${state.value === 'first' && html`<${Waiting} />`}
    ${state.value === 'failed' && html`<${Blank} title=${t('something_wrong')}><button type="button" class="button small" onClick=${reload}>${t('retry')}</button><//>`}
    ${isEmpty.value && html`<${Blank} title=${t('no_conversations')}><p>${t(view.value.id === 'mine' ? 'no_mine' : 'no_others')}</p><//>`}
  </div>`;
}

export const List = () => html`<section class="list" aria-label=${view.value.name}>
  <${Head} />${selected.value.size > 0 && html`<${Bulk} />`}<${Body} key=${`${session.value?.account.id}`} />
</section>`;
