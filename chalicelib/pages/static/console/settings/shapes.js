// Parts that several kinds have: conditions, and where a rule leads.

import { agents, departments } from '../directory.js';
import { t as common } from '../words.js';
import { t } from './texts.js';

/** @typedef {import('./inputs.js').Part} Part */

/** @type {Part} */
export const conditionParts = { name: 'conditions', label: 'conditions', type: 'conditions', also: ['when', 'logicExpression'] };

/** How rules show the number of a combination. */
const WHEN = ['any', 'all', 'logicalExpression'];

/** What the API has beside each other is one value in the form. */
export const withConditions = {
  /** @param {any} told */
  from: ({ conditions = [], when = 'all', logicExpression = '', ...more }) => ({ ...more, conditions: { when: WHEN[when] ?? when, logicExpression, list: conditions } }),
  /** @param {any} draft */
  to: ({ conditions, ...more }) => ({
    ...more, when: conditions.when, logicExpression: conditions.when === 'logicalExpression' ? conditions.logicExpression : '',
    conditions: conditions.list.map((/** @type {any} */ one, /** @type {number} */ at) => ({ fieldId: one.fieldId, matchType: one.matchType, value: one.value, index: at + 1 })),
  }),
};

const PRIORITIES = /** @type {const} */ (['urgent', 'high', 'normal', 'low']);

/** @param {string} to @param {string} id @param {string} priority @param {(draft: any) => boolean} [when] @returns {Part[]} */
export const routeParts = (to, id, priority, when = () => true) => [
  { name: to, label: 'route_to', type: 'select', choices: () => [[null, t('nobody_special')], ['department', t('a_department')], ['agent', t('an_agent')]], when },
  { name: id, label: 'to_agent', type: 'select', choices: () => agents.value.map((one) => [one.id, one.name]), when: (draft) => when(draft) && draft[to] === 'agent' },
  { name: id, label: 'to_department', type: 'select', choices: () => departments.value.map((one) => [one.id, one.name]), when: (draft) => when(draft) && draft[to] === 'department' },
  { name: priority, label: 'priority', type: 'select', choices: () => [[null, t('as_it_is')], ...PRIORITIES.map((one) => /** @type {[any, string]} */ ([one, common(one)]))], when },
];
