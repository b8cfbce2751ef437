// A report's numbers as a table, and as a file.

import { download } from '../api.js';
import { html } from '../html.js';
import { save } from '../saving.js';
import { attempt } from '../toasts.js';
import { written } from './formats.js';
import { t } from './texts.js';

/** @param {{ first: string, rows: { key: string | number, name: string, line: any }[], total?: any, measures: import('./kinds.js').Report['measures'], caption: string }} given */
export const Numbers = ({ first, rows, total, measures, caption }) => html`<div class="table-box" role="region" tabindex="0" aria-label=${caption}><table class="table">
  <thead><tr><th scope="col">${first}</th>${measures.map(([name, word]) => html`<th key=${name} scope="col" class="figure">${t(word)}</th>`)}</tr></thead>
  <tbody>${rows.map(({ key, name, line }) => html`<tr key=${key}><th scope="row" dir="auto">${name}</th>${measures.map(([measure, , format]) => html`<td key=${measure} class="figure">${written(line[measure], format)}</td>`)}</tr>`)}</tbody>
  ${total && html`<tfoot><tr><th scope="row">${t('total')}</th>${measures.map(([measure, , format]) => html`<td key=${measure} class="figure">${written(total[measure], format)}</td>`)}</tr></tfoot>`}</table></div>`;

/** @param {{ path: string, query: Record<string, any>, name: string }} given */
export const Csv = ({ path, query, name }) => html`<a class="button small plain" href=${`#/reports/${name}`} onClick=${(/** @type {Event} */ event) => { event.preventDefault(); attempt(async () => save(await download(path, query), `${name}.csv`)); }}>${t('csv')}</a>`;
