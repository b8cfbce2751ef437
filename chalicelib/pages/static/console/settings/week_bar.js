// A day's bar: its periods are drawn, moved and resized with a pointer, in quarters of an hour. They never overlap. With a keyboard
// one uses the fields beside it.

import { useSignal } from '@preact/signals';

import { html } from '../html.js';

/** A period in minutes of the day. @typedef {{ from: number, to: number }} Span */
/** What a pointer holds: an edge or the whole of the period at a place, as it was, or nothing yet; and the minute where it began. @typedef {{ way: 'from' | 'to' | 'whole' | 'new', at: number, start: Span, minute: number }} Grip */

export const DAY = 24 * 60;
const STEP = 15;
/** Pixels beside an edge that are the edge still. */
const REACH = 8;
const MOUSE = 'mouse';

/** @param {number} minute */
const stepped = (minute) => Math.round(minute / STEP) * STEP;
/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.max(least, Math.min(value, most));
/** @param {number} minute */
export const clockOf = (minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Returns what is held at a minute. @param {Span[]} spans @param {number} minute @param {number} reach in minutes @returns {Grip} */
export function gripOf(spans, minute, reach) {
  for (const [at, start] of spans.entries()) {
    const inner = Math.min(reach, (start.to - start.from) / 4);
    if (minute > start.from + inner && minute < start.to - inner) return { way: 'whole', at, start, minute };
    if (minute >= start.from && minute <= start.to) return { way: minute - start.from < start.to - minute ? 'from' : 'to', at, start, minute };
  }
  return { way: 'new', at: spans.length, start: { from: minute, to: minute }, minute };
}

/** Returns the periods after a grip was moved to a minute, in their order. @param {Span[]} spans @param {Grip} grip @param {number} minute @returns {Span[]} */
export function drawn(spans, { way, at, start, minute: begun }, minute) {
  const others = spans.filter((_, place) => place !== at);
  const least = Math.max(0, ...others.filter((one) => one.to <= start.from).map((one) => one.to));
  const most = Math.min(DAY, ...others.filter((one) => one.from >= start.to).map((one) => one.from));
  const here = within(stepped(minute), least, most);
  const length = start.to - start.from;
  const ways = {
    from: () => ({ ...start, from: Math.min(here, start.to - STEP) }),
    to: () => ({ ...start, to: Math.max(here, start.from + STEP) }),
    whole: () => {
      const from = within(stepped(start.from + minute - begun), least, most - length);
      return { from, to: from + length };
    },
    new: () => {
      const anchor = within(stepped(begun), least, most);
      return { from: Math.min(anchor, here), to: Math.max(anchor, here) };
    },
  };
  const changed = ways[way]();
  const isKept = changed.to > changed.from && changed.from >= least && changed.to <= most;
  const own = isKept ? [changed] : way === 'new' ? [] : [start];
  return [...others, ...own].sort((one, other) => one.from - other.from);
}

/** @param {{ spans: Span[], most: number, onChange: (spans: Span[]) => void }} given */
export function WeekBar({ spans, most, onChange }) {
  const held = useSignal(/** @type {Grip | null} */ (null));
  const draft = useSignal(/** @type {Span[]} */ ([]));
  const over = useSignal('');
  /** @param {PointerEvent} event @returns {[number, number]} the minute, and how many of them an edge is wide */
  const minuteOf = (event) => {
    const { left, width } = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    return [within(((event.clientX - left) / width) * DAY, 0, DAY), (REACH / width) * DAY];
  };
  const down = (/** @type {PointerEvent} */ event) => {
    const grip = gripOf(spans, ...minuteOf(event));
    if (event.button || (grip.way === 'new' && spans.length >= most)) return;
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    held.value = grip;
    draft.value = spans;
  };
  const move = (/** @type {PointerEvent} */ event) => {
    const [minute, reach] = minuteOf(event);
    if (held.value) draft.value = drawn(spans, held.value, minute);
    else if (event.pointerType === MOUSE) over.value = gripOf(spans, minute, reach).way;
  };
  const end = () => {
    held.value = null;
  };
  const up = () => {
    if (held.value && JSON.stringify(draft.value) !== JSON.stringify(spans)) onChange(draft.value);
    end();
  };
  const shown = held.value ? draft.value : spans;
  const own = held.value && shown.find((one) => !spans.some((each) => each.from === one.from && each.to === one.to));
  return html`<div class=${`week-bar ${held.value?.way ?? over.value}`} aria-hidden="true" onPointerDown=${down} onPointerMove=${move} onPointerUp=${up} onPointerCancel=${end}>
    ${shown.map((one) => html`<svg key=${one.from} class="week-open" viewBox="0 0 1440 1" preserveAspectRatio="none"><rect x=${one.from} width=${Math.max(0, one.to - one.from)} height="1" /></svg>`)}
    ${own && html`<span class="week-times">${clockOf(own.from)} – ${clockOf(own.to)}</span>`}
  </div>`;
}
