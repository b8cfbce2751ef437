// The audit log: what was changed, and who changed it; read, never written.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { get, put, queryOf } from '../api.js';
import { agents } from '../directory.js';
import { Waiting } from '../elements.js';
import { html } from '../html.js';
import { attempt } from '../toasts.js';
import { dateOf, t as common } from '../words.js';
import { Form } from './form.js';
import { useRead } from './loading.js';
import { t } from './texts.js';

const KINDS = /** @type {const} */ (['conversation', 'contact', 'agent', 'setting']);

/** @param {{ label: string, value: string, choices: [string, string][], onPick: (value: string) => void }} given */
const Pick = ({ label, value, choices, onPick }) => html`<label class="cell"><span>${label}</span><select onChange=${(/** @type {any} */ { target }) => onPick(target.value)}>
  <option value="" selected=${!value}>${common('any')}</option>${choices.map(([one, text]) => html`<option key=${one} value=${one} selected=${one === value}>${text}</option>`)}</select></label>`;

/** @param {any} row */
const whatOf = (row) => [t(/** @type {any} */ (`kind_${row.kind}`)), row.settingType, row.settingKey ?? (row.objectId === null ? '' : `#${row.objectId}`)].filter(Boolean).join(' · ');
/** @param {any} row */
const whoOf = (row) => row.actorName ?? (row.actorId ? `${row.actorType} #${row.actorId}` : common('desk'));
/** @param {unknown} value */
const cut = (value) => (value === null || value === '' ? '–' : String(value).slice(0, 300));

function Retention() {
  const { value, shown } = useRead(() => get('auditLogs/retention'), []);
  return shown ?? html`<h2>${t('kept_for')}</h2><${Form} parts=${[{ name: 'days', label: 'days', type: 'number', least: 1, help: 'kept_help' }]} start=${value} save=${(/** @type {any} */ { days }) => put('auditLogs/retention', { days })} />`;
}

export default function Audit() {
  const rows = useSignal(/** @type {any[] | null} */ (null));
  const next = useSignal(/** @type {string | null} */ (null));
  const kind = useSignal('setting');
  const actor = useSignal('');
  /** @param {Record<string, string>} more */
  const read = (more) => attempt(async () => {
    const query = Object.keys(more).length ? more : { kind: kind.value || undefined, actor: actor.value || undefined };
    const told = await get('auditLogs', /** @type {any} */ (query));
    rows.value = [...(Object.keys(more).length ? rows.value ?? [] : []), ...told.auditLogs];
    next.value = told.nextPage;
  });
  useEffect(() => {
    rows.value = null;
    read({});
  }, [kind.value, actor.value]);
  return html`<div class="filters"><${Pick} label=${t('about')} value=${kind.value} choices=${KINDS.map((one) => [one, t(`kind_${one}`)])} onPick=${(/** @type {string} */ one) => { kind.value = one; }} />
      <${Pick} label=${t('who')} value=${actor.value} choices=${[['system', common('desk')], ...agents.value.map((one) => [String(one.id), one.name])]} onPick=${(/** @type {string} */ one) => { actor.value = one; }} /></div>
    ${rows.value === null ? html`<${Waiting} />` : html`<div class="table-box" role="region" tabindex="0" aria-label=${t('audit')}><table class="table audit"><thead><tr>${/** @type {const} */ (['time', 'who', 'about', 'field', 'before', 'after']).map((word) => html`<th key=${word} scope="col">${t(word)}</th>`)}</tr></thead>
      <tbody>${rows.value.map((row) => html`<tr key=${row.id}><td><time datetime=${row.time}>${dateOf(row.time)}</time></td><td dir="auto">${whoOf(row)}</td><td dir="auto">${whatOf(row)}</td><td>${row.field}</td><td class="audit-value" dir="auto">${cut(row.from)}</td><td class="audit-value" dir="auto">${cut(row.to)}</td></tr>`)}</tbody></table></div>
      ${!rows.value.length && html`<p class="hint">${t('none_yet')}</p>`}
      ${next.value && html`<div class="form-end"><button type="button" class="button small plain" onClick=${() => read(queryOf(next.value ?? undefined))}>${t('show_more')}</button></div>`}`}
    <${Retention} />`;
}
