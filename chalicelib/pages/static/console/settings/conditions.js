// The editor of conditions, which filters, SLA policies, triggers and routing rules share, and that of values to set.

import { IconButton } from '../elements.js';
import { html } from '../html.js';
import { allFields, choicesOf, fieldOf, labelOf, matchesOf, settable } from './fields.js';
import { t } from './texts.js';

/** @typedef {{ fieldId: number, matchType: string, value: string }} Condition */
/** @typedef {{ when: string, logicExpression: string, list: Condition[] }} ConditionSet */

/** The value of a field: one to choose, or one to write. @param {{ id: number, value: string, label: string, isTime?: boolean, onChange: (value: string) => void }} given */
function Value({ id, value, label, onChange }) {
  const field = fieldOf(id);
  const choices = choicesOf(field);
  /** @param {any} event */
  const changed = ({ target }) => onChange(target.value);
  if (!choices.length) return html`<input aria-label=${label} dir="auto" maxlength="1024" placeholder=${field?.type === 'date' ? '2027-01-31' : ''} value=${value} onInput=${changed} />`;
  const isKnown = choices.some(([one]) => one === value);
  return html`<select aria-label=${label} onChange=${changed}>
    ${!isKnown && html`<option value=${value} selected>${value || t('choose')}</option>`}
    ${choices.map(([one, text]) => html`<option key=${one} value=${one} selected=${one === value}>${text}</option>`)}</select>`;
}

/** @param {{ all: import('./fields.js').AnyField[], id: number, label: string, onChange: (id: number) => void }} given */
const FieldChoice = ({ all, id, label, onChange }) => html`<select aria-label=${label} onChange=${(/** @type {any} */ { target }) => onChange(Number(target.value))}>
  ${!all.some((one) => one.id === id) && html`<option value=${id} selected disabled>${id ? `#${id}` : t('choose')}</option>`}
  ${all.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === id}>${labelOf(one)}</option>`)}</select>`;

/** Returns a field's first choice, or nothing. @param {number} id */
const firstOf = (id) => choicesOf(fieldOf(id))[0]?.[0] ?? '';

/** @param {number} id @returns {Condition} */
const conditionOn = (id) => ({ fieldId: id, matchType: matchesOf(fieldOf(id), '')[0], value: firstOf(id) });

/** @param {{ id: string, value: ConditionSet, onChange: (value: ConditionSet) => void, error?: string }} given */
export function Conditions({ id, value, onChange, error }) {
  const { when, logicExpression, list } = value;
  const wrong = Number(/\[(\d+)\]/u.exec(error ?? '')?.[1] ?? -1);
  /** @param {number} at @param {Condition} one */
  const put = (at, one) => onChange({ ...value, list: list.map((each, place) => (place === at ? one : each)) });
  const status = allFields.value.find((one) => one.isSystemField && one.name === 'status')?.id ?? 0;
  return html`<div class="conditions">
    ${list.length > 1 && html`<select aria-label=${t('when')} onChange=${(/** @type {any} */ { target }) => onChange({ ...value, when: target.value })}>
      ${/** @type {const} */ (['all', 'any', 'logicalExpression']).map((one) => html`<option key=${one} value=${one} selected=${one === when}>${t(`when_${one}`)}</option>`)}</select>`}
    ${list.length > 1 && when === 'logicalExpression' && html`<input aria-label=${t('expression')} placeholder="(1 or 2) and 3" maxlength="1024" value=${logicExpression} onInput=${(/** @type {any} */ { target }) => onChange({ ...value, logicExpression: target.value })} />`}
    ${list.map((one, at) => html`<div key=${at} class=${`condition ${at === wrong ? 'is-wrong' : ''}`} role="group" aria-label=${t('condition', { n: at + 1 })}>
      <span class="condition-number" aria-hidden="true">${at + 1}</span>
      <${FieldChoice} all=${allFields.value} id=${one.fieldId} label=${t('field')} onChange=${(/** @type {number} */ field) => put(at, conditionOn(field))} />
      <select aria-label=${t('match')} onChange=${(/** @type {any} */ { target }) => put(at, { ...one, matchType: target.value })}>
        ${matchesOf(fieldOf(one.fieldId), one.matchType).map((match) => html`<option key=${match} value=${match} selected=${match === one.matchType}>${t(/** @type {any} */ (`match_${match}`))}</option>`)}</select>
      <${Value} id=${one.fieldId} value=${one.value} label=${t('value')} onChange=${(/** @type {string} */ given) => put(at, { ...one, value: given })} />
      <${IconButton} icon="x" size=${14} label=${t('remove_row', { n: at + 1 })} onClick=${() => onChange({ ...value, list: list.filter((_, place) => place !== at) })} /></div>`)}
    ${!list.length && html`<p class="hint">${t('no_conditions')}</p>`}
    <button type="button" id=${id} class="button small plain" onClick=${() => onChange({ ...value, list: [...list, conditionOn(status)] })}>${t('add_condition')}</button>
  </div>`;
}

/** What a trigger sets. @param {{ id: string, value: { fieldId: number, value: string }[], onChange: (value: { fieldId: number, value: string }[]) => void }} given */
export function Values({ id, value, onChange }) {
  const all = settable();
  /** @param {number} at @param {{ fieldId: number, value: string }} one */
  const put = (at, one) => onChange(value.map((each, place) => (place === at ? one : each)));
  const free = all.find((field) => !value.some((one) => one.fieldId === field.id));
  return html`<div class="conditions">
    ${value.map((one, at) => html`<div key=${at} class="condition two" role="group" aria-label=${t('row', { n: at + 1 })}>
      <${FieldChoice} all=${all} id=${one.fieldId} label=${t('field')} onChange=${(/** @type {number} */ field) => put(at, { fieldId: field, value: firstOf(field) })} />
      <${Value} id=${one.fieldId} value=${one.value} label=${t('value')} onChange=${(/** @type {string} */ given) => put(at, { ...one, value: given })} />
      <${IconButton} icon="x" size=${14} label=${t('remove_row', { n: at + 1 })} onClick=${() => onChange(value.filter((_, place) => place !== at))} /></div>`)}
    ${free && html`<button type="button" id=${id} class="button small plain" onClick=${() => onChange([...value, { fieldId: free.id, value: firstOf(free.id) }])}>${t('add_value')}</button>`}
  </div>`;
}
