// The screen of a kind: its list, and the form of one. What it shows is in kinds.js.

import { useSignal } from '@preact/signals';

import { call, get, put } from '../api.js';
import * as directory from '../directory.js';
import { Blank, Icon, IconButton, Later } from '../elements.js';
import { html } from '../html.js';
import { go, goFromHere } from '../place.js';
import { attempt, toast } from '../toasts.js';
import { t as common } from '../words.js';
import { Form } from './form.js';
import { Secret } from './inputs.js';
import { useRead } from './loading.js';
import { Sure } from './sure.js';
import { t } from './texts.js';

/** @typedef {import('./kinds.js').Kind} Kind */

/** @param {Kind} kind @param {any} row */
const keyOf = (kind, row) => kind.keyOf?.(row) ?? row.id;
/** @param {Kind} kind @param {any} row */
const nameOf = (kind, row) => kind.nameOf?.(row) ?? row.name;
/** @param {string} id @param {string | number} [key] */
const addressOf = (id, key = '') => `#/settings/${id}${key === '' ? '' : `/${encodeURIComponent(key)}`}`;

/** Lets other screens know of a change. @param {Kind} kind */
const tell = (kind) => kind.directory && directory.load(/** @type {any} */ (kind.directory)).catch(() => undefined);

/** @param {{ id: string, kind: Kind, rows: any[], reload: () => void }} given */
function Table({ id, kind, rows, reload }) {
  /** @param {any} row @param {'up' | 'down'} type */
  const move = async (row, type) => (await attempt(() => put(`${kind.path}/${keyOf(kind, row)}/sort`, { type }))) && reload();
  return html`<div class="table-box"><table class="table"><thead><tr>
      ${kind.columns.map(([word]) => html`<th key=${word} scope="col">${t(word)}</th>`)}${kind.isSorted && html`<th scope="col"><span class="hidden">${t('order')}</span></th>`}</tr></thead>
    <tbody>${rows.map((row, at) => html`<tr key=${keyOf(kind, row)}>
      ${kind.columns.map(([word, show], place) => html`<td key=${word} dir="auto">${place === 0 ? html`<a href=${addressOf(id, keyOf(kind, row))}>${show(row)}</a>` : show(row)}</td>`)}
      ${kind.isSorted && html`<td class="table-move"><${IconButton} icon="up" size=${16} label=${t('move_up', { name: nameOf(kind, row) })} disabled=${at === 0} onClick=${() => move(row, 'up')} /><${IconButton} icon="down" size=${16} label=${t('move_down', { name: nameOf(kind, row) })} disabled=${at === rows.length - 1} onClick=${() => move(row, 'down')} /></td>`}
    </tr>`)}</tbody></table></div>`;
}

/** @param {{ id: string, kind: Kind }} given */
function List({ id, kind }) {
  const { value, shown, reload } = useRead(() => get(kind.path, kind.query), [id]);
  const rows = /** @type {any[] | undefined} */ (value?.[kind.list]);
  return html`<header class="part-head"><div><h1 tabindex="-1">${t(kind.title)}</h1><p class="hint">${t(kind.lead)}</p></div>
      <a class="button small" href=${addressOf(id, 'new')}><${Icon} name="plus" size=${16} />${t(kind.add)}</a></header>
    ${shown ?? (rows?.length ? html`<${Table} id=${id} kind=${kind} rows=${rows} reload=${reload} />` : html`<${Blank} title=${t('none_yet')}><p class="hint">${t(kind.lead)}</p><//>`)}`;
}

/** Reads one; from the list where that has all of it. @param {Kind} kind @param {string} key */
async function read(kind, key) {
  if (kind.isRead) return (await get(`${kind.path}/${key}`))[kind.one];
  const all = (await get(kind.path, kind.query))[kind.list];
  return all.find((/** @type {any} */ row) => String(keyOf(kind, row)) === key) ?? null;
}

/** @param {{ id: string, kind: Kind, one: any, reload: () => void }} given */
function Editor({ id, kind, one, reload }) {
  const isSure = useSignal(false);
  const secret = useSignal('');
  const isNew = one === undefined;
  const told = isNew ? kind.blank : { ...kind.blank, ...one };
  const start = kind.from?.(told) ?? told;
  const key = isNew ? '' : keyOf(kind, one);
  /** @param {any} draft */
  const save = async (draft) => {
    const move = goFromHere();
    const body = kind.to ? kind.to(draft) : draft;
    const isPut = kind.makeBy === 'PUT';
    const answer = await call(isNew || isPut ? (isPut ? 'PUT' : 'POST') : 'PUT', isNew || isPut ? (kind.makeAt ?? kind.path) : `${kind.path}/${key}`, { body });
    tell(kind);
    const made = answer?.[kind.one];
    const hidden = answer?.secret ?? made?.secret;
    if (isNew && hidden) secret.value = hidden;
    else if (isNew && kind.beside && made) move(addressOf(id, keyOf(kind, made)));
    else move(addressOf(id));
  };
  const remove = async () => {
    const move = goFromHere();
    isSure.value = false;
    if (!(await attempt(() => call('DELETE', kind.removeAt?.(key) ?? `${kind.path}/${key}`)))) return;
    tell(kind);
    toast(t('removed'));
    move(addressOf(id));
  };
  const title = isNew ? t(kind.add) : nameOf(kind, one);
  return html`<header class="part-head"><div><a class="crumb" href=${addressOf(id)}><${Icon} name="back" size=${16} />${t(kind.title)}</a><h1 tabindex="-1" dir="auto">${title}</h1>${isNew && html`<p class="hint">${t(kind.lead)}</p>`}</div></header>
    ${secret.value ? html`<${Secret} secret=${secret.value} onClose=${() => go(addressOf(id))} />` : html`
    ${isNew || !kind.isFixed ? html`<${Form} parts=${kind.parts} start=${start} isNew=${isNew} taken=${kind.taken} save=${save} submit=${isNew ? t('create') : ''}>
      <a class="button small plain" href=${addressOf(id)}>${common('cancel')}</a>
      ${!isNew && html`<button type="button" class="button small plain remove" onClick=${() => { isSure.value = true; }}>${common('remove')}</button>`}<//>`
    : html`<dl class="told">${kind.columns.map(([word, show]) => html`<div key=${word}><dt>${t(word)}</dt><dd dir="auto">${show(one)}</dd></div>`)}</dl>
      <div class="form-end"><button type="button" class="button small plain remove" onClick=${() => { isSure.value = true; }}>${common('remove')}</button></div>`}
    ${!isNew && kind.beside && html`<${Later} load=${kind.beside} one=${one} reload=${reload} tellSecret=${(/** @type {string} */ hidden) => { secret.value = hidden; }} />`}`}
    ${isSure.value && html`<${Sure} title=${common('remove')} text=${t('remove_sure', { name: nameOf(kind, one) })} action=${common('remove')} onClose=${() => { isSure.value = false; }} onSure=${remove} />`}`;
}

/** @param {{ id: string, kind: Kind, key_: string }} given */
function Existing({ id, kind, key_ }) {
  const { value, shown, reload } = useRead(() => read(kind, key_), [id, key_]);
  if (shown) return shown;
  return value ? html`<${Editor} id=${id} kind=${kind} one=${value} reload=${reload} />` : html`<${Blank} title=${t('gone')}><a href=${addressOf(id)}>${t(kind.title)}</a><//>`;
}

/** @param {{ id: string, kind: Kind, which?: string }} given */
export function KindScreen({ id, kind, which }) {
  if (which === undefined) return html`<${List} key=${id} id=${id} kind=${kind} />`;
  return which === 'new' ? html`<${Editor} key=${`${id} new`} id=${id} kind=${kind} reload=${() => undefined} />` : html`<${Existing} key=${`${id} ${which}`} id=${id} kind=${kind} key_=${which} />`;
}
