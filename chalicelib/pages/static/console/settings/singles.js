// What an account has one of, as data: a form over one path; or a component of its own.

import { agents, departments } from '../directory.js';
import { t as common } from '../words.js';
import { routeParts } from './shapes.js';
import { t } from './texts.js';

/** @typedef {import('./inputs.js').Part} Part */
/** @typedef {import('./texts.js').SettingsWord} SettingsWord */

/**
 * @typedef {object} Single
 * @property {import('./kinds.js').Kind['group']} group
 * @property {SettingsWord} title
 * @property {SettingsWord} lead
 * @property {string} [path] of a form, which is read and PUT there
 * @property {Part[]} [parts]
 * @property {(told: any) => any} [from]
 * @property {(draft: any) => any} [to]
 * @property {() => Promise<{ default: any }>} [load] a component instead of a form
 * @property {() => Promise<{ default: any }>} [beside] what stands below the form
 */

/** @returns {[any, string][]} */
const allocations = () => [['loadBalancing', t('load_balancing')], ['roundRobin', t('round_robin')]];
const STATUSES = /** @type {const} */ (['new', 'pendingInternal', 'pendingExternal', 'onHold']);
/** @param {any} row */
const departmentName = (row) => row.departmentName;
/** @param {any} row */
const agentName = (row) => agents.value.find((one) => one.id === row.agentId)?.name ?? `#${row.agentId}`;

/** @type {Record<string, Single>} */
export const singles = {
  routing: {
    group: 'automation', title: 'routing', lead: 'routing_lead', path: 'routing/1',
    from: ({ routingrule: it }) => ({
      isEnabled: it.isEnabled, type: it.type, simpleRouteToObject: it.simpleRouteToObject, simpleRouteToId: it.simpleRouteToId, simpleRouteToPriority: it.simpleRouteToPriority,
      matchFailedRouteToObject: it.matchFailedRouteToObject, matchFailedRouteToId: it.matchFailedRouteToId, matchFailedRouteToPriority: it.matchFailedRouteToPriority,
    }),
    to: (draft) => ({
      ...draft, simpleRouteToId: draft.simpleRouteToObject ? draft.simpleRouteToId : null, matchFailedRouteToId: draft.matchFailedRouteToObject ? draft.matchFailedRouteToId : null,
    }),
    parts: [
      { name: 'isEnabled', label: 'routing_on', type: 'switch' },
      { name: 'type', label: 'routing_by', type: 'select', choices: () => [['simple', t('routing_simple')], ['customRules', t('routing_rules')]] },
      ...routeParts('simpleRouteToObject', 'simpleRouteToId', 'simpleRouteToPriority', (draft) => draft.type === 'simple'),
      ...routeParts('matchFailedRouteToObject', 'matchFailedRouteToId', 'matchFailedRouteToPriority', (draft) => draft.type !== 'simple').map((part) => (part.label === 'route_to' ? { ...part, label: /** @type {SettingsWord} */ ('otherwise_to') } : part)),
    ],
    beside: () => import('./dry_run.js'),
  },
  allocation: {
    group: 'automation', title: 'allocation', lead: 'allocation_lead', path: 'autoAllocation',
    from: ({ isEnabled, defaultRule, defaultPreferLastAssignee, onlineAgentsOnly, excludePendingExternal, excludeOnHold, ifEnableConversationLimitForEachAgent, conversationLimitForAllAgents, departmentAllocationRule, agentPreferences }) => ({ isEnabled, defaultRule, defaultPreferLastAssignee, onlineAgentsOnly, excludePendingExternal, excludeOnHold, ifEnableConversationLimitForEachAgent, conversationLimitForAllAgents, departmentAllocationRule, agentPreferences }),
    parts: [
      { name: 'isEnabled', label: 'allocation_on', type: 'switch' },
      { name: 'defaultRule', label: 'allocation_rule', type: 'select', choices: allocations },
      { name: 'defaultPreferLastAssignee', label: 'prefers_last', type: 'switch' }, { name: 'onlineAgentsOnly', label: 'online_only', type: 'switch' },
      { name: 'conversationLimitForAllAgents', label: 'limit_all', type: 'number', least: 1, help: 'limit_help' }, { name: 'ifEnableConversationLimitForEachAgent', label: 'limit_each', type: 'switch' },
      { name: 'excludePendingExternal', label: 'without_pending', type: 'switch' }, { name: 'excludeOnHold', label: 'without_hold', type: 'switch' },
      { name: 'departmentAllocationRule', label: 'by_department', type: 'rows', title: departmentName, when: (draft) => draft.departmentAllocationRule.length > 0, also: ['allocationRuleSettings'],
        parts: [{ name: 'allocationRule', label: 'allocation_rule', type: 'select', choices: allocations }, { name: 'preferLastAssignee', label: 'prefers_last', type: 'switch' }] },
      { name: 'agentPreferences', label: 'by_agent', type: 'rows', title: agentName, also: ['allocationAgentPreferences'],
        parts: [{ name: 'maxConcurrentCount', label: 'limit', type: 'number', least: 1 }, { name: 'isAcceptAllocation', label: 'accepts', type: 'switch' }] },
    ],
  },
  hours: { group: 'automation', title: 'hours', lead: 'hours_lead', load: () => import('./week.js') },
  close: {
    group: 'automation', title: 'auto_close', lead: 'auto_close_lead', path: 'autoClose',
    parts: [
      { name: 'isEnabled', label: 'is_enabled', type: 'switch' }, { name: 'warnAfter', label: 'warn_after', type: 'minutes' }, { name: 'closeAfter', label: 'close_after', type: 'minutes' },
      { name: 'reassignUnpickedAfter', label: 'reassign_after', type: 'minutes', help: 'reassign_help' },
      { name: 'rules', label: 'exceptions', type: 'rows', blank: () => ({ departmentId: null, status: null, warnAfter: 3600, closeAfter: 7200 }), parts: [
        { name: 'departmentId', label: 'department', type: 'select', choices: () => [[null, common('any')], ...departments.value.map((one) => /** @type {[any, string]} */ ([one.id, one.name]))] },
        { name: 'status', label: 'status', type: 'select', choices: () => [[null, common('any')], ...STATUSES.map((one) => /** @type {[any, string]} */ ([one, common(one)]))] },
        { name: 'warnAfter', label: 'warn_after', type: 'minutes' }, { name: 'closeAfter', label: 'close_after', type: 'minutes' },
      ] },
    ],
  },
  audit: { group: 'programs', title: 'audit', lead: 'audit_lead', load: () => import('./audit.js') },
  limits: { group: 'programs', title: 'limits', lead: 'limits_lead', load: () => import('./limits.js') },
  account: { group: 'people', title: 'account', lead: 'account_lead', load: () => import('./account.js') },
  retention: {
    group: 'programs', title: 'retention', lead: 'retention_lead', path: 'retention',
    parts: [{ name: 'isEnabled', label: 'is_enabled', type: 'switch' }, { name: 'deleteClosedAfterDays', label: 'delete_closed', type: 'number', least: 1 }, { name: 'deleteFilesAfterDays', label: 'delete_files', type: 'number', least: 1 }],
  },
};
