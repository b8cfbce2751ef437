// How numbers and spans of reports are written.

import { language } from '../words.js';
import { t } from './texts.js';

const locale = () => (language.value === 'zh' ? 'zh-CN' : undefined);
/** @type {[number, string][]} */
const UNITS = [[86_400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']];
const NONE = '–';

/** @param {number} seconds */
function span(seconds) {
  const [size, unit] = UNITS.find(([each]) => seconds >= each) ?? [1, 'second'];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(seconds / size);
}

/** @type {Record<import('./kinds.js').Format, (value: number) => string>} */
const WRITTEN = {
  count: (value) => new Intl.NumberFormat(locale()).format(value),
  average: (value) => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value),
  share: (value) => new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 1 }).format(value / 100),
  span,
};

/** @param {number | null | undefined} value @param {import('./kinds.js').Format} format */
export const written = (value, format) => (value === null || value === undefined ? NONE : WRITTEN[format](value));

/** Hours of the browser east of UTC. */
export const offset = () => -new Date().getTimezoneOffset() / 60;

/** Returns when a line begins, short, in the browser's zone. @param {string} at @param {boolean} hasHours */
export function momentOf(at, hasHours) {
  const options = /** @type {Intl.DateTimeFormatOptions} */ (hasHours ? { hour: '2-digit', minute: '2-digit' } : { month: 'short', day: 'numeric' });
  return new Intl.DateTimeFormat(locale(), options).format(new Date(at));
}

/** Returns a day as the API takes it, so many before today. @param {number} back */
export function dayBefore(back) {
  const day = new Date();
  day.setDate(day.getDate() - back);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
}

/** Returns what a line is of: its name, or nobody. @param {{ id: number, name: string }} line */
export const nameOf = ({ id, name }) => name || (id ? `#${id}` : t('nobody'));
