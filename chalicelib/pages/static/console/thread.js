// The messages of the open conversation, oldest first; older ones are read when somebody scrolls up, and the place is kept.

import { computed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { conversation, events, hasOlder, isReadingOlder, messages, readOlder, typing, viewers } from './conversation.js';
import { agentOf } from './directory.js';
import { Icon } from './elements.js';
import { html } from './html.js';
import { nameOf } from './list.js';
import { EventItem, MessageItem, OutgoingItem } from './message.js';
import { outgoing } from './outbox.js';
import { openNumber } from './place.js';
import { preferences } from './preferences.js';
import { me } from './session.js';
import { dayOf, listOf, t } from './words.js';

const NEAR = 120;
const TOGETHER = 300_000;

/** Whether a message is what is still being sent: that it is there may be heard before it is answered. @param {Message} message @param {Outgoing} one */
const isSame = (message, one) =>
  message.id > one.after && message.senderType === 'agent' && message.senderId === me.value && message.type === one.type &&
  (!one.body || message.plainBody.trim() === one.body) && one.files.every(({ guid }) => message.attachments.some((file) => file.guid === guid));

const waiting = computed(() => outgoing.value.filter((one) => one.conversation === openNumber.value && (one.failure || !messages.value.some((message) => isSame(message, one)))));

/** Messages, and what was changed between them, in the order of time. */
const entries = computed(() => {
  const oldest = hasOlder.value ? (messages.value[0]?.time ?? '') : '';
  const changes = preferences.value.log ? events.value.filter((one) => one.time >= oldest) : [];
  const all = [
    ...messages.value.map((message) => ({ time: message.time, order: message.id, message, event: undefined })),
    ...changes.map((event) => ({ time: event.time, order: 0, message: undefined, event })),
  ];
  return all.sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : one.order - other.order));
});

/** @param {Message | undefined} before @param {Message} one */
const follows = (before, one) =>
  before !== undefined && before.senderId === one.senderId && before.senderType === one.senderType && before.type === one.type &&
  one.type !== 'email' && Date.parse(one.time) - Date.parse(before.time) < TOGETHER;

function Items() {
  const shown = [];
  let day = '';
  /** @type {Message | undefined} */
  let before;
  for (const { time, message, event } of entries.value) {
    if (dayOf(time) !== day) {
      day = dayOf(time);
      before = undefined;
      shown.push(html`<li key=${`day ${day}`} class="day"><span>${day}</span></li>`);
    }
    if (message) shown.push(html`<${MessageItem} key=${message.id} one=${message} isFollowing=${follows(before, message)} isNew=${false} />`);
    else if (event) shown.push(html`<${EventItem} key=${`event ${event.id}`} one=${event} />`);
    before = message;
  }
  return shown;
}

function Present() {
  const contact = conversation.value?.contactId;
  const names = typing.value.map((id) => (id === contact && conversation.value ? nameOf(conversation.value) : agentOf(id)?.name)).filter((name) => name !== undefined);
  const watching = viewers.value.filter((one) => !typing.value.includes(one.id)).map((one) => one.name);
  return html`<div class="present" aria-live="polite">
    ${names.length > 0 && html`<span class="typing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${t(names.length > 1 ? 'typing_many' : 'typing', { names: listOf(names) })}</span>`}
    ${watching.length > 0 && html`<span class="viewing"><${Icon} name="users" size=${14} />${t(watching.length > 1 ? 'viewing_many' : 'viewing', { names: listOf(watching) })}</span>`}
  </div>`;
}

export function Thread() {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const isLow = useRef(true);
  const before = useRef({ first: 0, last: 0, height: 0 });
  const hasNews = useSignal(false);
  const first = messages.value[0]?.id ?? 0;
  const last = (messages.value.at(-1)?.id ?? 0) + waiting.value.length / 1000;

  const down = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    isLow.current = true;
    hasNews.value = false;
  };
  useLayoutEffect(() => {
    const self = box.current;
    if (!self) return;
    const was = before.current;
    if (was.first && first < was.first) self.scrollTop += self.scrollHeight - was.height;
    else if (isLow.current || waiting.value.length) down();
    else if (last > was.last) hasNews.value = true;
    before.current = { first, last, height: self.scrollHeight };
  }, [first, last, events.value.length, preferences.value.log]);
  useEffect(() => {
    const self = /** @type {HTMLDivElement} */ (box.current);
    // Pictures and mails grow after they were shown.
    const watcher = new ResizeObserver(() => {
      if (isLow.current) self.scrollTop = self.scrollHeight;
      before.current.height = self.scrollHeight;
    });
    watcher.observe(self);
    if (self.firstElementChild) watcher.observe(self.firstElementChild);
    return () => watcher.disconnect();
  }, []);
  const scrolled = () => {
    const self = /** @type {HTMLDivElement} */ (box.current);
    isLow.current = self.scrollHeight - self.scrollTop - self.clientHeight < NEAR;
    if (isLow.current) hasNews.value = false;
    if (self.scrollTop < NEAR * 3) readOlder();
  };
  return html`<div class="thread-box">
    <div class="thread" ref=${box} onScroll=${scrolled} tabindex="0" role="group" aria-label=${t('conversation')}>
      <div>
        <p class="thread-top hint">${isReadingOlder.value ? t('older') : hasOlder.value ? '' : t('beginning')}</p>
        <ul aria-label=${t('messages')} class="messages"><${Items} />${waiting.value.map((one) => html`<${OutgoingItem} key=${one.key} one=${one} />`)}</ul>
      </div>
    </div>
    ${hasNews.value && html`<button type="button" class="news" onClick=${down}><${Icon} name="down" size=${16} />${t('new_messages')}</button>`}
    <${Present} />
  </div>`;
}
