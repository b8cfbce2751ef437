// Texts in the agent's language, and how times and numbers are written in it.

import { computed, effect, signal } from '@preact/signals';

import { preferences } from './preferences.js';
import english from './words_en.js';

/** @typedef {keyof typeof english} Word */

/** The language in use: `en` or `zh`. */
export const language = computed(() => preferences.value.language || (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'));

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});

/**
 * Returns what tells texts in the agent's language, with values in the place of their names in braces.
 * @template {string} W
 * @param {Record<W, string>} ours in English, which stands in where another language has none
 * @param {() => Promise<{ default: Partial<Record<W, string>> }>} chinese loads the Chinese ones once they are wanted
 */
export function texts(ours, chinese) {
  const theirs = signal(/** @type {Partial<Record<W, string>> | null} */ (null));
  effect(() => {
    if (language.value !== 'zh' || theirs.peek()) return;
    chinese().then((module) => {
      theirs.value = module.default;
    }, () => undefined);
  });
  /** @param {W} word @param {Record<string, string | number>} [values] */
  return (word, values = {}) => {
    const text = (language.value === 'zh' ? theirs.value?.[word] : undefined) ?? ours[word];
    return text.replace(/\{(\w+)\}/gu, (mark, name) => String(values[name] ?? mark));
  };
}

export const t = texts(english, () => import('./words_zh.js'));

const chinese = signal(/** @type {((text: string) => string | undefined) | null} */ (null));
effect(() => {
  if (language.value !== 'zh' || chinese.peek()) return;
  import('./said_zh.js').then((module) => {
    chinese.value = module.said;
  }, () => undefined);
});

/** Returns what the API says in the agent's language, where that is known. @param {string} text */
export const said = (text) => (language.value === 'zh' && chinese.value?.(text)) || text;

/** The moment that ages are counted to; it moves twice a minute. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 30_000);
document.addEventListener('visibilitychange', () => {
  now.value = Date.now();
});

const formats = new Map();

/** @template T @param {string} name @param {() => T} make @returns {T} */
function format(name, make) {
  const key = `${language.value} ${name}`;
  if (!formats.has(key)) formats.set(key, make());
  return formats.get(key);
}

const locale = () => (language.value === 'zh' ? 'zh-CN' : undefined);
/** @type {[string, number][]} */
const SPANS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]];

/** Returns a span of milliseconds in its largest unit, as `5m`. @param {number} span */
export function spanOf(span) {
  const size = Math.abs(span);
  const [unit, length] = SPANS.find(([, each]) => size >= each) ?? ['minute', 60_000];
  const options = /** @type {Intl.NumberFormatOptions} */ ({ style: 'unit', unit, unitDisplay: 'narrow' });
  return format(`span ${unit}`, () => new Intl.NumberFormat(locale(), options)).format(Math.floor(size / length));
}

/** @param {string} at */
export const timeOf = (at) =>
  format('time', () => new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' })).format(new Date(at));

/** @param {string} at */
export const dateOf = (at) =>
  format('date', () => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' })).format(new Date(at));

/** How a time to come is written: of today, within the week, later. @type {Intl.DateTimeFormatOptions[]} */
const SOON = [{}, { weekday: 'short' }, { month: 'short', day: 'numeric' }];

/** Returns a time to come, of today without its day. @param {Date} at */
export function soonOf(at) {
  const isToday = new Date(now.value).toDateString() === at.toDateString();
  const far = isToday ? 0 : at.getTime() - now.value < 6 * 86_400_000 ? 1 : 2;
  return format(`soon ${far}`, () => new Intl.DateTimeFormat(locale(), { ...SOON[far], hour: '2-digit', minute: '2-digit' })).format(at);
}

/** Returns the day of a time: today, yesterday, or its date. @param {string} at */
export function dayOf(at) {
  const midnight = new Date(now.value).setHours(0, 0, 0, 0);
  const days = Math.round((midnight - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return t('today');
  if (days === 1) return t('yesterday');
  return format('day', () => new Intl.DateTimeFormat(locale(), { dateStyle: 'full' })).format(new Date(at));
}

/** @param {string[]} names */
export const listOf = (names) =>
  format('list', () => new Intl.ListFormat(locale(), { type: 'conjunction' })).format(names);

/** @param {number} bytes */
export const sizeOf = (bytes) =>
  format('size', () => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1, style: 'unit', unit: 'megabyte' })).format(bytes / 1e6);

/** @param {number} count */
export const countOf = (count) => format('count', () => new Intl.NumberFormat(locale())).format(count);
