// Working time: a week of periods, which are drawn or written.

import { useSignal } from '@preact/signals';

import { get, put } from '../api.js';
import { IconButton } from '../elements.js';
import { html } from '../html.js';
import { toast, why } from '../toasts.js';
import { language, t as common } from '../words.js';
import { useRead } from './loading.js';
import { t } from './texts.js';
import { DAY, WeekBar, clockOf } from './week_bar.js';

/** @typedef {{ startHour: number, startMin: number, endHour: number, endMin: number }} Period */
/** @typedef {{ dayOfWeek: string, isBusinessDay: boolean, periods: Period[] }} Day */

const MONDAY = Date.UTC(2024, 0, 1);
/** Periods of a day. */
const MOST = 10;

/** @param {Period} one */
const startOf = (one) => one.startHour * 60 + one.startMin;
/** Midnight at the end of a day is 24:00, which a browser's field of time has not. @param {Period} one */
const endOf = (one) => one.endHour * 60 + one.endMin || DAY;
/** @param {import('./week_bar.js').Span} span @returns {Period} */
const periodOf = ({ from, to }) => ({ startHour: Math.floor(from / 60), startMin: from % 60, endHour: Math.floor(to / 60), endMin: to % 60 });
/** @param {number} at from Monday */
const nameOf = (at) => new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : undefined, { weekday: 'long', timeZone: 'UTC' }).format(MONDAY + at * 86_400_000);

/** @param {Day} day */
function periodAfter(day) {
  const from = Math.min(DAY - 60, day.periods.length ? Math.max(...day.periods.map(endOf)) + 60 : 9 * 60);
  const to = Math.min(DAY - 1, from + (day.periods.length ? 180 : 8 * 60));
  return periodOf({ from, to });
}

/** Returns what is wrong with a day's periods, empty for nothing. @param {Day} day */
function wrongIn({ isBusinessDay, periods }) {
  const spans = isBusinessDay ? periods.map((one) => ({ from: startOf(one), to: endOf(one) })).sort((one, other) => one.from - other.from) : [];
  if (spans.some((one) => one.to <= one.from)) return t('period_order');
  return spans.some((one, at) => at > 0 && one.from < spans[at - 1].to) ? t('period_overlap') : '';
}

/** @param {{ day: Day, at: number, error: string, onChange: (day: Day) => void }} given */
function Row({ day, at, error, onChange }) {
  const { periods } = day;
  const name = nameOf(at);
  /** @param {number} place @param {Partial<Period>} changed */
  const set = (place, changed) => onChange({ ...day, periods: periods.map((one, each) => (each === place ? { ...one, ...changed } : one)) });
  /** @param {string} text @param {(hour: number, minute: number) => void} then */
  const read = (text, then) => {
    const [hour, minute] = text.split(':').map(Number);
    if (text) then(hour, minute);
  };
  return html`<div class="weekday" role="group" aria-label=${name}>
    <label class="choice"><input type="checkbox" checked=${day.isBusinessDay} onChange=${(/** @type {any} */ { target }) => onChange({ ...day, isBusinessDay: target.checked, periods: target.checked && !periods.length ? [periodAfter(day)] : periods })} /><span>${name}</span></label>
    <${WeekBar} spans=${day.isBusinessDay ? periods.map((one) => ({ from: startOf(one), to: endOf(one) })) : []} most=${MOST} onChange=${(/** @type {import('./week_bar.js').Span[]} */ spans) => onChange({ ...day, isBusinessDay: true, periods: spans.map(periodOf) })} />
    <div class="week-periods">${day.isBusinessDay && periods.map((one, place) => html`<span key=${place} class="period">
      <input type="time" required aria-label=${t('from_of', { day: name })} value=${clockOf(startOf(one))} onChange=${(/** @type {any} */ { target }) => read(target.value, (startHour, startMin) => set(place, { startHour, startMin }))} />–
      <input type="time" required aria-label=${t('to_of', { day: name })} value=${clockOf(endOf(one) % DAY)} onChange=${(/** @type {any} */ { target }) => read(target.value, (endHour, endMin) => set(place, { endHour: endHour || endMin ? endHour : 24, endMin }))} />
      <${IconButton} icon="x" size=${14} label=${t('remove_period', { day: name })} onClick=${() => onChange({ ...day, isBusinessDay: periods.length > 1, periods: periods.filter((_, each) => each !== place) })} /></span>`)}
      ${day.isBusinessDay && periods.length < MOST && html`<${IconButton} icon="plus" size=${16} label=${t('add_period', { day: name })} onClick=${() => onChange({ ...day, periods: [...periods, periodAfter(day)] })} />`}</div>
    ${(error || wrongIn(day)) && html`<p class="field-error" role="alert">${error || wrongIn(day)}</p>`}
  </div>`;
}

/** @param {{ start: { workingTimes: Day[], timeZone: string } }} given */
function Week({ start }) {
  const days = useSignal(start.workingTimes);
  const zone = useSignal(start.timeZone);
  const wrong = useSignal('');
  const submitted = async (/** @type {Event} */ event) => {
    event.preventDefault();
    wrong.value = '';
    if (days.value.some(wrongIn)) return;
    try {
      await put('workingTime', { timeZone: zone.value, workingTimes: days.value.map(({ dayOfWeek, isBusinessDay, periods }) => ({ dayOfWeek, isBusinessDay, periods: isBusinessDay ? periods : [] })) });
      toast(t('saved'));
    } catch (error) {
      wrong.value = why(error);
    }
  };
  const at = Number(/^workingTimes\[(\d+)\]/u.exec(wrong.value)?.[1] ?? -1);
  const isZone = wrong.value.startsWith('timeZone');
  const copy = () => {
    days.value = days.value.map((day, place) => (place > 0 && place < 5 ? { ...day, isBusinessDay: days.value[0].isBusinessDay, periods: days.value[0].periods } : day));
  };
  return html`<form class="form wide" onSubmit=${submitted}>
    ${wrong.value && at < 0 && !isZone && html`<p class="alert" role="alert">${wrong.value}</p>`}
    <div class="form-part"><label for="zone">${t('time_zone')}</label><input id="zone" required list="zones" autocomplete="off" aria-invalid=${isZone ? 'true' : undefined} aria-describedby=${isZone ? 'zone-error' : undefined} value=${zone} onInput=${(/** @type {any} */ { target }) => { zone.value = target.value; }} />
      <datalist id="zones">${Intl.supportedValuesOf('timeZone').map((one) => html`<option key=${one} value=${one}></option>`)}</datalist>${isZone && html`<p class="field-error" id="zone-error" role="alert">${wrong.value}</p>`}</div>
    <p class="hint">${t('week_lead')}</p>
    <div class="week"><div class="week-scale" aria-hidden="true">${[0, 6, 12, 18, 24].map((hour) => html`<span key=${hour}>${hour}</span>`)}</div>
      ${days.value.map((day, place) => html`<${Row} key=${day.dayOfWeek} day=${day} at=${place} error=${place === at ? wrong.value : ''} onChange=${(/** @type {Day} */ changed) => { days.value = days.value.map((each, there) => (there === place ? changed : each)); }} />`)}</div>
    <div class="form-end"><button class="button small">${common('save')}</button><button type="button" class="button small plain" onClick=${copy}>${t('copy_monday')}</button></div>
  </form>`;
}

export default function Hours() {
  const { value, shown } = useRead(() => get('workingTime'), []);
  return shown ?? html`<${Week} start=${value} />`;
}
