// Who works here: the access token stays in memory, and a cookie that no script can read continues the session.

import { computed, signal } from '@preact/signals';

import { call, get, put, remove, renewBy, setToken } from './api.js';

/** The session; undefined until it is known, null where there is none. */
export const session = signal(/** @type {Session | null | undefined} */ (undefined));
export const me = computed(() => session.value?.agent.id ?? 0);
/** The agent's presence in the account's words. */
export const statusName = signal('offline');
/** Seconds of a token's life that may be left when it is renewed. */
const MARGIN = 600;
const others = new BroadcastChannel('polydesk-session');
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {Session | null} found */
function take(found) {
  clearTimeout(timer);
  setToken(found?.accessToken ?? '');
  if (found) {
    timer = setTimeout(resume, Math.max(MARGIN, found.expiresIn - MARGIN) * 1000);
    statusName.value = found.statusName;
  }
  session.value = found;
}

/** Goes on with the cookie's session; returns whether there is one. Tabs take turns. @returns {Promise<boolean>} */
export function resume() {
  return navigator.locks.request('polydesk-session', async () => {
    setToken('');
    take((await call('POST', 'session/refresh')).session);
    return Boolean(session.value);
  });
}
renewBy(() => resume().catch(() => false));

/** @param {string} email @param {string} password */
export async function signIn(email, password) {
  take((await call('POST', 'session', { body: { email, password } })).session);
  await setStatus('online');
  others.postMessage('in');
}

/** Ends the session in all tabs. */
export async function signOut() {
  try {
    await setStatus('offline');
    await remove('session');
  } finally {
    take(null);
    others.postMessage('out');
  }
}

/** @param {string} accountId */
export async function switchAccount(accountId) {
  take((await put('session', { accountId })).session);
  others.postMessage('in');
  location.hash = '#/inbox/mine';
}

/** @param {string} email */
export const mailNewPassword = (email) => call('POST', 'session/password', { body: { email } });

/** @param {string} name one of the account's words */
export async function setStatus(name) {
  await put('/cs-chat-ticket/v1/status', { status: name });
  statusName.value = name;
}

/** Learns the presence that somebody or something else may have set. */
export async function readStatus() {
  statusName.value = (await get('/cs-chat-ticket/v1/info')).statusAlias;
}

others.onmessage = ({ data }) => {
  if (data === 'out') take(null);
  else location.reload();
};
