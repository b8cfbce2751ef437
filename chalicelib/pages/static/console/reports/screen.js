// Reports: what is open now, for all agents; and what was, for administrators. `#/reports/volume`.

import '../later.js';
import { useSignal } from '@preact/signals';

import { get } from '../api.js';
import { Blank } from '../elements.js';
import { html } from '../html.js';
import { session } from '../session.js';
import { useRead } from '../settings/loading.js';
import { Asked, asked, hasHours, isByTime, queryOf } from './asked.js';
import { Chart } from './chart.js';
import { momentOf, nameOf, offset, written } from './formats.js';
import { reports } from './kinds.js';
import { RightNow } from './right_now.js';
import { Csv, Numbers } from './table.js';
import { t } from './texts.js';

const TABS = /** @type {const} */ (['now', 'volume', 'channel', 'efficiency', 'sla']);

/** @param {{ id: 'volume' | 'channel' | 'efficiency' | 'sla' }} given */
function Report({ id }) {
  const report = reports[id];
  const at = useSignal(0);
  const query = queryOf(Boolean(report.hasPolicies));
  const { value, shown } = useRead(() => get(`reports/${id}`, query), [id, JSON.stringify(query)]);
  const flat = report.flatten ?? ((/** @type {any} */ line) => line);
  const lines = (value?.dataList ?? []).map(flat);
  const names = lines.map((/** @type {any} */ line) => (isByTime.value ? momentOf(line.startTime, hasHours.value) : nameOf(line)));
  const chart = report.charts[at.value] ?? report.charts[0];
  const wordOf = (/** @type {string} */ name) => report.measures.find(([each]) => each === name) ?? report.measures[0];
  const [, , format] = wordOf(chart[0]);
  const title = (/** @type {string[]} */ all) => all.map((name) => t(wordOf(name)[1])).join(', ');
  const rows = lines.map((/** @type {any} */ line, /** @type {number} */ place) => ({ key: line.startTime && isByTime.value ? line.startTime : line.id, name: names[place], line }));
  const csv = { ...query, timeZoneOffset: undefined, timeOffset: query.timeZoneOffset };
  return html`<${Asked} hasPolicies=${Boolean(report.hasPolicies)}>
      ${report.charts.length > 1 && html`<label class="cell"><span>${t('measure')}</span><select onChange=${(/** @type {any} */ { target }) => { at.value = Number(target.value); }}>${report.charts.map((all, place) => html`<option key=${place} value=${place} selected=${place === at.value}>${title(all)}</option>`)}</select></label>`}
      <${Csv} path=${`reports/${id}/export`} query=${csv} name=${id} /><//>
    ${shown ?? html`${lines.length ? html`
      <${Chart} title=${title(chart)} labels=${names} series=${chart.map((name) => ({ name: t(wordOf(name)[1]), values: lines.map((/** @type {any} */ line) => line[name] ?? null) }))} format=${(/** @type {number} */ one) => written(one, format)} isTime=${isByTime.value} isWhole=${format !== 'average'} most=${format === 'share' ? 100 : 0} />
      <${Numbers} first=${t(asked.value.dimension)} caption=${t(id)} measures=${report.measures} rows=${rows} total=${flat(value.total)} />` : html`<${Blank} title=${t('nothing')} />`}`}`;
}

/** @param {{ rest: string[] }} given */
export default function Reports({ rest }) {
  const isAdmin = session.value?.agent.role === 'admin';
  const tabs = isAdmin ? TABS : TABS.slice(0, 1);
  const id = tabs.find((one) => one === rest[0]) ?? 'now';
  const hours = offset();
  return html`<div class="reports"><div class="reports-inside">
    <header class="part-head"><div><h1 tabindex="-1">${t('reports')}</h1><p class="hint">${t('lead')} ${t('zone', { offset: `${hours < 0 ? '−' : '+'}${Math.abs(hours)}` })}</p></div></header>
    ${tabs.length > 1 && html`<nav class="tabs" aria-label=${t('reports')}>${tabs.map((one) => html`<a key=${one} href=${`#/reports/${one}`} aria-current=${one === id ? 'page' : undefined}>${t(one)}</a>`)}</nav>`}
    ${id === 'now' ? html`<${RightNow} />` : html`<${Report} key=${id} id=${id} />`}
  </div></div>`;
}
