// The screen of what an account has one of. What it shows is in singles.js.

import { get, put } from '../api.js';
import { Later, Waiting } from '../elements.js';
import { html } from '../html.js';
import { Form } from './form.js';
import { useRead } from './loading.js';
import { t } from './texts.js';

/** @param {{ single: import('./singles.js').Single }} given */
function Only({ single }) {
  const { path = '', parts = [], from, to, beside } = single;
  const { value, shown, reload } = useRead(() => get(path), [path]);
  if (shown) return shown;
  const start = from ? from(value) : value;
  return html`<${Form} parts=${parts} start=${start} save=${async (/** @type {any} */ draft) => { await put(path, to ? to(draft) : draft); reload(); }} />
    ${beside && html`<${Later} load=${beside} />`}`;
}

/** @param {{ single: import('./singles.js').Single }} given */
export const SingleScreen = ({ single }) => html`<header class="part-head"><div><h1 tabindex="-1">${t(single.title)}</h1><p class="hint">${t(single.lead)}</p></div></header>
  ${single.load ? html`<${Later} key=${single.title} load=${single.load} wait=${html`<${Waiting} />`} />` : html`<${Only} key=${single.title} single=${single} />`}`;
