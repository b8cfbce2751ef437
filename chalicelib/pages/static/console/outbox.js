// What is being sent: kept until the desk has it, and sent once however often it is tried.

import { computed, signal } from '@preact/signals';

import { Refused, post } from './api.js';
import { session } from './session.js';
import { on } from './socket.js';

const TOO_MANY = 429;
const SERVER = 500;
const name = computed(() => (session.value ? `polydesk.outbox.${session.value.account.id}.${session.value.agent.id}` : ''));

export const outgoing = signal(/** @type {Outgoing[]} */ ([]));
/** @type {Set<(sent: Message) => void>} */
const hearers = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let tries = 0;

/** @returns {Outgoing[]} */
function stored() {
  try {
    return name.value ? JSON.parse(localStorage.getItem(name.value) ?? '[]') : [];
  } catch {
    return [];
  }
}

/** Changes what is stored, which other tabs may have changed too. @param {(those: Outgoing[]) => Outgoing[]} how */
function change(how) {
  const those = how(stored());
  if (those.length) localStorage.setItem(name.value, JSON.stringify(those));
  else localStorage.removeItem(name.value);
  outgoing.value = those;
}

/** @param {(sent: Message) => void} then */
export const onSent = (then) => hearers.add(then);

/** Reads what was not sent when the page was left, and sends it. */
export function begin() {
  outgoing.value = stored();
  flush();
}

/** @param {Omit<Outgoing, 'key' | 'at'>} given */
export function send(given) {
  change((those) => [...those, { ...given, key: crypto.randomUUID(), at: Date.now() }]);
  flush();
}

/** @param {string} key */
export function discard(key) {
  change((those) => those.filter((one) => one.key !== key));
}

/** @param {string} key */
export function again(key) {
  change((those) => those.map((one) => (one.key === key ? { ...one, failure: undefined } : one)));
  flush();
}

const upcoming = () => stored().find((one) => !one.failure);

/** Sends what waits, in its order, from one tab at a time. */
function flush() {
  clearTimeout(timer);
  if (!name.value) return undefined;
  return navigator.locks.request(name.value, async () => {
    for (let one = upcoming(); one; one = upcoming()) if (!(await deliver(one))) return;
    tries = 0;
  });
}

/** Returns whether the next one may be sent. @param {Outgoing} one */
async function deliver(one) {
  const files = one.files.map(({ guid }) => ({ guid }));
  const body = { type: one.type, source: 'agentConsole', plainBody: one.body, htmlBody: one.html, attachments: files };
  try {
    const { message } = await post(`conversations/${one.conversation}/messages`, body, one.key);
    for (const hear of hearers) hear(message);
    discard(one.key);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status < SERVER && error.status !== TOO_MANY) {
      const failure = error.message;
      change((those) => those.map((each) => (each.key === one.key ? { ...each, failure } : each)));
      return true;
    }
    const asked = error instanceof Refused ? error.retryAfter : 0;
    timer = setTimeout(flush, Math.max(asked * 1000, Math.min(30_000, 1000 * 2 ** tries++)));
    return false;
  }
}

addEventListener('online', () => {
  tries = 0;
  flush();
});
addEventListener('storage', ({ key }) => {
  if (key && key === name.value) outgoing.value = stored();
});
on('ready', flush);
