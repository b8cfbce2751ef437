import { at } from '../place.js';

const form = /** @type {HTMLFormElement} */ (document.querySelector('#signup'));
const alert = /** @type {HTMLElement} */ (form.querySelector('.alert'));
const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
const code = /** @type {HTMLInputElement} */ (form.querySelector('#setupCode'));
/** What is said where the desk's own words would not help. */
const WORDS = new Map([
  [0, 'The desk does not answer. Try again in a moment.'],
  [401, 'This setup code can’t be used: it is mistyped, older than a week, or has been used.'],
  [409, 'Somebody signs in with this email already.'],
  [429, 'That was too often. Try again later.'],
]);

/** The code of a setup link stands behind its #, which browsers send nowhere; it is taken off the address. */
function takeCode() {
  code.value = location.hash.slice(1);
  if (code.value) history.replaceState(null, '', location.pathname);
  if (code.value || form.dataset.open === 'yes') {
    code.required = false;
    /** @type {HTMLElement} */ (form.querySelector('#code')).hidden = true;
  }
}

/** @param {Response | null} answer @returns {Promise<string>} why there is no account */
async function reason(answer) {
  const known = WORDS.get(answer?.status ?? 0);
  if (known || !answer) return known ?? '';
  const told = await answer.json().catch(() => ({}));
  return String(told.message ?? `The desk answers ${answer.status}.`);
}

function welcome() {
  const done = /** @type {HTMLElement} */ (document.querySelector('#done'));
  form.hidden = true;
  done.hidden = false;
  /** @type {HTMLElement} */ (done.querySelector('h2')).focus();
}

/** @param {SubmitEvent} event */
async function send(event) {
  event.preventDefault();
  button.disabled = true;
  alert.textContent = '';
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(at('api/v3/anytime/accounts'), { method: 'POST', headers, body }).catch(() => null);
  button.disabled = false;
  if (answer?.ok) {
    welcome();
    return;
  }
  alert.textContent = await reason(answer);
  if (answer?.status === 401) /** @type {HTMLElement} */ (form.querySelector('#code')).hidden = false;
}

takeCode();
form.addEventListener('submit', send);
