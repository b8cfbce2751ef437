// The side panel: what a conversation is about, who has it, and who its contact is.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { assignToMe, change, changeTags, restore, snooze } from './actions.js';
import { Refused, get } from './api.js';
import { conversation } from './conversation.js';
import { agents, departments, fields, tagNamed, tagOf, tags } from './directory.js';
import { Age, Avatar, Clock, Icon, IconButton, Later, Snoozed } from './elements.js';
import { html } from './html.js';
import { nameOf } from './list.js';
import { addressOf } from './place.js';
import { me, session } from './session.js';
import { showing } from './showing.js';
import { attempt, toast } from './toasts.js';
import { conditions, view } from './views.js';
import { dateOf, t } from './words.js';

const STATUSES = /** @type {const} */ (['new', 'pendingInternal', 'pendingExternal', 'onHold', 'closed']);
const PRIORITIES = /** @type {const} */ (['urgent', 'high', 'normal', 'low']);

/** @param {Conversation} one @param {Record<string, unknown>} wanted */
export const set = (one, wanted) => attempt(() => change(one.id, wanted));

/** Closes what is open, with a way back, which is for that one whatever is open then. */
export async function closeIt() {
  const one = conversation.value;
  if (!one || !(await set(one, { status: 'closed' }))) return;
  toast(t('closed_now'), { action: t('undo'), act: () => set(one, { status: one.status }) });
}

/** What is not taken is not shown as chosen either. @param {{ name: string, value: string | number, choices: [string | number, string][], onPick: (value: string) => Promise<boolean> }} given */
const Choice = ({ name, value, choices, onPick }) => html`<label class="fact"><span>${name}</span>
  <select onChange=${async (/** @type {any} */ { target }) => { if (!(await onPick(target.value))) target.value = String(value); }}>
    ${choices.map(([word, text]) => html`<option key=${word} value=${word} selected=${String(word) === String(value)}>${text}</option>`)}</select></label>`;

/** @param {{ one: Conversation }} given */
function Assignment({ one }) {
  const known = agents.value.filter((each) => each.isActive || each.id === one.agentAssigneeId);
  return html`<section>
    <${Choice} name=${t('assignee')} value=${one.agentAssigneeId ?? ''} choices=${[['', t('unassign')], ...known.map((each) => [each.id, each.name])]} onPick=${(/** @type {string} */ id) => set(one, { agentAssigneeId: id ? Number(id) : null })} />
    ${departments.value.length > 0 && html`<${Choice} name=${t('department')} value=${one.departmentAssigneeId ?? ''} choices=${[['', t('none')], ...departments.value.map((each) => [each.id, each.name])]} onPick=${(/** @type {string} */ id) => set(one, { departmentAssigneeId: id ? Number(id) : null })} />`}
    <${Choice} name=${t('status')} value=${one.status} choices=${STATUSES.map((each) => [each, t(each)])} onPick=${(/** @type {string} */ status) => set(one, { status })} />
    <${Choice} name=${t('priority')} value=${one.priority} choices=${PRIORITIES.map((each) => [each, t(each)])} onPick=${(/** @type {string} */ priority) => set(one, { priority })} />
  </section>`;
}

/** @param {{ one: Conversation }} given */
function Tags({ one }) {
  const text = useSignal('');
  const add = async () => {
    const name = text.value.trim();
    if (!name) return;
    text.value = '';
    const done = await attempt(async () => {
      const tag = await tagNamed(name);
      if (!tag) throw new Refused(0, t('no_tag', { name }));
      await changeTags(one, (those) => [...new Set([...those, tag.id])]);
    });
    if (!done && !text.value) text.value = name;
  };
  return html`<section><h2>${t('tags')}</h2><div class="tags">
    ${one.tagIds.map((id) => tagOf(id)).filter((tag) => tag !== undefined).map((tag) => html`<span key=${tag.id} class="tag big"><span class="tag-name" dir="auto">${tag.name}</span><${IconButton} icon="x" size=${12} label=${t('remove_tag', { name: tag.name })} onClick=${() => attempt(() => changeTags(one, (those) => those.filter((id) => id !== tag.id)))} /></span>`)}
    <form onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); add(); }}>
      <input id="add-tag" class="quiet" list="known-tags" aria-label=${t('add_tag')} placeholder=${t('add_tag')} maxlength="256" value=${text} onInput=${(/** @type {any} */ event) => { text.value = event.target.value; }} />
      <datalist id="known-tags">${tags.value.filter((tag) => !one.tagIds.includes(tag.id)).map((tag) => html`<option key=${tag.id} value=${tag.name}></option>`)}</datalist>
    </form></div></section>`;
}

/** @param {{ one: Conversation, field: Field }} given */
function FieldRow({ one, field }) {
  const value = one.customFields.find((each) => each.id === field.id)?.value ?? '';
  /** @param {any} event */
  const store = ({ target }) => target.value === value ? Promise.resolve(true) : set(one, { customFields: [{ id: field.id, value: target.value }] });
  if (field.options.length && field.type !== 'checkboxList') {
    return html`<${Choice} name=${field.name} value=${value} choices=${[['', t('none')], ...field.options.map((each) => [each.value, each.name])]} onPick=${(/** @type {string} */ given) => store({ target: { value: given } })} />`;
  }
  return html`<label class="fact"><span dir="auto">${field.name}</span><input class="quiet" dir="auto" value=${value} maxlength="1024" title=${field.helpText ?? ''} placeholder="–" onChange=${store} /></label>`;
}

const loadPrivacy = () => import('./settings/contact_privacy.js');

/** @param {{ one: Conversation }} given */
function ContactPart({ one }) {
  const contact = useSignal(/** @type {Contact | null} */ (null));
  const earlier = useSignal(/** @type {Conversation[] | null} */ (null));
  useEffect(() => {
    let isHere = true;
    contact.value = null;
    earlier.value = null;
    get(`contacts/${one.contactId}`).then((told) => {
      if (isHere) contact.value = told.contact;
    }, () => undefined);
    get('conversations', { ...conditions([['contactId', 'is', String(one.contactId)]]), timeFrom: '2000-01-01' }).then((told) => {
      if (isHere) earlier.value = told.conversations;
    }, () => undefined);
    return () => {
      isHere = false;
    };
  }, [one.contactId, one.id]);
  const who = contact.value;
  const known = who ? /** @type {[string, string | null][]} */ ([[t('email'), who.email], [t('phone'), who.phoneNumber], [t('company'), who.company], [t('job'), who.title], [t('place'), [who.city, who.country].filter(Boolean).join(', ')]]) : [];
  const others = earlier.value?.filter((each) => each.id !== one.id) ?? [];
  return html`<section><h2>${t('contact')}</h2>
    <div class="contact"><${Avatar} name=${nameOf(one)} id=${one.contactId} /><div><strong dir="auto">${nameOf(one)}</strong>${who?.alias && html`<small dir="auto">${who.alias}</small>`}</div></div>
    <dl class="facts">${known.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}</dl>
    ${who?.description && html`<p class="hint" dir="auto">${who.description}</p>`}
    ${session.value?.agent.role === 'admin' && html`<${Later} key=${one.contactId} load=${loadPrivacy} id=${one.contactId} name=${nameOf(one)} />`}
    </section>
    <section><h2>${t('earlier')}</h2>
    ${earlier.value && !others.length && html`<p class="hint">${t('no_earlier')}</p>`}
    <ul class="earlier">${others.slice(0, 10).map((each) => html`<li key=${each.id}><a href=${addressOf(view.value.id, each.id)}><span dir="auto">${each.lastMessage || each.subject || t('no_text')}</span><small>${t(each.status)} · <${Age} at=${each.lastRepliedTime ?? each.createdTime} /></small></a></li>`)}</ul>
  </section>`;
}

export function Panel() {
  const one = conversation.value;
  if (!one) return null;
  return html`<aside class="panel" aria-label=${t('details')}>
    <div class="panel-actions">
      ${one.isDeleted ? html`<button type="button" class="button small" onClick=${() => attempt(() => restore(one.id))}>${t('restore')}</button>` : html`
        <button type="button" class="button small plain" disabled=${one.agentAssigneeId === me.value} onClick=${() => attempt(assignToMe)}>${t('assign_me')}</button>
        ${one.status === 'closed' ? html`<button type="button" class="button small plain" onClick=${() => set(one, { status: 'pendingInternal' })}>${t('reopen')}</button>` : html`<button type="button" class="button small" onClick=${closeIt}>${t('close_conversation')}</button>`}
        <span class="panel-more">${one.status !== 'closed' && html`<${IconButton} icon="moon" label=${t('snooze')} onClick=${() => { showing.value = 'snooze'; }} />`}<${IconButton} icon="merge" label=${t('merge')} onClick=${() => { showing.value = 'merge'; }} /><${IconButton} icon="trash" label=${t('delete')} onClick=${() => { showing.value = 'delete'; }} /></span>`}
    </div>
    <${Clock} one=${one} />
    ${one.snoozedUntil && html`<p class="snooze-line"><${Snoozed} one=${one} /><button type="button" class="link" onClick=${() => attempt(() => snooze(one.id, null))}>${t('end_snooze')}</button></p>`}
    <fieldset class="panel-facts" disabled=${one.isDeleted}>
      <${Assignment} one=${one} /><${Tags} one=${one} />
      ${fields.value.length > 0 && html`<section><h2>${t('fields')}</h2>${fields.value.map((field) => html`<${FieldRow} key=${`${field.id} ${one.id}`} one=${one} field=${field} />`)}</section>`}
    </fieldset>
    <${ContactPart} one=${one} />
    <section><dl class="facts"><div><dt>${t('number')}</dt><dd>#${one.id}</dd></div><div><dt>${t('created')}</dt><dd>${dateOf(one.createdTime)}</dd></div>
      <div><dt>${t('channel')}</dt><dd><${Icon} name=${one.channel === 'email' ? 'mail' : 'chat'} size=${13} /> ${t(one.channel === 'email' ? 'by_email' : 'by_chat')}${one.receivedFrom ? ` · ${one.receivedFrom}` : ''}</dd></div></dl></section>
  </aside>`;
}
