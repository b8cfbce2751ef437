// Parts of forms: one for each type of a value. A form is a table of them, see kinds.js.

import { IconButton } from '../elements.js';
import { html } from '../html.js';
import { t as common } from '../words.js';
import { Conditions, Values } from './conditions.js';
import { t } from './texts.js';

/**
 * A part of a form.
 * @typedef {object} Part
 * @property {string} name as the API has it
 * @property {import('./texts.js').SettingsWord} label
 * @property {'text' | 'email' | 'url' | 'password' | 'date' | 'time' | 'number' | 'minutes' | 'area' | 'switch' | 'select' | 'checks' | 'rows' | 'conditions' | 'values'} type
 * @property {import('./texts.js').SettingsWord} [help]
 * @property {boolean} [isRequired]
 * @property {number} [least] of a number
 * @property {number} [most] of a number, or characters
 * @property {() => [any, string][]} [choices]
 * @property {string} [list] the id of a datalist
 * @property {(draft: any, isNew: boolean) => boolean} [when] whether it is there
 * @property {Part[]} [parts] of each row
 * @property {() => any} [blank] a new row; without it there are as many as there are
 * @property {(row: any) => string} [title] of a row
 * @property {string[]} [also] other names by which errors call it
 */

/** @typedef {{ part: Part, id: string, value: any, onChange: (value: any) => void, error?: string, draft?: any, label?: string }} Given */

/** @param {Given} given what tells of the help and the error beside it */
const told = ({ part, id, error }) => ({
  id, 'aria-invalid': error ? 'true' : undefined, required: part.isRequired,
  'aria-describedby': [part.help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined,
});

const LONGEST = 256;
const PER_MINUTE = 60;

/** @param {Given} given */
function Line(given) {
  const { part, value, onChange } = given;
  return html`<input ...${told(given)} aria-label=${given.label} type=${part.type} dir="auto" autocomplete=${part.type === 'password' ? 'new-password' : 'off'} list=${part.list} maxlength=${part.type === 'date' ? undefined : (part.most ?? LONGEST)} value=${value ?? ''} onInput=${(/** @type {any} */ { target }) => onChange(target.value)} />`;
}

/** A number; empty is none. @param {Given} given */
function Figure(given) {
  const { part, value, onChange } = given;
  const times = part.type === 'minutes' ? PER_MINUTE : 1;
  return html`<input ...${told(given)} aria-label=${given.label} type="number" inputmode="decimal" step="any" min=${part.least ?? 0} max=${part.most} value=${value === null || value === undefined ? '' : value / times}
    onInput=${(/** @type {any} */ { target }) => onChange(target.value === '' ? null : Math.round(Number(target.value) * times * 1000) / 1000)} />`;
}

/** @param {Given} given */
const Area = (given) => html`<textarea ...${told(given)} rows="5" dir="auto" maxlength=${given.part.most ?? 10_000} value=${given.value ?? ''} onInput=${(/** @type {any} */ { target }) => given.onChange(target.value)}></textarea>`;

/** @param {Given} given */
export function Select(given) {
  const { part, value, onChange } = given;
  const choices = part.choices?.() ?? [];
  const at = choices.findIndex(([one]) => one === value);
  return html`<select ...${told(given)} aria-label=${given.label} onChange=${(/** @type {any} */ { target }) => onChange(choices[Number(target.value)][0])}>
    ${at < 0 && html`<option value="-1" selected disabled>${value === undefined || value === null || value === '' ? t('choose') : String(value)}</option>`}
    ${choices.map(([one, text], place) => html`<option key=${one} value=${place} selected=${place === at}>${text}</option>`)}</select>`;
}

/** @param {Given} given */
function Checks({ part, value, onChange }) {
  const has = new Set(value ?? []);
  const choices = part.choices?.() ?? [];
  if (!choices.length) return html`<p class="hint">${t('none_yet')}</p>`;
  return html`<div class="checks">${choices.map(([one, text]) => html`<label key=${one} class="choice"><input type="checkbox" checked=${has.has(one)} onChange=${(/** @type {any} */ { target }) => onChange(target.checked ? [...has, one] : [...has].filter((each) => each !== one))} /><span dir="auto">${text}</span></label>`)}</div>`;
}

/** Rows of parts, one below the other. @param {Given} given */
function Rows({ part, id, value, onChange, error }) {
  const rows = /** @type {any[]} */ (value ?? []);
  const parts = part.parts ?? [];
  /** @param {number} at @param {any} changed */
  const put = (at, changed) => onChange(rows.map((row, place) => (place === at ? { ...row, ...changed } : row)));
  return html`<div class="grid-rows" aria-describedby=${error ? `${id}-error` : undefined}>
    ${rows.map((row, at) => html`<div key=${at} class="grid-row" role="group" aria-label=${part.title?.(row) ?? t('row', { n: at + 1 })}>
      ${part.title && html`<span class="grid-title" dir="auto">${part.title(row)}</span>`}
      ${parts.map((each) => (each.type === 'switch'
    ? html`<label key=${each.name} class="choice"><input type="checkbox" checked=${Boolean(row[each.name])} onChange=${(/** @type {any} */ { target }) => put(at, { [each.name]: target.checked })} /><span>${t(each.label)}</span></label>`
    : html`<label key=${each.name} class="cell"><span>${t(each.label)}</span><${Input} part=${each} id=${`${id}-${at}-${each.name}`} value=${row[each.name]} onChange=${(/** @type {any} */ given) => put(at, { [each.name]: given })} /></label>`))}
      ${part.blank && html`<${IconButton} icon="x" size=${14} label=${t('remove_row', { n: at + 1 })} onClick=${() => onChange(rows.filter((_, place) => place !== at))} />`}
    </div>`)}
    ${part.blank && html`<button type="button" id=${id} class="button small plain" onClick=${() => onChange([...rows, part.blank?.()])}>${t('add_row')}</button>`}
  </div>`;
}

/** @type {Record<Part['type'], any>} */
const INPUTS = {
  text: Line, email: Line, url: Line, password: Line, date: Line, time: Line, number: Figure, minutes: Figure, area: Area, select: Select,
  switch: null, checks: Checks, rows: Rows, conditions: Conditions, values: Values,
};
/** Those that are several controls. */
const GROUPS = new Set(['checks', 'rows', 'conditions', 'values']);

/** @param {Given} given */
function Input(given) {
  return html`<${INPUTS[given.part.type]} ...${given} />`;
}

/** A part with its label, its help, and what is wrong with it. @param {Given} given */
export function FormPart(given) {
  const { part, id, error, value, onChange } = given;
  const below = html`${part.help && html`<p class="hint" id=${`${id}-help`}>${t(part.help)}</p>`}
    ${error && html`<p class="field-error" id=${`${id}-error`}>${error}</p>`}`;
  if (part.type === 'switch') {
    return html`<div class="form-part" data-part=${part.name}><label class="choice"><input ...${told(given)} required=${false} type="checkbox" checked=${Boolean(value)} onChange=${(/** @type {any} */ { target }) => onChange(target.checked)} /><span>${t(part.label)}</span></label>${below}</div>`;
  }
  if (GROUPS.has(part.type)) {
    return html`<fieldset class="form-part" data-part=${part.name} tabindex="-1"><legend>${t(part.label)}</legend><${Input} ...${given} />${below}</fieldset>`;
  }
  return html`<div class="form-part" data-part=${part.name}><label for=${id}>${t(part.label)}${!part.isRequired && part.type !== 'select' && html` <small class="hint">${t('optional')}</small>`}</label><${Input} ...${given} />${below}</div>`;
}

/** Shows a secret, which is told once. @param {{ secret: string, onClose: () => void }} given */
export function Secret({ secret, onClose }) {
  const copy = () => navigator.clipboard.writeText(secret);
  return html`<section class="secret" role="alert"><h2>${t('secret')}</h2><p>${t('secret_once')}</p>
    <div class="secret-line"><input id="secret" aria-label=${t('secret')} readonly value=${secret} onFocus=${(/** @type {any} */ { target }) => target.select()} /><button type="button" class="button small" onClick=${copy}>${t('copy')}</button></div>
    <button type="button" class="link" onClick=${onClose}>${common('close')}</button></section>`;
}
