// The socket: what happens is heard at once. What it misses is asked for again when it is back.

import { signal } from '@preact/signals';

import { resume, session } from './session.js';

const PATIENCE = 10_000;
// API Gateway closes a socket that has been silent for ten minutes.
const KEEP_ALIVE = 240_000;
const LONGEST_PAUSE = 30_000;
const BAD_TOKEN = 8;

/** Whether events come at once: `off` before the first time. */
export const line = signal(/** @type {'off' | 'on' | 'down'} */ ('off'));

/** @type {Map<string, Set<(told: Frame) => void>>} */
const heard = new Map();
/** @type {WebSocket | undefined} */
let socket;
let tries = 0;
let wanted = false;
/** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
const timers = {};

/**
 * Calls `then` for what the socket says of a type, and for `ready`, when it has (again) begun to. Returns what ends that.
 * @param {string} type
 * @param {(told: Frame) => void} then
 */
export function on(type, then) {
  const those = heard.get(type) ?? new Set();
  heard.set(type, those.add(then));
  return () => those.delete(then);
}

/** @param {string} type @param {Frame} told */
function tell(type, told) {
  for (const then of heard.get(type) ?? []) then(told);
}

/** @param {object} message */
export function say(message) {
  if (socket?.readyState === WebSocket.OPEN && line.value === 'on') socket.send(JSON.stringify(message));
}

/** Wants a socket from now on. */
export function start() {
  wanted = true;
  tries = 0;
  connect();
}

/** Wants none any more. */
export function stop() {
  wanted = false;
  drop();
  line.value = 'off';
}

function connect() {
  clearTimeout(timers.again);
  const now = session.value;
  if (socket || !wanted || !now) return;
  if (!navigator.onLine) {
    again();
    return;
  }
  const { url, appId, userId, deviceId } = now.socket;
  socket = new WebSocket(url);
  expect();
  const who = { app_uuid: appId, user_uuid: userId, device_uuid: deviceId, is_service_user: true };
  socket.onopen = () => socket?.send(JSON.stringify({ type: 'auth', api_token: now.accessToken, ...who }));
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = () => drop();
}

/** Gives the socket up if no answer comes. */
function expect() {
  clearTimeout(timers.patience);
  timers.patience = setTimeout(drop, PATIENCE);
}

/** @param {Frame} told */
function hear(told) {
  if (told.type === 'ACK') clearTimeout(timers.patience);
  if (told.type === 'ACK' && told.what === 'AUTH') admitted(told.code ?? 0);
  else if (told.type === 'ACK' && told.what === 'INBOX_WATCH') watching(told.code ?? 0);
  else tell(told.type === 'ACK' ? `ACK ${told.what}` : told.type, told);
}

/** @param {number} code */
function admitted(code) {
  if (code === BAD_TOKEN) resume().catch(() => undefined);
  if (code) drop();
  else check();
}

/** Asks for the inbox's changes, again and again: that keeps the socket open. Without an answer it is dead. */
function check() {
  clearTimeout(timers.alive);
  timers.alive = setTimeout(check, KEEP_ALIVE);
  expect();
  socket?.send(JSON.stringify({ type: 'inbox_watch' }));
}

/** @param {number} code */
function watching(code) {
  if (code) {
    drop();
    return;
  }
  tries = 0;
  if (line.value === 'on') return;
  line.value = 'on';
  tell('ready', { type: 'ready' });
}

/** Drops the socket: a dead one may not report that for minutes. */
function drop() {
  for (const name of ['patience', 'alive']) clearTimeout(timers[name]);
  if (socket) {
    socket.onclose = socket.onmessage = socket.onopen = null;
    socket.close();
  }
  socket = undefined;
  if (line.value === 'on') line.value = 'down';
  again();
}

/** Connects again after a pause that doubles, with jitter. */
function again() {
  clearTimeout(timers.again);
  if (!wanted) return;
  const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** tries++);
  timers.again = setTimeout(connect, pause * (0.5 + Math.random() / 2));
}

addEventListener('offline', () => wanted && drop());
addEventListener('online', () => {
  tries = 0;
  connect();
});
