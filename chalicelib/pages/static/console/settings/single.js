// The screen of what an account has one of. What it shows is in singles.js.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { get, put } from '../api.js';
import { Waiting } from '../elements.js';
import { html } from '../html.js';
import { Form } from './form.js';
import { useRead } from './loading.js';
import { t } from './texts.js';

/** A component of a module. @param {{ load: () => Promise<{ default: any }> }} given */
function Later({ load }) {
  const part = useSignal(/** @type {any} */ (null));
  useEffect(() => {
    load().then((module) => {
      part.value = module.default;
    }, () => undefined);
  }, [load]);
  const Shown = part.value;
  return Shown ? html`<${Shown} />` : html`<${Waiting} />`;
}

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
  ${single.load ? html`<${Later} key=${single.title} load=${single.load} />` : html`<${Only} key=${single.title} single=${single} />`}`;
