// The first screen: who are you?

import { useSignal } from '@preact/signals';

import { Refused } from './api.js';
import { html } from './html.js';
import { mailNewPassword, signIn } from './session.js';
import { why } from './toasts.js';
import { t } from './words.js';

const WRONG = 401;
const LOCKED = 429;

/** @param {unknown} error */
function reason(error) {
  if (error instanceof Refused && error.status === WRONG) return t('wrong_password');
  if (error instanceof Refused && error.status === LOCKED) return t('locked', { minutes: Math.max(1, Math.ceil(error.retryAfter / 60)) });
  return why(error);
}

export function SignIn() {
  const email = useSignal('');
  const password = useSignal('');
  const isForgotten = useSignal(false);
  const busy = useSignal(false);
  const failure = useSignal('');
  const sent = useSignal('');

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    busy.value = true;
    failure.value = '';
    try {
      if (isForgotten.value) {
        await mailNewPassword(email.value);
        sent.value = email.value;
      } else await signIn(email.value, password.value);
    } catch (error) {
      failure.value = reason(error);
    } finally {
      busy.value = false;
    }
  }

  /** @param {boolean} is */
  function turn(is) {
    isForgotten.value = is;
    failure.value = '';
    sent.value = '';
  }

  return html`<main class="door">
    <form class="door-card" onSubmit=${submit}>
      <p class="brand"><img src=${document.querySelector('link[rel=icon]')?.getAttribute('href')} alt="" width="32" height="32" /> Polydesk</p>
      <h1>${t(isForgotten.value ? 'forgot' : 'sign_in')}</h1>
      <p class="hint">${t(isForgotten.value ? 'forgot_lead' : 'sign_in_lead')}</p>
      <div class="field"><label for="email">${t('email')}</label>
        <input id="email" type="email" name="email" autocomplete="username" required autofocus value=${email} onInput=${(/** @type {any} */ event) => { email.value = event.target.value; }} /></div>
      ${!isForgotten.value && html`<div class="field"><label for="password">${t('password')}</label>
        <input id="password" type="password" name="password" autocomplete="current-password" required value=${password} onInput=${(/** @type {any} */ event) => { password.value = event.target.value; }} /></div>`}
      <p class="alert" role="alert">${failure}</p>
      ${sent.value ? html`<p class="good" role="status">${t('link_sent', { email: sent.value })}</p>` : null}
      <button class="button" disabled=${busy.value}>${t(busy.value && !isForgotten.value ? 'signing_in' : isForgotten.value ? 'send_link' : 'sign_in')}</button>
      <button type="button" class="link" onClick=${() => turn(!isForgotten.value)}>${t(isForgotten.value ? 'back_to_sign_in' : 'forgot')}</button>
    </form>
  </main>`;
}
