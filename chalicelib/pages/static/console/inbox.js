// The list of a view: its rows, page after page, kept up to date by what the socket tells.

import { batch, effect, signal, untracked } from '@preact/signals';

import { Refused, get, queryOf } from './api.js';
import { session } from './session.js';
import { on } from './socket.js';
import { view } from './views.js';

const INCLUDED = 'contact,agentAssignee';
/** How soon after a change the list is read, and how long after the time before. */
const PAUSE = 200;
const APART = 1500;
/** Conversations that are asked for one by one; more are a new list. */
const MOST_SINGLE = 8;

export const rows = signal(/** @type {Conversation[]} */ ([]));
export const total = signal(0);
export const isExact = signal(true);
/** What the list is doing: `first` while nothing is known yet. */
export const state = signal(/** @type {'first' | 'more' | 'ready' | 'failed'} */ ('first'));
export const order = signal('newest');
/** Numbers of the conversations that are selected. */
export const selected = signal(/** @type {Set<number>} */ (new Set()));

/** @type {Record<string, Record<string, string>>} */
const ORDERS = {
  newest: {},
  oldest: { sortOrder: 'ascending' },
  by_sla: { sortBy: 'nextSLABreach', sortOrder: 'ascending' },
  by_priority: { sortBy: 'priority' },
};
export const orders = Object.keys(ORDERS);

/** @type {string | null} */
let next = null;
/** Counts lists, so that an answer for the one before is dropped. */
let turn = 0;

/** @param {Record<string, string>} query */
async function page(query) {
  const now = view.value;
  const told = await get(now.path, { include: INCLUDED, ...now.query, ...(now.path === 'conversations' ? ORDERS[order.value] : {}), ...query });
  return { found: /** @type {Conversation[]} */ (told[now.path]), told };
}

/** @param {any} told */
function note(told) {
  total.value = told.total;
  isExact.value = told.totalIsExact;
}

/** Whether the list is being read from its beginning, and whether something changed meanwhile. */
let isReading = false;
let isBehind = false;

/** Reads the list from its beginning. */
export async function reload() {
  const mine = ++turn;
  isReading = true;
  isBehind = false;
  state.value = rows.value.length ? 'more' : 'first';
  try {
    const { found, told } = await page({});
    if (mine !== turn) return;
    batch(() => {
      rows.value = found;
      next = told.nextPage;
      note(told);
      state.value = 'ready';
    });
  } catch {
    if (mine === turn) state.value = 'failed';
  }
  if (mine !== turn) return;
  isReading = false;
  if (isBehind) catchUpSoon();
}

/** Reads the next page, if there is one. */
export async function more() {
  if (!next || state.value !== 'ready') return;
  const mine = turn;
  state.value = 'more';
  try {
    const { found, told } = await page(queryOf(next));
    if (mine !== turn) return;
    const known = new Set(rows.value.map((one) => one.id));
    batch(() => {
      rows.value = [...rows.value, ...found.filter((one) => !known.has(one.id))];
      next = told.nextPage;
      state.value = 'ready';
    });
  } catch {
    if (mine === turn) state.value = 'failed';
  }
}

/** @param {Conversation} one @param {Conversation} before */
const assignee = (one, before) =>
  one.agentAssignee === undefined && one.agentAssigneeId === before.agentAssigneeId ? before.agentAssignee : one.agentAssignee;

/** Shows a changed conversation as it is now, without asking. @param {Conversation} one */
export function show(one) {
  const has = view.value.has?.(one) ?? true;
  const before = rows.value.find((row) => row.id === one.id);
  if (!before) return;
  rows.value = has
    ? rows.value.map((row) => (row.id === one.id ? { ...row, ...one, contact: one.contact ?? row.contact, agentAssignee: assignee(one, row) } : row))
    : rows.value.filter((row) => row.id !== one.id);
}

// --- what changes meanwhile

/** @type {Set<number>} */
let changed = new Set();
let caughtUp = 0;
let isCatchingUp = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

function catchUpSoon() {
  timer ??= setTimeout(catchUp, Math.max(PAUSE, caughtUp + APART - Date.now()));
}

/** @param {number} number */
function look(number) {
  changed.add(number);
  catchUpSoon();
}

/** Reads the first page again and puts it before what is known of later ones. */
async function catchUp() {
  timer = undefined;
  isBehind = isReading;
  if (isReading) return;
  if (isCatchingUp) {
    catchUpSoon(); // one after another, so that no older answer comes last
    return;
  }
  const ids = changed;
  changed = new Set();
  isCatchingUp = true;
  caughtUp = Date.now();
  const mine = turn;
  try {
    const { found, told } = await page({});
    if (mine !== turn) return;
    const fresh = new Set(found.map((one) => one.id));
    const later = rows.value.filter((one) => !fresh.has(one.id));
    const left = told.nextPage ? await stillThere(later, ids, found) : [];
    if (mine !== turn) return;
    batch(() => {
      rows.value = [...found, ...left];
      if (!left.length) next = told.nextPage;
      note(told);
      state.value = 'ready';
    });
  } catch {
    // The list is read anew when the socket is back.
  } finally {
    isCatchingUp = false;
  }
}

/**
 * Returns which rows of later pages still belong to the list.
 * @param {Conversation[]} later
 * @param {Set<number>} ids
 * @param {Conversation[]} found
 */
async function stillThere(later, ids, found) {
  const asked = later.filter((one) => ids.has(one.id));
  if (asked.length > MOST_SINGLE) return [];
  const known = new Map(await Promise.all(asked.map(async (one) => /** @type {const} */ ([one.id, await find(one.id)]))));
  const last = found.at(-1)?.lastRepliedTime ?? '';
  const isByTime = order.value === 'newest';
  return later.flatMap((one) => {
    if (!ids.has(one.id)) return isByTime && (one.lastRepliedTime ?? '') > last ? [] : [one];
    const now = known.get(one.id);
    return now && view.value.has?.(now) ? [now] : [];
  });
}

/** Returns a conversation as rows show it, null for one that is not there any more. @param {number} number @returns {Promise<Conversation | null>} */
export async function find(number) {
  try {
    return (await get(`conversations/${number}`, { include: INCLUDED })).conversation;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

on('CONVERSATION', ({ conversation_id: number }) => number && look(number));
on('ready', () => {
  changed = new Set();
  catchUp();
});

/** @param {string} key */
function turnTo(key) {
  turn += 1;
  next = null;
  batch(() => {
    rows.value = [];
    total.value = 0;
    selected.value = new Set();
  });
  if (key) reload();
}

let shown = '';
effect(() => {
  const key = session.value ? `${session.value.account.id} ${view.value.id} ${order.value}` : '';
  if (key === shown) return;
  shown = key;
  untracked(() => turnTo(key));
});
