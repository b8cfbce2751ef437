// What an account can set, as data: a row here is a screen with a list and a form.

import { agents, departments } from '../directory.js';
import { t as common } from '../words.js';
import { conditionParts, routeParts, withConditions } from './shapes.js';
import { t } from './texts.js';

/** @typedef {import('./inputs.js').Part} Part */
/** @typedef {import('./texts.js').SettingsWord} SettingsWord */

/**
 * A kind of thing of which an account has several.
 * @typedef {object} Kind
 * @property {'people' | 'work' | 'automation' | 'channels' | 'programs'} group
 * @property {SettingsWord} title of the list
 * @property {SettingsWord} lead what they are for
 * @property {SettingsWord} add what the button for a new one says
 * @property {string} path of the list, below Anytime's; or from the root, with a slash
 * @property {string} list under which name an answer has all
 * @property {string} one under which name an answer has one
 * @property {[SettingsWord, (row: any) => any][]} columns the first one leads to the form
 * @property {Part[]} parts of the form
 * @property {any} blank a new one
 * @property {(row: any) => string | number} [keyOf] what its address ends in
 * @property {(row: any) => string} [nameOf]
 * @property {boolean} [isRead] whether a form reads it again, because lists have less of it
 * @property {boolean} [isFixed] whether it can't be changed, only made and removed
 * @property {boolean} [isSorted] whether it has an order that counts
 * @property {Record<string, string>} [query] of the list
 * @property {(told: any) => any} [from] what the form has of it
 * @property {(draft: any) => any} [to] what is sent of the form
 * @property {(key: string | number) => string} [removeAt] the path of its removal
 * @property {string} [makeAt] the path for a new one, where not that of the list
 * @property {'PUT'} [makeBy] how one is made, where not by POST
 * @property {string} [taken] the part whose value is another one's already, where the error names none
 * @property {keyof typeof import('../directory.js')} [directory] the list that other screens have of it
 * @property {() => Promise<{ default: any }>} [beside] what else a form shows of one that there is
 */

const onOff = (/** @type {boolean} */ is) => t(is ? 'on' : 'off');
/** @param {number | null} id */
const agentName = (id) => agents.value.find((one) => one.id === id)?.name ?? '';
/** @param {number | null} id */
const departmentName = (id) => departments.value.find((one) => one.id === id)?.name ?? '';
/** @returns {[any, string][]} */
const agentChoices = () => agents.value.map((one) => [one.id, one.name]);
/** @returns {[any, string][]} */
const departmentChoices = () => departments.value.map((one) => [one.id, one.name]);
/** @param {Part} part @returns {Part} */
const orNobody = (part) => ({ ...part, type: 'select', choices: () => [[null, t('nobody')], ...(part.choices?.() ?? [])] });
/** @type {Part} */
const NAME = { name: 'name', label: 'name', type: 'text', isRequired: true, also: ['tag', 'field'] };
/** @param {SettingsWord} [label] @returns {Part} */
const enabled = (label = 'is_enabled') => ({ name: 'isEnabled', label, type: 'switch' });
const AGENT = /** @type {Part} */ ({ name: 'agentAssigneeId', label: 'to_agent', type: 'select', choices: agentChoices });
const DEPARTMENT = /** @type {Part} */ ({ name: 'departmentAssigneeId', label: 'to_department', type: 'select', choices: departmentChoices });

const FIELD_TYPES = /** @type {const} */ (['text', 'textarea', 'email', 'url', 'date', 'integer', 'float', 'operator', 'radio', 'checkbox', 'dropdownList', 'checkboxList', 'link', 'department']);
const WITH_OPTIONS = ['radio', 'dropdownList', 'checkboxList'];
const TRIGGER_EVENTS = /** @type {const} */ (['conversationCreated', 'conversationReplyIsReceived', 'agentReplied', 'assigneeIsChanged', 'statusIsChanged', 'staysAtStatusPeriod']);
const STATUSES = /** @type {const} */ (['new', 'pendingInternal', 'pendingExternal', 'onHold', 'closed']);
const HOOK_EVENTS = ['*', 'conversation.created', 'conversation.updated', 'conversation.assigned', 'conversation.statusChanged', 'conversation.replied', 'conversation.closed', 'conversation.deleted', 'message.created', 'sla.breached', 'contact.created'];
/** Domains are of the chat, so they are LiveChat's. */
const LIVECHAT = '/auth/addon/live_chat/domain';
const BLOCKS = /** @type {const} */ (['blockEmailasJunk', 'rejectEmail', 'blockDomainasJunk', 'rejectDomain']);

/** @type {Record<string, Kind>} */
export const kinds = {
  agents: {
    group: 'people', title: 'agents', lead: 'agents_lead', add: 'agents_add', path: 'agents', list: 'agents', one: 'agent', directory: 'agents', taken: 'email',
    columns: [['name', (row) => row.name], ['email', (row) => row.email], ['role', (row) => t(`role_${/** @type {'admin' | 'agent'} */ (row.role)}`)], ['departments', (row) => row.departmentIds.map(departmentName).join(', ')], ['is_active', (row) => onOff(row.isActive)]],
    blank: { name: '', email: '', role: 'agent', isActive: true, departmentIds: [], password: '' },
    to: (draft) => ({ ...draft, password: draft.password || undefined }),
    parts: [
      NAME, { name: 'email', label: 'email', type: 'email', isRequired: true },
      { name: 'role', label: 'role', type: 'select', choices: () => [['agent', t('role_agent')], ['admin', t('role_admin')]], help: 'role_help' },
      { name: 'password', label: 'password', type: 'password', help: 'password_help', when: (_, isNew) => isNew },
      { name: 'isActive', label: 'may_sign_in', type: 'switch' },
      { name: 'departmentIds', label: 'departments', type: 'checks', choices: departmentChoices },
    ],
  },
  departments: {
    group: 'people', title: 'departments', lead: 'departments_lead', add: 'departments_add', path: 'departments', list: 'departments', one: 'department', directory: 'departments',
    columns: [['name', (row) => row.name], ['description', (row) => row.description], ['members', (row) => row.members.map((/** @type {{ name: string }} */ one) => one.name).join(', ')]],
    blank: { name: '', description: '', memberIds: [] },
    from: (told) => ({ ...told, memberIds: told.members?.map((/** @type {{ id: number }} */ one) => one.id) ?? [], members: undefined }),
    parts: [NAME, { name: 'description', label: 'description', type: 'area', most: 1024 }, { name: 'memberIds', label: 'members', type: 'checks', choices: agentChoices, also: ['members'] }],
  },
  canned: {
    group: 'work', title: 'canned', lead: 'canned_lead', add: 'canned_add', path: 'cannedResponses', list: 'cannedResponses', one: 'cannedResponse', directory: 'cannedResponses',
    columns: [['name', (row) => row.name], ['text', (row) => row.textContent.slice(0, 120)]],
    blank: { name: '', textContent: '' }, from: ({ id, name, textContent }) => ({ id, name, textContent }),
    parts: [NAME, { name: 'textContent', label: 'text', type: 'area', isRequired: true, help: 'canned_help' }],
  },
  tags: {
    group: 'work', title: 'tags', lead: 'tags_lead', add: 'tags_add', path: 'tags', list: 'tags', one: 'tag', directory: 'tags', taken: 'name',
    columns: [['name', (row) => row.name], ['conversations', (row) => row.conversationCount]],
    blank: { name: '' }, parts: [NAME],
  },
  fields: {
    group: 'work', title: 'custom_fields', lead: 'fields_lead', add: 'fields_add', path: 'fields', list: 'fields', one: 'field', directory: 'fields', taken: 'name', query: { isSystemField: 'false' },
    columns: [['name', (row) => row.name], ['type', (row) => t(`type_${/** @type {(typeof FIELD_TYPES)[number]} */ (row.type)}`)], ['required', (row) => t(row.isRequired ? 'yes' : 'no')]],
    blank: { name: '', type: 'text', isRequired: false, helpText: '', options: [] },
    to: ({ id, name, type, isRequired, helpText, options }) => ({ id, name, type, isRequired, helpText: helpText || null, options: WITH_OPTIONS.includes(type) ? options.map((/** @type {any} */ one) => ({ ...one, value: one.value || one.name })) : undefined }),
    parts: [
      NAME, { name: 'type', label: 'type', type: 'select', choices: () => FIELD_TYPES.map((one) => [one, t(`type_${one}`)]), help: 'type_help', when: (_, isNew) => isNew },
      { name: 'options', label: 'options', type: 'rows', when: (draft) => WITH_OPTIONS.includes(draft.type), blank: () => ({ name: '' }), parts: [{ name: 'name', label: 'name', type: 'text', isRequired: true }] },
      { name: 'helpText', label: 'help_text', type: 'text' }, { name: 'isRequired', label: 'required', type: 'switch' },
    ],
  },
  filters: {
    group: 'work', title: 'filters', lead: 'filters_lead', add: 'filters_add', path: 'filters', list: 'filters', one: 'filter', directory: 'filters', isRead: true,
    columns: [['name', (row) => row.name], ['who_sees', (row) => t(row.isPrivate ? 'only_me' : 'everybody')]],
    blank: { name: '', isPrivate: false }, ...withConditions,
    parts: [NAME, { name: 'isPrivate', label: 'is_private', type: 'switch' }, conditionParts],
  },
  triggers: {
    group: 'automation', title: 'triggers', lead: 'triggers_lead', add: 'triggers_add', path: 'triggers', list: 'triggers', one: 'trigger', isSorted: true,
    columns: [['name', (row) => row.name], ['event', (row) => t(`event_${/** @type {(typeof TRIGGER_EVENTS)[number]} */ (row.event)}`, {}, row.event)], ['is_enabled', (row) => onOff(row.isEnabled)]],
    blank: { name: '', event: 'conversationCreated', isEnabled: true, conditions: { when: 'all', logicExpression: '', list: [] }, stayStatus: null, stayTimeSpan: 60, autoUpdate: [], ifSendEmail: false, ifSendToContacts: false, ifSendToAgents: false, recipientAgentIds: [], subject: '', plainText: '', ifShowInConversationCorrespondences: false },
    to: (draft) => ({
      id: draft.id, name: draft.name, event: draft.event, isEnabled: draft.isEnabled, conditions: draft.conditions, stayStatus: draft.stayStatus, stayTimeSpan: draft.stayTimeSpan ?? 0,
      autoUpdate: draft.autoUpdate, ifSetValue: draft.autoUpdate.length > 0, ifSendEmail: draft.ifSendEmail, ifSendToContacts: draft.ifSendToContacts, ifSendToAgents: draft.ifSendToAgents,
      recipientAgentIds: draft.recipientAgentIds, subject: draft.subject, plainText: draft.plainText, ifShowInConversationCorrespondences: draft.ifShowInConversationCorrespondences,
    }),
    parts: [
      NAME, enabled(), { name: 'event', label: 'event', type: 'select', choices: () => TRIGGER_EVENTS.map((one) => [one, t(`event_${one}`)]) },
      { name: 'stayStatus', label: 'stay_status', type: 'select', choices: () => [[null, common('any')], ...STATUSES.map((one) => /** @type {[any, string]} */ ([one, common(one)]))], when: (draft) => draft.event === 'statusIsChanged' || draft.event === 'staysAtStatusPeriod' },
      { name: 'stayTimeSpan', label: 'stay_minutes', type: 'number', least: 1, when: (draft) => draft.event === 'staysAtStatusPeriod' },
      { ...conditionParts, label: 'only_if' },
      { name: 'autoUpdate', label: 'then_set', type: 'values' },
      { name: 'ifSendEmail', label: 'then_mail', type: 'switch' },
      { name: 'ifSendToContacts', label: 'mail_contact', type: 'switch', when: (draft) => draft.ifSendEmail },
      { name: 'ifSendToAgents', label: 'mail_agents', type: 'switch', when: (draft) => draft.ifSendEmail },
      { name: 'recipientAgentIds', label: 'recipients', type: 'checks', choices: agentChoices, when: (draft) => draft.ifSendEmail && draft.ifSendToAgents },
      { name: 'subject', label: 'subject', type: 'text', when: (draft) => draft.ifSendEmail },
      { name: 'plainText', label: 'text', type: 'area', help: 'mail_help', when: (draft) => draft.ifSendEmail, also: ['htmlText'] },
      { name: 'ifShowInConversationCorrespondences', label: 'mail_shown', type: 'switch', when: (draft) => draft.ifSendEmail },
    ],
  },
  rules: {
    group: 'automation', title: 'rules', lead: 'rules_lead', add: 'rules_add', path: 'routing/1/customRules', list: 'customRules', one: 'customerRule', isSorted: true,
    removeAt: (key) => `routing/customRules/${key}`,
    columns: [['name', (row) => row.name], ['goes_to', (row) => [row.routeToObject === 'agent' ? agentName(row.routeToId) : departmentName(row.routeToId), row.routeToPriority && common(row.routeToPriority)].filter(Boolean).join(' · ')], ['is_enabled', (row) => onOff(row.isEnabled)]],
    blank: { name: '', isEnabled: true, routeToObject: null, routeToId: null, routeToPriority: null }, ...withConditions,
    parts: [NAME, enabled(), conditionParts, ...routeParts('routeToObject', 'routeToId', 'routeToPriority')],
    beside: () => import('./dry_run.js'),
  },
  sla: {
    group: 'automation', title: 'sla', lead: 'sla_lead', add: 'sla_add', path: 'SLAPolicies', list: 'slaPolicies', one: 'slaPolicy', isSorted: true,
    columns: [['name', (row) => row.name], ['first_within', (row) => row.firstRespondWithin], ['next_within', (row) => row.nextRespondWithin], ['resolve_within', (row) => row.resolveRespondWithin], ['is_enabled', (row) => onOff(row.isEnabled)]],
    blank: { name: '', isEnabled: true, firstRespondWithin: 1, nextRespondWithin: 4, resolveRespondWithin: 24, isBusinessHours: true, pauseWhilePending: true, conditions: { when: 'all', logicExpression: '', list: [] } },
    to: ({ id, name, isEnabled, firstRespondWithin, nextRespondWithin, resolveRespondWithin, isBusinessHours, pauseWhilePending, conditions }) => ({ id, name, isEnabled, firstRespondWithin, nextRespondWithin, resolveRespondWithin, isBusinessHours, pauseWhilePending, conditions }),
    parts: [
      NAME, enabled(), { name: 'firstRespondWithin', label: 'first_within', type: 'number' }, { name: 'nextRespondWithin', label: 'next_within', type: 'number' }, { name: 'resolveRespondWithin', label: 'resolve_within', type: 'number' },
      { name: 'isBusinessHours', label: 'business_hours', type: 'switch' }, { name: 'pauseWhilePending', label: 'pause_pending', type: 'switch' }, conditionParts,
    ],
  },
  holidays: {
    group: 'automation', title: 'holidays', lead: 'holidays_lead', add: 'holidays_add', path: 'holidays', list: 'holidays', one: 'holiday', nameOf: (row) => row.title,
    columns: [['name', (row) => row.title], ['date', (row) => row.date]], blank: { title: '', date: '' },
    parts: [{ name: 'title', label: 'name', type: 'text', isRequired: true }, { name: 'date', label: 'date', type: 'date', isRequired: true }],
  },
  blocked: {
    group: 'channels', title: 'blocked', lead: 'blocked_lead', add: 'blocked_add', path: 'blockedSenders', list: 'blockedSenders', one: 'blockedSender', makeBy: 'PUT', keyOf: (row) => row.email, nameOf: (row) => row.email,
    removeAt: (key) => `blockedSenders?email=${encodeURIComponent(key)}`,
    columns: [['sender', (row) => row.email], ['block', (row) => t(`block_${/** @type {(typeof BLOCKS)[number]} */ (row.blockType)}`)]],
    blank: { email: '', blockType: 'blockEmailasJunk' },
    parts: [{ name: 'email', label: 'sender', type: 'text', isRequired: true, help: 'sender_help' }, { name: 'blockType', label: 'block', type: 'select', choices: () => BLOCKS.map((one) => [one, t(`block_${one}`)]) }],
  },
  mail: {
    group: 'channels', title: 'mail', lead: 'mail_lead', add: 'mail_add', path: 'emailAccounts', list: 'emailAccounts', one: 'emailAccount', nameOf: (row) => row.email, taken: 'email',
    columns: [['email', (row) => row.email], ['state', (row) => t(row.status === 'verified' ? 'verified' : 'not_verified')], ['is_default', (row) => t(row.isDefault ? 'yes' : 'no')]],
    blank: { email: '', agentAssigneeId: null, departmentAssigneeId: null, isDefault: false },
    to: ({ id, email, agentAssigneeId, departmentAssigneeId, isDefault }) => ({ id, email, agentAssigneeId, departmentAssigneeId, isDefault }),
    parts: [{ name: 'email', label: 'email', type: 'email', isRequired: true }, orNobody(AGENT), orNobody(DEPARTMENT), { name: 'isDefault', label: 'is_default', type: 'switch' }],
    beside: () => import('./verification.js'),
  },
  domains: {
    group: 'channels', title: 'domains', lead: 'domains_lead', add: 'domains_add', path: `${LIVECHAT}/list`, list: 'message', one: 'message', isFixed: true, keyOf: (row) => row.name,
    makeAt: `${LIVECHAT}/add`, removeAt: (key) => `${LIVECHAT}/delete?domain=${encodeURIComponent(key)}`,
    columns: [['domain', (row) => row.name], ['email', (row) => row.email], ['is_enabled', (row) => onOff(row.status)]],
    blank: { domain: '', email: '' },
    parts: [{ name: 'domain', label: 'domain', type: 'text', isRequired: true, help: 'domain_help', also: ['host'] }, { name: 'email', label: 'email', type: 'email', isRequired: true }],
    beside: () => import('./embedding.js'),
  },
  webhooks: {
    group: 'programs', title: 'webhooks', lead: 'webhooks_lead', add: 'webhooks_add', path: 'webhooks', list: 'webhooks', one: 'webhook', nameOf: (row) => row.url,
    columns: [['address', (row) => row.url], ['event', (row) => (row.event === '*' ? t('all_events') : row.event)], ['is_enabled', (row) => (row.pausedTime ? t('paused') : onOff(row.isEnabled))]],
    blank: { url: '', event: '*', isEnabled: true }, to: ({ id, url, event, isEnabled }) => ({ id, url, event, isEnabled }),
    parts: [{ name: 'url', label: 'address', type: 'url', isRequired: true, most: 2048, also: ['targetUrl'], help: 'hook_help' }, { name: 'event', label: 'event', type: 'select', choices: () => HOOK_EVENTS.map((one) => [one, one === '*' ? t('all_events') : one]) }, enabled()],
    beside: () => import('./deliveries.js'),
  },
  keys: {
    group: 'programs', title: 'keys', lead: 'keys_lead', add: 'keys_add', path: 'apiKeys', list: 'apiKeys', one: 'apiKey', isFixed: true, nameOf: (row) => `${row.begins}…`,
    columns: [['key', (row) => `${row.begins}…`], ['use', (row) => t(`use_${/** @type {'anytime' | 'liveChat'} */ (row.use)}`)], ['email', (row) => row.email], ['created', (row) => row.createdTime.slice(0, 10)]],
    blank: { use: 'anytime' }, parts: [{ name: 'use', label: 'use', type: 'select', choices: () => [['anytime', t('use_anytime')], ['liveChat', t('use_liveChat')]] }],
  },
};

