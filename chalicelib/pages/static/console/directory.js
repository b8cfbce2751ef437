// What an account has that many parts show: agents, departments, tags, filters, canned responses, fields.

import { computed, signal } from '@preact/signals';

import { get, post } from './api.js';
import { session } from './session.js';
import { on } from './socket.js';

export const agents = signal(/** @type {Agent[]} */ ([]));
export const departments = signal(/** @type {Department[]} */ ([]));
export const tags = signal(/** @type {Tag[]} */ ([]));
export const filters = signal(/** @type {Filter[]} */ ([]));
export const cannedResponses = signal(/** @type {CannedResponse[]} */ ([]));
export const fields = signal(/** @type {Field[]} */ ([]));

const LISTS = { agents, departments, tags, filters, cannedResponses, fields };

/** The last reading of each list. @type {Map<string, Promise<void>>} */
const readings = new Map();

/** @param {keyof typeof LISTS} name */
const read = async (name) => (await get(name, name === 'fields' ? { isSystemField: 'false' } : undefined))[name];

/** Reads a list; an answer that comes after that of a later reading is dropped. @param {keyof typeof LISTS} name @returns {Promise<void>} */
export function load(name) {
  const reading = read(name).then((found) => {
    if (readings.get(name) === reading) LISTS[name].value = found;
  });
  readings.set(name, reading);
  return reading;
}

/** Waits until a list that is being read is there, if it can be. @param {keyof typeof LISTS} name */
export const settled = (name) => (readings.get(name) ?? Promise.resolve()).catch(() => undefined);

/** Loads all; one that fails leaves the others. */
export const loadAll = () => Promise.allSettled(/** @type {(keyof typeof LISTS)[]} */ (Object.keys(LISTS)).map(load));

/** Lists by the kinds of settings of which the socket tells that they have changed. @type {Record<string, keyof typeof LISTS>} */
const KINDS = { agent: 'agents', group: 'departments', tag: 'tags', filter: 'filters', canned_reply: 'cannedResponses', custom_field: 'fields' };
/** Within how many milliseconds consoles read what has changed, not all at once; what changes meanwhile is read with it. */
const SPREAD = 1000;
/** @type {Set<keyof typeof LISTS>} */
const stale = new Set();

on('SETTINGS', ({ kind }) => {
  const name = KINDS[kind ?? ''];
  if (!name || stale.has(name)) return;
  stale.add(name);
  setTimeout(() => {
    stale.delete(name);
    load(name).catch(() => undefined);
  }, Math.random() * SPREAD);
});
// Also the first time: what changed after the lists were read and before the socket began to tell is known to nobody else.
on('ready', loadAll);

const agentById = computed(() => new Map(agents.value.map((one) => [one.id, one])));
const tagById = computed(() => new Map(tags.value.map((one) => [one.id, one])));
const departmentById = computed(() => new Map(departments.value.map((one) => [one.id, one])));

/** @param {number | null | undefined} id */
export const agentOf = (id) => agentById.value.get(id ?? 0);
/** @param {number} id */
export const tagOf = (id) => tagById.value.get(id);
/** @param {number | null} id */
export const departmentOf = (id) => departmentById.value.get(id ?? 0);

/** Returns the tag of a name; a new one where there is none, null if that may not be made. @param {string} name @returns {Promise<Tag | null>} */
export async function tagNamed(name) {
  const find = () => tags.value.find((one) => one.name.toLocaleLowerCase() === name.toLocaleLowerCase());
  if (!find()) await load('tags'); // somebody else may have made it, or the list is not there yet
  const known = find();
  if (known) return known;
  if (session.value?.agent.role !== 'admin') return null;
  const { tag } = await post('tags', { name });
  tags.value = [...tags.value, tag];
  return tag;
}
