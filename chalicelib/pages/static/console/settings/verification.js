// What is left to do until an e-mail account works, in words; and the code that was mailed to it.

import { useSignal } from '@preact/signals';

import { put } from '../api.js';
import { html } from '../html.js';
import { toast, why } from '../toasts.js';
import { t } from './texts.js';

/** @param {{ one: any, reload: () => void }} given */
export default function Verification({ one, reload }) {
  const code = useSignal('');
  const wrong = useSignal('');
  /** @param {Record<string, string>} body @param {string} done */
  const verify = async (body, done) => {
    wrong.value = '';
    try {
      await put(`emailAccounts/${one.id}/verify`, body);
      toast(done);
      reload();
    } catch (error) {
      wrong.value = why(error);
    }
  };
  return html`<section class="beside"><h2>${t('verification')}</h2><p>${one.verification}</p>
    ${one.status !== 'verified' && html`<form class="form" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); verify({ code: code.value.trim() }, t('saved')); }}>
      <div class="form-part"><label for="code">${t('code')}</label><input id="code" required autocomplete="one-time-code" aria-invalid=${wrong.value ? 'true' : undefined} aria-describedby=${wrong.value ? 'code-error' : undefined} value=${code} onInput=${(/** @type {any} */ { target }) => { code.value = target.value; }} />
        ${wrong.value && html`<p class="field-error" id="code-error" role="alert">${wrong.value}</p>`}</div>
      <div class="form-end"><button class="button small">${t('verify')}</button><button type="button" class="button small plain" onClick=${() => verify({}, t('code_sent'))}>${t('another_code')}</button></div></form>`}</section>`;
}
