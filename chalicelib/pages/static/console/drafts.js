// Drafts: in this browser until the server has them. Those of notes stay here: a server's draft would be sent to the contact.

import { Refused, get, post, remove } from './api.js';
import { session } from './session.js';
import { on } from './socket.js';

const PAUSE = 900;
const NOT_FOUND = 404;

/** @typedef {{ body: string, isNote: boolean, files: Attachment[] }} Written */
/** @typedef {{ number: number, written: Written, then: (isStored: boolean) => void, timer: ReturnType<typeof setTimeout> }} Unstored */

/** What the server does not have yet, by its name in the browser. @type {Map<string, Unstored>} */
const unstored = new Map();
/** Names of drafts that the server has. @type {Set<string>} */
const stored = new Set();
/** The last request about a draft: the next one waits for it. @type {Map<string, Promise<void>>} */
const asked = new Map();

/** @param {number} number */
const nameOf = (number) => `polydesk.draft.${session.value?.account.id}.${session.value?.agent.id}.${number}`;

/** @param {string} name @returns {Written | null} */
function local(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null');
  } catch {
    return null;
  }
}

/** Returns what was begun in a conversation: here, else on the server. @param {Conversation} of @returns {Promise<Written | null>} */
export async function load(of) {
  const name = nameOf(of.id);
  if (of.hasDraft) stored.add(name);
  const here = local(name);
  if (here && !here.isNote && !unstored.has(name)) keep(of.id, here, () => undefined);
  if (here || !stored.has(name)) return here;
  try {
    const draft = /** @type {Draft} */ ((await get(`conversations/${of.id}/draft`)).conversationDraft);
    return { body: draft.plainBody ?? '', isNote: false, files: draft.attachments };
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== NOT_FOUND) throw error;
    stored.delete(name);
    return null;
  }
}

/** @param {Written} written */
const isEmpty = (written) => !written.body.trim() && !written.files.length;

/**
 * Keeps what is written: at once here, in a moment on the server. Nothing written removes the draft.
 * @param {number} number
 * @param {Written} written
 * @param {(isStored: boolean) => void} then when it is where it stays, with whether anything is
 */
export function keep(number, written, then) {
  const name = nameOf(number);
  if (isEmpty(written)) localStorage.removeItem(name);
  else localStorage.setItem(name, JSON.stringify(written));
  clearTimeout(unstored.get(name)?.timer);
  unstored.set(name, { number, written, then, timer: setTimeout(() => ask(name, () => store(name)), PAUSE) });
}

/** Asks once what was asked before is answered. @param {string} name @param {() => Promise<void>} what */
function ask(name, what) {
  asked.set(name, (asked.get(name) ?? Promise.resolve()).then(what).catch(() => undefined));
}

/** What fails is left for when the socket is back, or the page. @param {string} name */
async function store(name) {
  const one = unstored.get(name);
  if (!one || nameOf(one.number) !== name) return;
  const { number, written } = one;
  if (isEmpty(written) || written.isNote) await removeStored(name, number);
  else {
    await post(`conversations/${number}/draft`, { plainBody: written.body, attachments: written.files.map(({ guid }) => ({ guid })) });
    stored.add(name);
  }
  if (unstored.get(name) !== one) return;
  unstored.delete(name);
  if (!written.isNote && localStorage.getItem(name) === JSON.stringify(written)) localStorage.removeItem(name);
  one.then(!isEmpty(written));
}

/** @param {string} name @param {number} number */
async function removeStored(name, number) {
  if (!stored.has(name)) return;
  await remove(`conversations/${number}/draft`).catch((error) => {
    if (!(error instanceof Refused) || error.status !== NOT_FOUND) throw error;
  });
  stored.delete(name);
}

/** Forgets a draft that was sent. @param {number} number */
export function forget(number) {
  const name = nameOf(number);
  clearTimeout(unstored.get(name)?.timer);
  unstored.delete(name);
  localStorage.removeItem(name);
  ask(name, () => removeStored(name, number));
}

on('ready', () => {
  for (const name of unstored.keys()) ask(name, () => store(name));
});
