// Views of the inbox, and how many unread conversations each has.

import { computed, signal } from '@preact/signals';

import { get } from './api.js';
import { filters } from './directory.js';
import { viewId } from './place.js';
import { me } from './session.js';
import { on } from './socket.js';
import { t } from './words.js';

/** How soon after a change it is counted, and how long after the count before. */
const PAUSE = 600;
const APART = 4000;

/**
 * Returns conditions as a query has them.
 * @param {[string, string, string][]} given field, match type and value
 */
export function conditions(given) {
  const parts = given.flatMap(([field, match, value], at) => [
    [`conditions[${at}][field]`, field],
    [`conditions[${at}][matchType]`, match],
    [`conditions[${at}][value]`, value],
  ]);
  return Object.fromEntries(parts);
}

/** @type {[string, string, string]} */
const OPEN = ['status', 'isNot', 'closed'];
/** @param {Conversation} one */
const isOpen = (one) => one.status !== 'closed' && !one.isDeleted && !one.mergedIntoId;

export const views = computed(() => {
  /** @type {View[]} */
  const own = [
    { id: 'mine', name: t('mine'), path: 'conversations', query: conditions([OPEN, ['agentAssigneeId', 'is', 'me']]),
      has: (one) => isOpen(one) && one.agentAssigneeId === me.value },
    { id: 'unassigned', name: t('unassigned'), path: 'conversations', query: conditions([OPEN, ['agentAssigneeId', 'is', '']]),
      has: (one) => isOpen(one) && !one.agentAssigneeId },
    { id: 'open', name: t('open'), path: 'conversations', query: conditions([OPEN]), has: isOpen },
    { id: 'mentions', name: t('mentions'), path: 'conversations', query: conditions([['mentionedAgents', 'is', 'me']]),
      has: (one) => !one.isDeleted && one.mentionedAgents.some((each) => each.agentId === me.value) },
    { id: 'closed', name: t('closed'), path: 'conversations', query: conditions([['status', 'is', 'closed']]),
      has: (one) => one.status === 'closed' && !one.isDeleted },
    { id: 'deleted', name: t('deleted'), path: 'deletedconversations', query: {}, has: (one) => one.isDeleted },
  ];
  const kept = filters.value.map((one) => ({
    id: `filter-${one.id}`, name: one.name, path: 'conversations', query: { filterId: String(one.id) }, filter: one.id,
  }));
  return /** @type {View[]} */ ([...own, ...kept]);
});

/** The view that is open; the first one where there is no such view. */
export const view = computed(() => views.value.find((one) => one.id === viewId.value) ?? views.value[0]);

/** Unread conversations by the view's id. */
export const counts = signal(/** @type {Record<string, number>} */ ({}));
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asking = false;
let counted = 0;

/** Counts again soon: once for all that happens until then. */
export function countSoon() {
  timer ??= setTimeout(count, counted ? Math.max(PAUSE, counted + APART - Date.now()) : 0);
}

async function count() {
  timer = undefined;
  if (asking) {
    countSoon();
    return;
  }
  asking = true;
  counted = Date.now();
  try {
    const filterIds = filters.value.slice(0, 50).map((one) => one.id).join(',');
    const told = await get('conversations/unreadCount', { include: 'views', filterIds: filterIds || undefined });
    const own = /** @type {ViewCounts} */ (told.views);
    const kept = told.unreadCounts.map((/** @type {any} */ one) => [`filter-${one.filterId}`, one.unreadCount]);
    counts.value = { ...own, ...Object.fromEntries(kept) };
  } catch {
    // What could not be counted is counted with the next change.
  } finally {
    asking = false;
  }
}

on('ready', countSoon);
on('CONVERSATION', countSoon);
