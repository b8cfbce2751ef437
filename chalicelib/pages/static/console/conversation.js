// The conversation that is open: its messages, and who else is there.

import { batch, computed, effect, signal, untracked } from '@preact/signals';

import { Refused, get, put, queryOf } from './api.js';
import { find, show } from './inbox.js';
import { onSent } from './outbox.js';
import { addressOf, openNumber } from './place.js';
import { me, session } from './session.js';
import { line, on, say } from './socket.js';
import { countSoon, view } from './views.js';

const NOT_FOUND = 404;
const PAGE = 50;
const PAUSE = 200;
const TYPING_LASTS = 6000;
const VIEWED_EVERY = 40_000;

export const conversation = signal(/** @type {Conversation | null} */ (null));
export const messages = signal(/** @type {Message[]} */ ([]));
export const events = signal(/** @type {EventLog[]} */ ([]));
export const state = signal(/** @type {'none' | 'loading' | 'ready' | 'missing' | 'failed'} */ ('none'));
/** Whether older messages are left to read. */
export const hasOlder = signal(false);
export const isReadingOlder = signal(false);
/** Agents who have it open too, by number; and people who type, with when they last did. */
export const viewers = signal(/** @type {{ id: number, name: string }[]} */ ([]));
const typed = signal(/** @type {Map<number, number>} */ (new Map()));
export const typing = computed(() => [...typed.value.keys()]);

let uuid = '';
/** @type {string | undefined} */
let older;
let turn = 0;
/** Counts what is asked about the open conversation; an answer older than the one that is shown, `newest`, is dropped. */
let asked = 0;
let newest = 0;
/** Whether something happened while the conversation was being opened, which its first answers may not have. */
let isBehind = false;
/** The conversation that the agent leaves unread although it is open. */
let leftUnread = 0;

/** Counts what is asked now, and returns its number, for `isNews`. */
export function ask() {
  return ++asked;
}

/** Returns whether an answer is the newest so far. @param {number} mine what `ask` returned for it */
export function isNews(mine) {
  if (mine < newest) return false;
  newest = mine;
  return true;
}

/** Shows one as it is now. @param {Conversation} one */
export function take(one) {
  conversation.value = { ...one, contact: one.contact ?? conversation.value?.contact };
  show(one);
}

/** Reads one anew. @param {number} number */
export async function open(number) {
  const mine = ++turn;
  batch(() => {
    state.value = 'loading';
    conversation.value = null;
    messages.value = [];
    events.value = [];
    viewers.value = [];
    typed.value = new Map();
    hasOlder.value = false;
  });
  uuid = '';
  older = undefined;
  isBehind = false;
  leftUnread = 0;
  const ways = view.value.id === 'deleted' ? [readDeleted, read] : [read, readDeleted];
  try {
    await ways[0](number, mine).catch((error) => {
      if (!(error instanceof Refused) || error.status !== NOT_FOUND) throw error;
      return ways[1](number, mine);
    });
  } catch (error) {
    if (mine === turn) state.value = error instanceof Refused ? 'missing' : 'failed';
  }
  if (mine === turn && isBehind) catchUp();
}

/** @param {number} number @param {number} mine */
async function read(number, mine) {
  say({ type: 'typing_watch', conversation_id: number });
  const [one, page] = await Promise.all([
    get(`conversations/${number}`, { include: 'contact,agentAssignee' }),
    get(`conversations/${number}/messages`, { include: 'sender', pageSize: PAGE }),
  ]);
  if (mine !== turn) return;
  const { mergedIntoId: target } = one.conversation;
  if (target) {
    location.replace(addressOf(view.value.id, target));
    return;
  }
  batch(() => {
    take(one.conversation);
    messages.value = page.messages;
    older = page.previousPage;
    hasOlder.value = Boolean(older);
    state.value = 'ready';
  });
  markRead();
  beHere(true);
  readEvents(mine);
}

/** @param {number} number @param {number} mine */
async function readDeleted(number, mine) {
  const { deletedconversation: one } = await get(`deletedconversations/${number}`, { include: 'contact,agentAssignee' });
  const { messages: found } = await get(`deletedconversations/${number}/messages`, { include: 'sender' });
  if (mine !== turn) return;
  batch(() => {
    conversation.value = one;
    messages.value = found;
    state.value = 'ready';
  });
}

/** @param {number} mine */
async function readEvents(mine) {
  const number = openNumber.value;
  const found = (await get(`conversations/${number}/eventLogs`).catch(() => null))?.eventLogs;
  if (found && mine === turn && found.length >= events.value.length) events.value = found;
}

/** Reads the page before the oldest message. */
export async function readOlder() {
  if (!older || isReadingOlder.value) return;
  const mine = turn;
  isReadingOlder.value = true;
  try {
    const page = await get(`conversations/${openNumber.value}/messages`, queryOf(older));
    if (mine === turn) {
      batch(() => {
        merge(page.messages);
        older = page.previousPage;
        hasOlder.value = Boolean(older);
      });
    }
  } catch {
    // Asked again when somebody scrolls there again.
  } finally {
    isReadingOlder.value = false;
  }
}

/** Adds messages, each once, in their order. @param {Message[]} found */
function merge(found) {
  const known = new Map(messages.value.map((one) => [one.id, one]));
  for (const one of found) known.set(one.id, { ...known.get(one.id), ...one });
  messages.value = [...known.values()].sort((one, other) => one.id - other.id);
}

/** Leaves one unread although it is open. @param {number} number */
export function leaveUnread(number) {
  leftUnread = number;
}

/** Reads what is new. What lies between that and what is known is read too. */
async function catchUp() {
  const number = openNumber.value;
  const mine = turn;
  isBehind = state.value === 'loading';
  if (isBehind || !number || !conversation.value || conversation.value.isDeleted) return;
  const mark = ask();
  try {
    const [one, page] = await Promise.all([find(number), get(`conversations/${number}/messages`, { include: 'sender', pageSize: PAGE })]);
    if (mine !== turn) return;
    if (!one) {
      open(number);
      return;
    }
    const last = messages.value.at(-1)?.id ?? 0;
    let pages = page;
    const found = [...page.messages];
    const isShort = () => last > 0 && pages.previousPage && pages.messages[0]?.id > last;
    while (isShort()) {
      pages = await get(`conversations/${number}/messages`, queryOf(pages.previousPage));
      found.push(...pages.messages);
    }
    if (mine !== turn) return;
    batch(() => {
      if (isNews(mark)) take(one);
      merge(found);
      for (const message of page.messages) if (message.id > last) stopTyping(message.senderId ?? 0);
    });
    markRead();
    readEvents(mine);
    beHere(false);
  } catch {
    // Read anew when the socket is back.
  }
}

/** Says that agents have read it, while somebody looks at it. */
function markRead() {
  const one = conversation.value;
  const isUnread = one && (!one.isRead || one.mentionedAgents.some((each) => each.agentId === me.value && !each.isRead));
  if (!isUnread || document.hidden || one.isDeleted || leftUnread === one.id) return;
  take({ ...one, isRead: true });
  put(`conversations/${one.id}/read`).then(countSoon, () => undefined);
}

/** Says that the caller has it open, which holds for a minute, and reads who else does. @param {boolean} isSaid whether to say it */
async function beHere(isSaid) {
  const number = openNumber.value;
  if (!number || document.hidden || conversation.value?.isDeleted) return;
  const path = `conversations/${number}/activedAgents`;
  try {
    if (isSaid) await put(path);
    const told = await get(path);
    if (number === openNumber.value) viewers.value = told.activedAgents.filter((/** @type {any} */ one) => one.id !== me.value);
  } catch {
    // Said again in a moment.
  }
}

// --- who types

let saidTyping = 0;
/** Tells who watches that the caller types, every few seconds. */
export function tellTyping() {
  if (!uuid || Date.now() - saidTyping < TYPING_LASTS / 2) return;
  saidTyping = Date.now();
  say({ type: 'typing', conversation_uuid: uuid });
}

/** @param {number} person */
function stopTyping(person) {
  if (!typed.value.has(person)) return;
  typed.value = new Map([...typed.value].filter(([id]) => id !== person));
}

// --- what is heard

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

on('CONVERSATION', ({ conversation_id: number }) => {
  if (number !== openNumber.value) return;
  clearTimeout(timer);
  timer = setTimeout(catchUp, PAUSE);
});
on('ready', () => {
  if (!openNumber.value) return;
  say({ type: 'typing_watch', conversation_id: openNumber.value });
  if (state.value === 'failed') open(openNumber.value);
  else catchUp();
});
on('ACK TYPING_WATCH', ({ extra }) => {
  if (extra?.conversation_id && extra.conversation_id === openNumber.value) uuid = extra.conversation_uuid ?? '';
});
on('TYPING', ({ conversation_uuid: where, user_id: who }) => {
  if (where !== uuid || !who || who === me.value) return;
  typed.value = new Map(typed.value).set(who, Date.now());
  setTimeout(() => {
    if (Date.now() - (typed.value.get(who) ?? 0) >= TYPING_LASTS) stopTyping(who);
  }, TYPING_LASTS);
  if (who !== conversation.value?.contactId && !viewers.value.some((one) => one.id === who)) beHere(false);
});
onSent((sent) => {
  if (sent.conversationId === openNumber.value) merge([{ ...sent, sender: session.value?.agent }]);
});
setInterval(() => beHere(true), VIEWED_EVERY);
document.addEventListener('visibilitychange', () => {
  markRead();
  if (!document.hidden && state.value === 'ready' && line.value !== 'on') catchUp();
});

/** @param {number} number */
function turnTo(number) {
  if (uuid) say({ type: 'typing_unwatch', conversation_uuid: uuid });
  if (number) {
    open(number);
    return;
  }
  turn += 1;
  batch(() => {
    conversation.value = null;
    messages.value = [];
    state.value = 'none';
  });
}

let before = 0;
effect(() => {
  const number = session.value ? openNumber.value : 0;
  if (number === before) return;
  before = number;
  untracked(() => turnTo(number));
});
