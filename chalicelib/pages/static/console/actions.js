// What agents do to a conversation, most of it to the one that is open.

import { post, put, remove } from './api.js';
import { ask, conversation, isNews, leaveUnread, open, take } from './conversation.js';
import { show } from './inbox.js';
import { openNumber } from './place.js';
import { me } from './session.js';
import { countSoon } from './views.js';

/** Does something to one, which may not be open any more when that is answered. @param {number} number @param {() => Promise<any>} call @returns {Promise<void>} */
async function doTo(number, call) {
  const mark = ask();
  const answer = await call();
  if (openNumber.value !== number) show(answer.conversation);
  else if (isNews(mark)) take(answer.conversation);
  countSoon();
}

/** @param {number} number @param {Record<string, unknown>} wanted */
export const change = (number, wanted) => doTo(number, () => put(`conversations/${number}`, wanted));

/** @param {number} number @param {string | null} until an ISO 8601 time, null to end it */
export function snooze(number, until) {
  const path = `conversations/${number}/snooze`;
  return doTo(number, () => (until ? put(path, { until }) : remove(path)));
}

/** The last change of tags: the next one begins with the tags that it left. */
let tagged = Promise.resolve();

/** Changes the tags of one. @param {Conversation} one @param {(tagIds: number[]) => number[]} how @returns {Promise<void>} */
export function changeTags(one, how) {
  const now = () => (conversation.value?.id === one.id ? conversation.value : one).tagIds;
  const done = tagged.then(() => change(one.id, { tagIds: how(now()) }));
  tagged = done.catch(() => undefined);
  return done;
}

export async function assignToMe() {
  if (conversation.value) await change(conversation.value.id, { agentAssigneeId: me.value });
}

export async function markUnread() {
  const one = conversation.value;
  if (!one) return;
  leaveUnread(one.id);
  await put(`conversations/${one.id}/unread`);
  show({ ...one, isRead: false });
  countSoon();
}

/** @param {number} number the conversation that goes */
export async function mergeHere(number) {
  const one = conversation.value;
  if (!one) return;
  await post(`conversations/${one.id}/merge`, { sourceId: number });
  if (openNumber.value === one.id) await open(one.id);
}

export async function removeIt() {
  const one = conversation.value;
  if (!one) return;
  await remove(`conversations/${one.id}`);
  show({ ...one, isDeleted: true });
  countSoon();
}

/** @param {number} number */
export async function restore(number) {
  await post(`deletedconversations/${number}/restore`);
  if (openNumber.value === number) await open(number);
  countSoon();
}
