// A form made of parts: what is wrong is said at its part, and nothing that was written is lost.

import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';

import { Refused } from '../api.js';
import { html } from '../html.js';
import { toast, why } from '../toasts.js';
import { said as inOurs, t as common } from '../words.js';
import { FormPart } from './inputs.js';
import { t } from './texts.js';

/** @typedef {import('./inputs.js').Part} Part */

/**
 * Returns which part an error is about, and what it says there; an empty name where it is about none.
 * @param {unknown} error
 * @param {Part[]} parts
 * @param {string} taken
 */
function placeOf(error, parts, taken) {
  const said = error instanceof Refused ? error.message : why(error);
  const [path = '', rest = ''] = /^([\w.[\]]+) (.*)$/su.exec(said)?.slice(1) ?? [];
  const [root] = path.split(/[.[]/u);
  const part = error instanceof Refused && parts.find((one) => one.name === root || one.also?.includes(root));
  if (!part) return { name: error instanceof Refused && rest.startsWith('is taken') ? taken : '', said: why(error) };
  return { name: part.name, said: path === part.name ? `${t(part.label)} ${inOurs(rest)}` : why(error) };
}

/**
 * @param {{ parts: Part[], start: any, isNew?: boolean, taken?: string, save: (draft: any) => Promise<unknown>, children?: any, submit?: string, isQuiet?: boolean }} given
 */
export function Form({ parts, start, isNew = false, taken = '', save, children, submit = '', isQuiet = false }) {
  const draft = useSignal(start);
  const wrong = useSignal({ name: '', said: '' });
  const isBusy = useSignal(false);
  const self = useRef(/** @type {HTMLFormElement | null} */ (null));
  const shown = parts.filter((part) => part.when?.(draft.value, isNew) ?? true);
  const submitted = async (/** @type {Event} */ event) => {
    event.preventDefault();
    isBusy.value = true;
    wrong.value = { name: '', said: '' };
    try {
      await save(draft.value);
      if (!isQuiet) toast(t('saved'));
    } catch (error) {
      wrong.value = placeOf(error, shown, taken);
      queueMicrotask(() => {
        const part = wrong.value.name && self.current?.querySelector(`[data-part="${wrong.value.name}"]`);
        const control = /** @type {HTMLElement | null} */ (part ? (part.querySelector('input, select, textarea, button') ?? part) : null);
        control?.focus();
      });
    } finally {
      isBusy.value = false;
    }
  };
  return html`<form ref=${self} class="form" onSubmit=${submitted}>
    ${wrong.value.said && !wrong.value.name && html`<p class="alert" role="alert">${wrong.value.said}</p>`}
    ${shown.map((part) => html`<${FormPart} key=${`${part.name} ${part.label}`} part=${part} id=${`part-${part.name}`} value=${draft.value[part.name]} draft=${draft.value}
      error=${wrong.value.name === part.name ? wrong.value.said : ''} onChange=${(/** @type {any} */ value) => { draft.value = { ...draft.value, [part.name]: value }; }} />`)}
    <div class="form-end"><button class="button small" disabled=${isBusy.value}>${submit || common('save')}</button>${children}</div>
  </form>`;
}
