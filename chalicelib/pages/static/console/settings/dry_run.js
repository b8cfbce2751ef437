// Where would this conversation go? The routing rules are asked; nothing is changed.

import { useSignal } from '@preact/signals';

import { post } from '../api.js';
import { departments, tags } from '../directory.js';
import { html } from '../html.js';
import { t as common } from '../words.js';
import { Form } from './form.js';
import { t } from './texts.js';

const PRIORITIES = /** @type {const} */ (['urgent', 'high', 'normal', 'low']);
/** @type {import('./inputs.js').Part[]} */
const PARTS = [
  { name: 'channel', label: 'channel', type: 'select', choices: () => [['portal', common('by_chat')], ['email', common('by_email')]] },
  { name: 'subject', label: 'subject', type: 'text' }, { name: 'lastMessage', label: 'message', type: 'area', most: 1024 },
  { name: 'contactName', label: 'contact_name', type: 'text' }, { name: 'contactEmail', label: 'contact_email', type: 'text' },
  { name: 'contactLanguage', label: 'contact_language', type: 'text' }, { name: 'domain', label: 'domain', type: 'text' },
  { name: 'priority', label: 'priority', type: 'select', choices: () => PRIORITIES.map((one) => [one, common(one)]) },
  { name: 'departmentAssigneeId', label: 'department', type: 'select', choices: () => [[null, common('none')], ...departments.value.map((one) => /** @type {[any, string]} */ ([one.id, one.name]))] },
  { name: 'tagIds', label: 'tags', type: 'checks', choices: () => tags.value.map((one) => [one.id, one.name]), when: () => tags.value.length > 0 },
];
const START = { channel: 'portal', subject: '', lastMessage: '', contactName: '', contactEmail: '', contactLanguage: '', domain: '', priority: 'normal', departmentAssigneeId: null, tagIds: [] };

export default function DryRun() {
  const told = useSignal(/** @type {any} */ (null));
  /** @param {any} draft */
  const ask = async (draft) => {
    told.value = null;
    told.value = (await post('routing/dryRun', draft)).routing;
  };
  return html`<section class="beside"><h2>${t('dry_run')}</h2><p class="hint">${t('dry_run_lead')}</p>
    <${Form} parts=${PARTS} start=${START} save=${ask} submit=${t('dry_run_ask')} isQuiet />
    <div role="status">${told.value && html`<p class="good">${told.value.text}</p>`}</div></section>`;
}
