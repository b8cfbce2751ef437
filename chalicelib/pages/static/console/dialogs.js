// Dialogs about a conversation and its views: merge, delete, a new filter.

import { useSignal } from '@preact/signals';

import { mergeHere, removeIt, restore } from './actions.js';
import { post } from './api.js';
import { conversation } from './conversation.js';
import { agents, departments, load, tags } from './directory.js';
import { Dialog, Later } from './elements.js';
import { html } from './html.js';
import { Keys } from './keyboard.js';
import { addressOf, goFromHere, openNumber } from './place.js';
import { showing } from './showing.js';
import { attempt, toast } from './toasts.js';
import { view } from './views.js';
import { t } from './words.js';

const done = () => {
  showing.value = '';
};

// A dialog about one conversation does nothing to another that is opened meanwhile, as by going back.
openNumber.subscribe(done);

function Merge() {
  const number = useSignal('');
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await attempt(() => mergeHere(Number(number.value.replace('#', ''))))) {
      toast(t('merged'));
      done();
    }
  };
  return html`<${Dialog} title=${t('merge')} onClose=${done}><form class="stack" onSubmit=${submit}>
    <p>${t('merge_lead')}</p>
    <div class="field"><label for="merge">${t('merge_which')}</label><input id="merge" required pattern="#?[0-9]+" inputmode="numeric" autofocus value=${number} onInput=${(/** @type {any} */ event) => { number.value = event.target.value; }} /></div>
    <div class="dialog-end"><button type="button" class="button small plain" onClick=${done}>${t('cancel')}</button><button class="button small">${t('merge')}</button></div>
  </form><//>`;
}

/** Deletes what is open, with a way back. */
async function removeOpen() {
  const number = conversation.value?.id ?? 0;
  const move = goFromHere();
  if (!(await attempt(removeIt))) return;
  done();
  move(addressOf(view.value.id));
  toast(t('deleted_now'), { action: t('undo'), act: () => attempt(() => restore(number)) });
}

const Delete = () => html`<${Dialog} title=${t('delete')} onClose=${done}><div class="stack"><p>${t('delete_sure')}</p>
  <div class="dialog-end"><button type="button" class="button small plain" onClick=${done}>${t('cancel')}</button><button type="button" class="button small danger" autofocus onClick=${removeOpen}>${t('delete')}</button></div></div><//>`;

/** What a filter asks by, as Anytime numbers its fields (`GET /fields`), and what there is to choose. @returns {[number, import('./words.js').Word, [string, string][]][]} */
const asked = () => [
  [6, 'status', /** @type {const} */ (['new', 'pendingInternal', 'pendingExternal', 'onHold', 'closed']).map((one) => [one, t(one)])],
  [7, 'priority', /** @type {const} */ (['urgent', 'high', 'normal', 'low']).map((one) => [one, t(one)])],
  [8, 'channel', [['portal', t('by_chat')], ['email', t('by_email')]]],
  [9, 'assignee', agents.value.map((one) => [String(one.id), one.name])],
  [10, 'department', departments.value.map((one) => [String(one.id), one.name])],
  [14, 'tags', tags.value.map((one) => [String(one.id), one.name])],
];

function NewFilter() {
  const name = useSignal('');
  const isPrivate = useSignal(true);
  const values = useSignal(/** @type {Record<number, string>} */ ({}));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const conditions = Object.entries(values.value).filter(([, value]) => value).map(([id, value], at) => ({ fieldId: Number(id), matchType: 'is', value, index: at + 1 }));
    const move = goFromHere();
    await attempt(async () => {
      const { filter } = await post('filters', { name: name.value, isPrivate: isPrivate.value, conditions });
      await load('filters');
      done();
      toast(t('filter_saved', { name: filter.name }));
      move(addressOf(`filter-${filter.id}`));
    });
  };
  return html`<${Dialog} title=${t('save_filter')} onClose=${done}><form class="stack" onSubmit=${submit}>
    <div class="field"><label for="filter-name">${t('filter_name')}</label><input id="filter-name" required maxlength="256" autofocus value=${name} onInput=${(/** @type {any} */ event) => { name.value = event.target.value; }} /></div>
    <p class="hint">${t('filter_match')}</p>
    ${asked().map(([id, word, choices]) => html`<label key=${id} class="fact"><span>${t(word)}</span><select onChange=${(/** @type {any} */ event) => { values.value = { ...values.value, [id]: event.target.value }; }}>
      <option value="">${t('any')}</option>${choices.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}</select></label>`)}
    <label class="choice"><input type="checkbox" checked=${isPrivate} onChange=${(/** @type {any} */ event) => { isPrivate.value = event.target.checked; }} /><span>${t('filter_private')}</span></label>
    <div class="dialog-end"><button type="button" class="button small plain" onClick=${done}>${t('cancel')}</button><button class="button small">${t('save')}</button></div>
  </form><//>`;
}

const loadSnooze = () => import('./snooze.js');
const Snooze = () => html`<${Later} load=${loadSnooze} />`;

const DIALOGS = { keys: Keys, filter: NewFilter, merge: Merge, delete: Delete, snooze: Snooze };
/** Those about the conversation that is open. */
const OF_ONE = new Set(['merge', 'delete', 'snooze']);

export function Dialogs() {
  const name = showing.value;
  if (!name || (OF_ONE.has(name) && !conversation.value)) return null;
  return html`<${DIALOGS[name]} />`;
}
