// One message, one that is being sent, and one line of the log.

import { conversation } from './conversation.js';
import { agentOf, departmentOf } from './directory.js';
import { Avatar, Icon } from './elements.js';
import { html } from './html.js';
import { linked } from './links.js';
import { nameOf } from './list.js';
import { MailFrame } from './mail_frame.js';
import { again, discard } from './outbox.js';
import { preferences } from './preferences.js';
import { me } from './session.js';
import { dateOf, t, timeOf } from './words.js';

const IMAGE = /\.(?:png|jpe?g|gif|webp|avif|bmp)$/iu;
const STATES = /** @type {const} */ ({ sending: 'mail_sending', sent: 'mail_sent', failed: 'mail_failed', bounced: 'mail_bounced', complained: 'mail_complained' });

/** @param {{ file: Attachment }} given */
function File({ file }) {
  if (!file.isAvailable) return html`<span class="file gone"><${Icon} name="file" />${file.fileName} (${t('file_gone')})</span>`;
  if (IMAGE.test(file.fileName)) {
    return html`<a class="picture" href=${file.url} target="_blank" rel="noopener"><img src=${file.url} alt=${t('image_of', { name: file.fileName })} loading="lazy" /></a>`;
  }
  return html`<a class="file" href=${file.url} target="_blank" rel="noopener" aria-label=${t('download', { name: file.fileName })}><${Icon} name="file" /><span dir="auto">${file.fileName}</span></a>`;
}

/** Whether HTML says more than its text does. @param {Message} one */
const isRich = (one) => one.type === 'email' && /<(?:a|b|blockquote|em|h\d|i|img|li|strong|table|u)\b/iu.test(one.htmlBody);

/** A note's text, with the agents that it mentions made visible. @param {Message} one */
function noteOf(one) {
  const names = one.mentionedAgentIds.map((id) => agentOf(id)?.name).filter((name) => name !== undefined);
  const parts = names.length ? one.plainBody.split(new RegExp(`(@(?:${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')).join('|')}))`, 'u')) : [one.plainBody];
  return parts.map((part, at) => (at % 2 ? html`<mark class="mention">${part}</mark>` : linked(part)));
}

/** @param {{ one: Message }} given */
function Body({ one }) {
  const {theme} = preferences.value;
  const name = one.sender?.name ?? '';
  const said = one.plainBody.trim();
  // A file that came alone has its name as the text.
  const text = one.attachments.some((file) => file.fileName === said) ? '' : said;
  return html`${isRich(one) ? html`<${MailFrame} body=${one.htmlBody} title=${t('mail_of', { name })} theme=${theme} />` : text && html`<div class="text" dir="auto">${one.type === 'note' ? noteOf(one) : linked(text)}</div>`}
    ${one.quote && html`<details class="quote"><summary>${t('quoted')}</summary><div class="text" dir="auto">${linked(one.quote.replace(/<[^<>]*>/gu, ' '))}</div></details>`}
    ${one.attachments.length > 0 && html`<div class="files">${one.attachments.map((file) => html`<${File} key=${file.guid} file=${file} />`)}</div>`}`;
}

/** @param {Message} one */
function senderOf(one) {
  if (one.sender?.name) return one.sender.name;
  if (one.senderType === 'contact' && conversation.value) return nameOf(conversation.value);
  return agentOf(one.senderId)?.name ?? t('system');
}

/** @param {{ one: Message, isFollowing: boolean, isNew: boolean }} given */
export function MessageItem({ one, isFollowing, isNew }) {
  const kind = one.type === 'note' ? 'note' : one.senderType === 'contact' ? 'theirs' : one.senderType === 'system' ? 'system' : 'ours';
  const name = senderOf(one);
  const state = one.sendStatus ? STATES[/** @type {keyof typeof STATES} */ (one.sendStatus)] : undefined;
  return html`<li class=${`message ${kind} ${isFollowing ? 'following' : ''} ${isNew ? 'fresh' : ''}`} data-id=${one.id}>
    ${!isFollowing && html`<div class="message-head">
      <${Avatar} name=${name} id=${one.senderId ?? 0} isSmall />
      <strong dir="auto">${name}${one.senderId === me.value && one.senderType === 'agent' ? html` <span class="you">(${t('you')})</span>` : ''}</strong>
      ${one.type === 'note' && html`<span class="badge note-badge"><${Icon} name="lock" size=${12} />${t('note_mark')}</span>`}
      ${one.type === 'email' && html`<span class="badge"><${Icon} name="mail" size=${12} />${t('email_mark')}</span>`}
      <time datetime=${one.time} title=${dateOf(one.time)}>${timeOf(one.time)}</time>
    </div>`}
    ${isFollowing && one.type === 'note' && html`<span class="hidden">${t('note')}</span>`}
    <div class="bubble"><${Body} one=${one} /></div>
    ${state && html`<p class=${`send-state ${one.sendStatus}`}>${t(state, { why: one.sendFailure ?? '' })}</p>`}
  </li>`;
}

/** @param {{ one: Outgoing }} given */
export const OutgoingItem = ({ one }) => html`<li class=${`message outgoing ${one.type === 'note' ? 'note' : 'ours'}`}>
  <div class="message-head">${one.type === 'note' && html`<span class="badge note-badge"><${Icon} name="lock" size=${12} />${t('note_mark')}</span>`}</div>
  <div class="bubble"><div class="text" dir="auto">${one.body}</div>${one.files.map((file) => html`<span key=${file.guid} class="file"><${Icon} name="file" />${file.fileName}</span>`)}</div>
  <p class=${`send-state ${one.failure ? 'failed' : ''}`}>${one.failure ? html`${t('failed', { why: one.failure })} <button type="button" class="link" onClick=${() => again(one.key)}>${t('send_again')}</button> <button type="button" class="link" onClick=${() => discard(one.key)}>${t('discard')}</button>` : t(navigator.onLine ? 'sending' : 'waits')}</p>
</li>`;

/** @param {EventLog['to']} value @param {string} field @returns {string} */
function valueOf(value, field) {
  if (field === 'agentAssignee') return agentOf(Number(value))?.name ?? `#${value}`;
  if (field === 'departmentAssignee') return departmentOf(Number(value))?.name ?? `#${value}`;
  if (field === 'snoozedUntil' && value) return dateOf(String(value));
  return field === 'status' || field === 'priority' ? t(/** @type {any} */ (String(value))) : String(value ?? '');
}

/** Fields of which the log says a sentence. */
const TOLD = new Set(['status', 'snoozedUntil', 'agentAssignee', 'departmentAssignee', 'priority', 'subject', 'tags', 'isDeleted', 'mergedInto', 'slaBreached']);

/** Those of which it says another where they have ended. */
const ENDING = new Set(['agentAssignee', 'departmentAssignee', 'snoozedUntil']);

/** @param {EventLog} one */
function sentenceOf(one) {
  const who = one.actorType === 'agent' ? (agentOf(one.actorId)?.name ?? t('system')) : one.triggerId ? t('trigger') : one.actorType === 'contact' ? t('contact') : t('desk');
  const isTaken = one.to === null && ENDING.has(one.field);
  const word = TOLD.has(one.field) ? `log_${one.field}${isTaken ? '_none' : ''}` : 'log_other';
  return t(/** @type {any} */ (word), { who, to: valueOf(one.to, one.field), from: valueOf(one.from, one.field), text: one.text });
}

/** @param {{ one: EventLog }} given */
export const EventItem = ({ one }) => html`<li class="event"><span dir="auto">${sentenceOf(one)}</span> <time datetime=${one.time} title=${dateOf(one.time)}>${timeOf(one.time)}</time></li>`;
