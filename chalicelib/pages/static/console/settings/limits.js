// Limits of the account, and how much of them is used.

import { get } from '../api.js';
import { html } from '../html.js';
import { countOf, said } from '../words.js';
import { useRead } from './loading.js';
import { t } from './texts.js';

const HIGH = 0.8;

export default function Limits() {
  const { value, shown, reload } = useRead(() => get('limits'), []);
  if (shown) return shown;
  const all = /** @type {{ name: string, description: string, scope: string, most: number, seconds: number, used: number }[]} */ (value.limits);
  return html`<ul class="limits">${all.map((one) => html`<li key=${one.name}>
      <div class="limit-line"><span>${said(one.description)}</span><span class="hint">${t('used_of', { used: countOf(one.used), most: countOf(one.most), span: one.seconds >= 3600 ? t('hours_n', { n: one.seconds / 3600 }) : t('minutes_n', { n: one.seconds / 60 }) })}</span></div>
      <meter class=${one.used > one.most * HIGH ? 'is-high' : ''} min="0" max=${one.most} value=${one.used} aria-label=${said(one.description)}></meter></li>`)}</ul>
    <div class="form-end"><button type="button" class="button small plain" onClick=${reload}>${t('reload')}</button></div>`;
}
