// Snoozing what is open: presets and a time of one's own, in the time zone of the agent's browser.

import { useSignal } from '@preact/signals';

import { snooze } from './actions.js';
import { conversation } from './conversation.js';
import { Dialog } from './elements.js';
import { html } from './html.js';
import { set } from './panel.js';
import { showing } from './showing.js';
import { attempt, toast } from './toasts.js';
import { soonOf, t } from './words.js';

const MORNING = 9;
/** Hours that “later today” is away at most. */
const LATER = 3;

/** Returns the morning of a day. @param {Date} from @param {number} days after it */
function morning(from, days) {
  const day = new Date(from);
  day.setDate(day.getDate() + days);
  day.setHours(MORNING, 0, 0, 0);
  return day;
}

/** Returns the times that are offered; none is later today where the day ends before it. @param {Date} from @returns {[import('./words.js').Word, Date][]} */
export function presets(from) {
  const later = new Date(from);
  later.setHours(from.getHours() + LATER, 0, 0, 0);
  const monday = (8 - from.getDay()) % 7 || 7;
  return [
    ...(later.getDate() === from.getDate() ? /** @type {[import('./words.js').Word, Date][]} */ ([['later_today', later]]) : []),
    ['tomorrow', morning(from, 1)], ['next_week', morning(from, monday)],
  ];
}

/** Returns a time as a field for times has it, where the browser is. @param {Date} at */
const inField = (at) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

const done = () => {
  showing.value = '';
};

/** Snoozes what is open, with a way back. @param {Date} until */
async function snoozeUntil(until) {
  const one = conversation.value;
  if (!one || !(await attempt(() => snooze(one.id, until.toISOString())))) return;
  done();
  toast(t('snoozed', { time: soonOf(until) }), one.status === 'onHold' ? {} : { action: t('undo'), act: () => set(one, { status: one.status }) });
}

export default function Snooze() {
  const from = new Date();
  const own = useSignal(inField(morning(from, 1)));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    snoozeUntil(new Date(own.value));
  };
  return html`<${Dialog} title=${t('snooze')} onClose=${done}><div class="stack">
    <p>${t('snooze_lead')}</p>
    <div class="snooze-times">${presets(from).map(([word, until], at) => html`<button type="button" key=${word} class="button plain" autofocus=${at === 0} onClick=${() => snoozeUntil(until)}><span>${t(word)}</span><time datetime=${until.toISOString()}>${soonOf(until)}</time></button>`)}</div>
    <form class="snooze-own" onSubmit=${submit}>
      <div class="field"><label for="snooze-until">${t('snooze_own')}</label><input id="snooze-until" type="datetime-local" required min=${inField(from)} value=${own} onInput=${(/** @type {any} */ event) => { own.value = event.target.value; }} /></div>
      <button class="button">${t('snooze')}</button>
    </form>
    <p class="hint">${t('snooze_zone', { zone: new Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
  </div><//>`;
}
