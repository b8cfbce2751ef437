// What conditions and values can be about: the fields of conversations, how they are called, and what there is to choose.

import { signal } from '@preact/signals';

import { get } from '../api.js';
import { agents, departments, tags } from '../directory.js';
import { t as common } from '../words.js';
import { t } from './texts.js';

/** @typedef {Field & { isRequired?: boolean }} AnyField */
/** @typedef {[any, string]} Choice */

/** All fields, those of the system first. */
export const allFields = signal(/** @type {AnyField[]} */ ([]));

export async function loadFields() {
  allFields.value = (await get('fields')).fields;
}

/** @param {number} id */
export const fieldOf = (id) => allFields.value.find((one) => one.id === id);

/** @param {AnyField} field */
export function labelOf(field) {
  const word = `field_${field.name}`;
  return field.isSystemField ? t(/** @type {any} */ (word), {}, field.name) : field.name;
}

/** @type {(all: { id: number, name: string }[]) => Choice[]} */
const named = (all) => all.map((one) => [String(one.id), one.name]);
const CHANNELS = /** @type {Record<string, 'by_chat' | 'by_email'>} */ ({ portal: 'by_chat', email: 'by_email' });
/** @type {Record<string, () => Choice[]>} */
const KNOWN = {
  agentAssigneeId: () => named(agents.value),
  createdById: () => named(agents.value),
  mentionedAgents: () => named(agents.value),
  departmentAssigneeId: () => named(departments.value),
  tagIds: () => named(tags.value),
  channel: () => Object.entries(CHANNELS).map(([value, word]) => [value, common(word)]),
};

/** Returns the values that a field may have; none where it is a text, a number or a time. @param {AnyField | undefined} field @returns {Choice[]} */
export function choicesOf(field) {
  if (!field) return [];
  if (field.isSystemField && KNOWN[field.name]) return KNOWN[field.name]();
  if (field.type === 'checkbox') return [['true', t('yes')], ['false', t('no')]];
  const isOurs = field.name === 'status' || field.name === 'priority';
  return (field.options ?? []).map((one) => [one.value, field.isSystemField && isOurs ? common(/** @type {any} */ (one.value)) : one.name]);
}

const MATCHES = /** @type {const} */ ({
  text: ['contains', 'notContains', 'is', 'isNot'], number: ['is', 'isNot', 'isMoreThan', 'isLessThan'],
  time: ['before', 'after', 'between'], choice: ['is', 'isNot'],
});

/** Returns how a field is compared. @param {AnyField | undefined} field @param {string} now what it is compared by */
export function matchesOf(field, now) {
  const kind = !field || choicesOf(field).length ? 'choice' : field.type === 'date' ? 'time' : /^(?:integer|float)$/u.test(field.type) ? 'number' : 'text';
  const known = /** @type {string[]} */ ([...MATCHES[kind]]);
  return now && !known.includes(now) ? [...known, now] : known;
}

/** What triggers may set. */
const SETTABLE = ['status', 'priority', 'agentAssigneeId', 'departmentAssigneeId', 'subject', 'isRead', 'tagIds'];
export const settable = () => allFields.value.filter((one) => !one.isSystemField || SETTABLE.includes(one.name));
