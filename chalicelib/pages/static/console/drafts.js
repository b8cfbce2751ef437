// Drafts: kept on the server, and in this browser until they are there.

import { Refused, get, post, remove } from './api.js';
import { session } from './session.js';

const PAUSE = 900;
const NOT_FOUND = 404;

/** @typedef {{ body: string, isNote: boolean, files: Attachment[] }} Written */

/** @type {Map<number, ReturnType<typeof setTimeout>>} */
const timers = new Map();

/** @param {number} number */
const nameOf = (number) => `polydesk.draft.${session.value?.account.id}.${session.value?.agent.id}.${number}`;

/** @param {number} number @returns {Written | null} */
function local(number) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(number)) ?? 'null');
  } catch {
    return null;
  }
}

/** Returns what was begun in a conversation: here, else on the server. @param {Conversation} of @returns {Promise<Written | null>} */
export async function load(of) {
  const here = local(of.id);
  if (here || !of.hasDraft) return here;
  try {
    const draft = /** @type {Draft} */ ((await get(`conversations/${of.id}/draft`)).conversationDraft);
    return { body: draft.plainBody ?? '', isNote: false, files: draft.attachments };
  } catch (error) {
    if (error instanceof Refused && error.status === NOT_FOUND) return null;
    throw error;
  }
}

/**
 * Keeps what is written: at once here, in a moment on the server. Nothing written removes the draft.
 * @param {number} number
 * @param {Written} written
 * @param {() => void} then when the server has it
 */
export function keep(number, written, then) {
  const isEmpty = !written.body.trim() && !written.files.length;
  if (isEmpty) localStorage.removeItem(nameOf(number));
  else localStorage.setItem(nameOf(number), JSON.stringify(written));
  clearTimeout(timers.get(number));
  timers.set(number, setTimeout(() => store(number, written, isEmpty).then(then, () => undefined), PAUSE));
}

/** @param {number} number @param {Written} written @param {boolean} isEmpty */
async function store(number, written, isEmpty) {
  if (isEmpty) await remove(`conversations/${number}/draft`);
  else await post(`conversations/${number}/draft`, { plainBody: written.body, attachments: written.files.map(({ guid }) => ({ guid })) });
}

/** Forgets a draft that was sent. @param {number} number @param {boolean} isStored whether the server has one */
export function forget(number, isStored) {
  clearTimeout(timers.get(number));
  localStorage.removeItem(nameOf(number));
  if (isStored) remove(`conversations/${number}/draft`).catch(() => undefined);
}
