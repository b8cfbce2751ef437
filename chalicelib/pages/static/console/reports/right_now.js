// What is open right now, and what the last days brought.

import { useEffect } from 'preact/hooks';

import { get } from '../api.js';
import { session } from '../session.js';
import { useRead } from '../settings/loading.js';
import { html } from '../html.js';
import { now } from '../words.js';
import { Chart } from './chart.js';
import { momentOf, nameOf, offset, written } from './formats.js';
import { Csv, Numbers } from './table.js';
import { t } from './texts.js';

const TILES = /** @type {const} */ (['openConversations', 'unassignedConversations', 'newConversations', 'pendingInternalConversations', 'pendingExternalConversations', 'onHoldConversations', 'highPriorityConversations', 'urgentPriorityConversations']);
const BY_TIME = /** @type {const} */ (['createdConversations', 'resolvedConversations', 'repliedConversations']);
const DAYS = 7;
/** @type {import('./kinds.js').Report['measures']} */
const OPEN = [['openConversations', 'openConversations', 'count'], ['pendingInternalConversations', 'pendingInternalConversations', 'count'], ['pendingExternalConversations', 'pendingExternalConversations', 'count'], ['onHoldConversations', 'onHoldConversations', 'count'], ['urgentPriorityConversations', 'urgentPriorityConversations', 'count']];
/** @type {import('./kinds.js').Report['measures']} */
const TODAY = [['todayReplied', 'todayReplied', 'count'], ['todayResolved', 'todayResolved', 'count']];
/** @type {import('./kinds.js').Report['measures']} */
const DONE = BY_TIME.map((name) => [name, name, 'count']);

async function readAll() {
  const query = { timeZoneOffset: offset() };
  const [open, time, departments, agents] = await Promise.all([
    get('reports/rightNow'), get('reports/rightNow/bytime', { ...query, days: DAYS }), get('reports/rightNow/departments'), get('reports/rightNow/agents', query),
  ]);
  return { open, days: time.dataList, departments: departments.departments, agents: agents.agents };
}

/** @param {any[]} lines */
const rowsOf = (lines) => lines.map((line) => ({ key: line.id, name: nameOf(line), line }));

export function RightNow() {
  const { value, shown, reload } = useRead(readAll, [session.value?.account.id]);
  useEffect(reload, [now.value]);
  if (shown) return shown;
  const { open, days, departments, agents } = /** @type {Awaited<ReturnType<typeof readAll>>} */ (value);
  const labels = days.map((/** @type {any} */ one) => momentOf(one.startTime, false));
  return html`<dl class="tiles">${TILES.map((name) => html`<div key=${name} class=${`tile ${name === 'urgentPriorityConversations' && open[name] ? 'is-high' : ''}`}><dt>${t(name)}</dt><dd>${written(open[name], 'count')}</dd></div>`)}</dl>
    <header class="part-head"><h2>${t('last_days')}</h2><${Csv} path="reports/rightNow/export" query=${{ timeOffset: offset() }} name="rightNow" /></header>
    <${Chart} title=${t('last_days')} labels=${labels} series=${BY_TIME.map((name) => ({ name: t(name), values: days.map((/** @type {any} */ one) => one[name]) }))} format=${(/** @type {number} */ one) => written(one, 'count')} isTime=${false} isWhole />
    <${Numbers} first=${t('byDay')} caption=${t('last_days')} measures=${DONE} rows=${days.map((/** @type {any} */ line, /** @type {number} */ at) => ({ key: line.startTime, name: labels[at], line }))} />
    <h2>${t('now_agents')}</h2><${Numbers} first=${t('name')} caption=${t('now_agents')} measures=${[...OPEN, ...TODAY]} rows=${rowsOf(agents)} />
    ${departments.length > 0 && html`<h2>${t('now_departments')}</h2><${Numbers} first=${t('name')} caption=${t('now_departments')} measures=${OPEN} rows=${rowsOf(departments)} />`}`;
}
