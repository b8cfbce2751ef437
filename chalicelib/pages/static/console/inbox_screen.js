// The inbox: the list of a view, the conversation that is open, and what it is about.

import { useSignal } from '@preact/signals';

import { assignToMe, change, markUnread } from './actions.js';
import { Composer } from './composer.js';
import { conversation, state } from './conversation.js';
import { Blank, IconButton, Waiting } from './elements.js';
import { html } from './html.js';
import { List, nameOf } from './list.js';
import { Panel, closeIt } from './panel.js';
import { addressOf, openNumber } from './place.js';
import { prefer, preferences } from './preferences.js';
import { me } from './session.js';
import { isPanel, togglePanel } from './showing.js';
import { attempt, toast } from './toasts.js';
import { Thread } from './thread.js';
import { view } from './views.js';
import { t } from './words.js';

/** @param {{ one: Conversation }} given */
function Subject({ one }) {
  const isEdited = useSignal(false);
  if (!isEdited.value) {
    return html`<button type="button" class="subject" title=${t('edit_subject')} disabled=${one.isDeleted} onClick=${() => { isEdited.value = true; }}><span dir="auto">${one.subject && one.subject !== nameOf(one) ? one.subject : t('add_subject')}</span></button>`;
  }
  const store = async (/** @type {any} */ event) => {
    const subject = event.target.value.trim();
    isEdited.value = false;
    if (subject !== one.subject) await attempt(() => change(one.id, { subject }));
  };
  return html`<input class="subject-field" autofocus dir="auto" aria-label=${t('subject')} maxlength="1024" value=${one.subject} ref=${(/** @type {HTMLInputElement | null} */ self) => self?.focus()} onBlur=${store} onKeyDown=${(/** @type {any} */ event) => event.key === 'Enter' && event.target.blur()} />`;
}

/** What agents do most, while the panel that has it too is not shown. @param {{ one: Conversation }} given */
const Quick = ({ one }) => html`${one.agentAssigneeId !== me.value && html`<${IconButton} icon="user" label=${t('assign_me')} onClick=${() => attempt(assignToMe)} />`}
  ${one.status !== 'closed' && html`<${IconButton} icon="check" label=${t('close_conversation')} onClick=${closeIt} />`}`;

/** @param {{ one: Conversation }} given */
function Head({ one }) {
  return html`<header class="conversation-head">
    <a class="icon-button back" href=${addressOf(view.value.id)} aria-label=${t('back')} title=${t('back')}>‹</a>
    <div class="conversation-title"><h1 dir="auto">${nameOf(one)}</h1><${Subject} key=${one.id} one=${one} /></div>
    <span class=${`status-pill ${one.status}`}>${t(one.status)}</span>
    ${!one.isDeleted && !isPanel.value && html`<${Quick} one=${one} />`}
    ${!one.isDeleted && html`<${IconButton} icon="unread" label=${t('mark_unread')} onClick=${async () => { if (await attempt(markUnread)) toast(t('marked_unread')); }} />`}
    <${IconButton} icon="log" class="icon-button roomy" label=${t('events')} aria-pressed=${preferences.value.log} onClick=${() => prefer({ log: !preferences.value.log })} />
    <${IconButton} icon="panel" label=${t(isPanel.value ? 'hide_details' : 'show_details')} aria-pressed=${isPanel.value} onClick=${togglePanel} />
  </header>`;
}

function Open() {
  const one = conversation.value;
  if (state.value === 'none') return html`<${Blank} title=${t('choose')}><p>${t('choose_lead')}</p><//>`;
  if (state.value === 'missing') return html`<${Blank} title=${t('not_found')}><a href=${addressOf(view.value.id)}>${t('back')}</a><//>`;
  if (state.value === 'failed') return html`<${Blank} title=${t('unreachable')}><p>${t('reconnecting')}</p><//>`;
  if (!one) return html`<${Waiting} lines=${8} />`;
  return html`<${Head} one=${one} /><${Thread} key=${one.id} /><${Composer} />`;
}

export default function Inbox() {
  const hasPanel = isPanel.value && conversation.value !== null;
  return html`<div class=${`inbox ${openNumber.value ? 'has-open' : ''} ${hasPanel ? 'has-panel' : ''}`}>
    <${List} />
    <section id="conversation" class="conversation" aria-label=${t('conversation')} tabindex="-1"><${Open} /></section>
    ${hasPanel && html`<${Panel} />`}
  </div>`;
}
