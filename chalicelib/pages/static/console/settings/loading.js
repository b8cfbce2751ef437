// What is read from the desk when a part appears.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { Blank, Waiting } from '../elements.js';
import { html } from '../html.js';
import { why } from '../toasts.js';
import { t as common } from '../words.js';

/**
 * Returns what was read, again after `reload`; `shown` is what stands there until then.
 * @template T
 * @param {() => Promise<T>} read
 * @param {unknown[]} of what it depends on
 */
export function useRead(read, of) {
  const value = useSignal(/** @type {T | undefined} */ (undefined));
  const failure = useSignal('');
  const turn = useSignal(0);
  useEffect(() => {
    let isHere = true;
    failure.value = '';
    read().then((told) => {
      if (isHere) value.value = told;
    }, (error) => {
      if (isHere) failure.value = why(error);
    });
    return () => {
      isHere = false;
    };
  }, [...of, turn.value]);
  const reload = () => {
    turn.value += 1;
  };
  const shown = failure.value
    ? html`<${Blank} title=${failure.value}><button type="button" class="button small" onClick=${reload}>${common('retry')}</button><//>`
    : value.value === undefined ? html`<${Waiting} />` : null;
  return { value: value.value, shown, reload };
}
