// A chart of a report: bars for lines of people and places, curves for a course of time. The table beside it has the same
// numbers, so a screen reader is told its name alone.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { html } from '../html.js';
import { t } from './texts.js';

const USUAL_WIDTH = 720;
const HEIGHT = 240;
const LEFT = 56;
const BOTTOM = 24;
const TOP = 8;
const STEPS = 4;
const LABEL_WIDTH = 80;
const LONGEST_LABEL = 14;

/** Returns the end of the scale: a round number that is not below the largest one, in steps that are whole where `isWhole`. @param {number} largest @param {boolean} isWhole */
export function endOf(largest, isWhole) {
  if (largest <= 0) return isWhole ? STEPS : 1;
  const step = largest / STEPS;
  const size = 10 ** Math.floor(Math.log10(step));
  const round = [1, 2, 2.5, 3, 4, 5, 10].map((one) => one * size).find((one) => one >= step * 0.999 && (!isWhole || Number.isInteger(one))) ?? Math.ceil(step);
  return round * STEPS;
}

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {(number | null)[]} values one for each label
 */

/** @param {{ series: Series, x: (at: number) => number, y: (value: number) => number }} given */
function Curve({ series, x, y }) {
  const runs = series.values.reduce((all, value, place) => {
    if (value === null) all.push([]);
    else all[all.length - 1].push(`${x(place)},${y(value)}`);
    return all;
  }, /** @type {string[][]} */ ([[]]));
  return runs.map((run, place) => (run.length === 1 ? html`<circle key=${place} class="point" r="3" cx=${run[0].split(',')[0]} cy=${run[0].split(',')[1]} />` : run.length > 1 && html`<polyline key=${place} class="curve" points=${run.join(' ')} />`));
}

/** Returns how wide a box is in pixels, so that letters have their own size. @param {import('preact').RefObject<HTMLElement | null>} box */
function useWidth(box) {
  const width = useSignal(USUAL_WIDTH);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      width.value = Math.round(entry.contentRect.width) || USUAL_WIDTH;
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return width.value;
}

/** @param {{ title: string, labels: string[], series: Series[], format: (value: number) => string, isTime: boolean, isWhole: boolean, most?: number }} given `most` ends the scale, where it has an end */
export function Chart({ title, labels, series, format, isTime, isWhole, most = 0 }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const width = useWidth(box);
  const largest = Math.max(0, ...series.flatMap((one) => one.values.map((value) => value ?? 0)));
  const end = most || endOf(largest, isWhole);
  const room = (width - LEFT) / Math.max(1, labels.length);
  const y = (/** @type {number} */ value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / end);
  const x = (/** @type {number} */ at) => LEFT + room * (at + 0.5);
  const isCurve = isTime && labels.length > 2;
  const wide = Math.min(28, (room * 0.7) / series.length);
  const every = Math.ceil(labels.length / Math.max(1, Math.floor((width - LEFT) / LABEL_WIDTH)));
  return html`<figure class="chart" ref=${box}>
    ${series.length > 1 && html`<div class="legend" aria-hidden="true">${series.map((one, place) => html`<span key=${one.name} class=${`series-${place}`}><svg viewBox="0 0 10 10"><rect class="bar" width="10" height="10" rx="2" /></svg>${one.name}</span>`)}</div>`}
    <svg viewBox=${`0 0 ${width} ${HEIGHT}`} role="img" aria-label=${t('chart_of', { what: title })}>
      ${Array.from({ length: STEPS + 1 }, (_, step) => (end / STEPS) * step).map((value) => html`<g key=${value}><line class="rule" x1=${LEFT} x2=${width} y1=${y(value)} y2=${y(value)} /><text x=${LEFT - 6} y=${y(value) + 4} text-anchor="end">${format(value)}</text></g>`)}
      ${series.map((one, place) => html`<g key=${one.name} class=${`series-${place}`}>
        ${isCurve ? html`<${Curve} series=${one} x=${x} y=${y} />` : one.values.map((value, at) => value !== null && html`<rect key=${at} class="bar" rx="2" x=${x(at) - (wide * series.length) / 2 + wide * place} width=${Math.max(1, wide - 2)} y=${y(value)} height=${Math.max(0, y(0) - y(value))}><title>${`${labels[at]}: ${one.name} ${format(value)}`}</title></rect>`)}</g>`)}
      ${labels.map((label, at) => at % every === 0 && html`<text key=${at} x=${x(at)} y=${HEIGHT - 6} text-anchor="middle">${label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label}</text>`)}
    </svg></figure>`;
}
