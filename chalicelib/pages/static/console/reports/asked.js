// What is asked of a report: its period, what it has a line for, and whose numbers it shows. All reports share it.

import { computed, signal } from '@preact/signals';

import { agents, departments } from '../directory.js';
import { html } from '../html.js';
import { dayBefore, offset } from './formats.js';
import { t } from './texts.js';

/** @typedef {'today' | 'days_7' | 'days_30' | 'days_90' | 'custom'} Period */
/** @typedef {'byHour' | 'byDay' | 'byWeek' | 'byAgent' | 'byDepartment' | 'byChannel' | 'bySLAPolicy'} Dimension */

/** Days of a period before today. */
const BACK = { today: 0, days_7: 6, days_30: 29, days_90: 89 };
/** @type {Partial<Record<Dimension, string>>} */
const UNITS = { byHour: 'hour', byDay: 'day', byWeek: 'week' };

export const asked = signal({ period: /** @type {Period} */ ('days_7'), from: dayBefore(6), to: dayBefore(0), dimension: /** @type {Dimension} */ ('byDay'), view: 'site' });

export const isByTime = computed(() => asked.value.dimension in UNITS);
export const hasHours = computed(() => asked.value.dimension === 'byHour');

/** Returns it as the API takes it. @param {boolean} hasPolicies */
export function queryOf(hasPolicies) {
  const { period, from, to, dimension, view } = asked.value;
  const [viewType, viewValue] = view.split(':');
  const unit = UNITS[dimension];
  const known = dimension === 'bySLAPolicy' && !hasPolicies ? 'byTime' : dimension;
  return {
    startTime: period === 'custom' ? from : dayBefore(BACK[period]), endTime: period === 'custom' ? to : dayBefore(0), timeZoneOffset: offset(),
    viewType, viewValue, dimensionType: unit ? 'byTime' : known, timeUnit: unit ?? (known === 'byTime' ? 'day' : undefined),
  };
}

/** @param {Partial<typeof asked.value>} changed */
const ask = (changed) => {
  asked.value = { ...asked.value, ...changed };
};

/** @param {Period} period */
function during(period) {
  const isTime = isByTime.value;
  ask({ period, ...(isTime ? { dimension: period === 'today' ? 'byHour' : period === 'days_90' ? 'byWeek' : 'byDay' } : {}) });
}

/** @param {{ label: string, value: string, choices: [string, string][], onPick: (value: any) => void }} given */
const Pick = ({ label, value, choices, onPick }) => html`<label class="cell"><span>${label}</span><select onChange=${(/** @type {any} */ { target }) => onPick(target.value)}>
  ${choices.map(([one, text]) => html`<option key=${one} value=${one} selected=${one === value}>${text}</option>`)}</select></label>`;

/** @param {{ name: 'from' | 'to' }} given */
const Day = ({ name }) => html`<label class="cell"><span>${t(name)}</span><input type="date" required value=${asked.value[name]} max=${dayBefore(0)} onChange=${(/** @type {any} */ { target }) => target.value && ask({ [name]: target.value })} /></label>`;

/** @param {{ hasPolicies: boolean, children?: any }} given */
export function Asked({ hasPolicies, children }) {
  const { period, dimension, view } = asked.value;
  const dimensions = /** @type {Dimension[]} */ (['byHour', 'byDay', 'byWeek', 'byAgent', 'byDepartment', 'byChannel', ...(hasPolicies ? ['bySLAPolicy'] : [])]);
  const views = /** @type {[string, string][]} */ ([
    ['site', t('view_site')], ...agents.value.map((one) => [`agent:${one.id}`, one.name]), ...departments.value.map((one) => [`department:${one.id}`, one.name]),
    ['channel:portal', t('by_chat')], ['channel:email', t('by_email')],
  ]);
  return html`<div class="filters">
    <${Pick} label=${t('period')} value=${period} choices=${/** @type {Period[]} */ (['today', 'days_7', 'days_30', 'days_90', 'custom']).map((one) => [one, t(one)])} onPick=${during} />
    ${period === 'custom' && html`<${Day} name="from" /><${Day} name="to" />`}
    <${Pick} label=${t('dimension')} value=${dimension} choices=${dimensions.map((one) => [one, t(one)])} onPick=${(/** @type {Dimension} */ one) => ask({ dimension: one })} />
    <${Pick} label=${t('view')} value=${view} choices=${views} onPick=${(/** @type {string} */ one) => ask({ view: one })} />
    ${children}</div>`;
}
