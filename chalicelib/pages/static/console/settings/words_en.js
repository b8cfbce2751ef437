// English, of the settings.

export default {
  settings_lead: 'How the desk works for this account.',
  group_people: 'People', group_work: 'Work', group_automation: 'Automation', group_channels: 'Channels', group_programs: 'Programs and records',
  // Forms
  yes: 'Yes', no: 'No', on: 'On', off: 'Off', choose: 'Choose…', optional: 'optional', none_yet: 'Nothing here yet', row: 'Row {n}', remove_row: 'Remove row {n}', add_row: 'Add a row',
  saved: 'Saved.', removed: 'Removed.', create: 'Create', copy: 'Copy', copied: 'Copied.', gone: 'This is not there any more.', remove_sure: 'Remove “{name}”? This can’t be undone.',
  order: 'Order', move_up: 'Move {name} up', move_down: 'Move {name} down', reload: 'Reload', show_more: 'Show more', secret: 'Secret', secret_once: 'Copy it now: it is shown only this once.',
  name: 'Name', email: 'E-mail', description: 'Description', is_enabled: 'Enabled', subject: 'Subject', text: 'Text', event: 'Event', state: 'State', type: 'Type', created: 'Created',
  status: 'Status', priority: 'Priority', channel: 'Channel', department: 'Department', address: 'Address', time: 'Time', message: 'Message', days: 'Days', date: 'Date', required: 'Required',
  // People
  agents: 'Agents', agents_lead: 'Who answers here, and who may change settings.', agents_add: 'New agent', role: 'Role', role_admin: 'Administrator', role_agent: 'Agent',
  role_help: 'Administrators change settings and see all reports.', is_active: 'Active', may_sign_in: 'May sign in', password: 'Password', password_help: 'Without one, the agent chooses it by the link for a forgotten password.',
  departments: 'Departments', departments_lead: 'Groups of agents that conversations are for.', departments_add: 'New department', members: 'Members',
  account: 'Account', account_lead: 'The account, and who has access to it.', owner: 'Owner', account_id: 'Account’s id', who_has_access: 'Who has access', permissions: 'May change',
  permission_operators: 'operators', permission_domains: 'domains', permission_users: 'users',
  // Work
  canned: 'Canned replies', canned_lead: 'Texts for what is asked often. Agents type / to use them.', canned_add: 'New canned reply', canned_help: 'Knows {{contact.name}}, {{agent.name}}, {{conversation.id}} and {{conversation.subject}}.',
  tags: 'Tags', tags_lead: 'Words for what conversations are about.', tags_add: 'New tag', conversations: 'Conversations',
  custom_fields: 'Custom fields', fields_lead: 'What agents note of a conversation.', fields_add: 'New field', type_help: 'It can’t be changed later.', options: 'Options', help_text: 'Help for agents',
  type_text: 'Text', type_textarea: 'Long text', type_email: 'E-mail', type_url: 'Web address', type_date: 'Date', type_integer: 'Whole number', type_float: 'Number', type_operator: 'Agent',
  type_radio: 'One of a few', type_checkbox: 'Yes or no', type_dropdownList: 'One of a list', type_checkboxList: 'Several of a list', type_link: 'Link', type_department: 'Department',
  filters: 'Filters', filters_lead: 'Views of the inbox beside the usual ones.', filters_add: 'New filter', who_sees: 'Who sees it', only_me: 'Only I', everybody: 'Everybody', is_private: 'Only I see it',
  // Conditions
  conditions: 'Conditions', condition: 'Condition {n}', no_conditions: 'No conditions: every conversation.', add_condition: 'Add a condition', add_value: 'Add a value', field: 'Field', match: 'Comparison', value: 'Value',
  when: 'How conditions are combined', when_all: 'All of these', when_any: 'Any of these', when_logicalExpression: 'By an expression', expression: 'Expression of the conditions’ numbers',
  match_contains: 'contains', match_notContains: 'does not contain', match_is: 'is', match_isNot: 'is not', match_isMoreThan: 'is more than', match_isLessThan: 'is less than', match_before: 'is before', match_after: 'is after', match_between: 'is between',
  field_id: 'Number', field_status: 'Status', field_priority: 'Priority', field_channel: 'Channel', field_agentAssigneeId: 'Agent', field_departmentAssigneeId: 'Department', field_contactId: 'Contact’s number',
  field_createdById: 'Created by', field_slaPolicyId: 'SLA policy’s number', field_tagIds: 'Tag', field_receivedFrom: 'Received by', field_subject: 'Subject', field_lastMessage: 'Last message', field_contactName: 'Contact’s name',
  field_contactEmail: 'Contact’s e-mail', field_createdTime: 'Created', field_lastActivityTime: 'Last change', field_lastRepliedTime: 'Last reply', field_lastStatusChangeTime: 'Last change of status',
  field_firstRespondBreachAt: 'First answer is due', field_nextRespondBreachAt: 'Next answer is due', field_resolveBreachAt: 'End is due', field_isRead: 'Read', field_hasDraft: 'Has a draft', field_mentionedAgents: 'Mentioned agent', field_domain: 'Domain', field_contactLanguage: 'Contact’s language',
  // Automation
  routing: 'Routing', routing_lead: 'Where new conversations go.', routing_on: 'Route new conversations', routing_by: 'By', routing_simple: 'One route for all', routing_rules: 'Routing rules',
  route_to: 'Goes to', otherwise_to: 'If no rule matches, it goes to', nobody_special: 'Nobody in particular', a_department: 'A department', an_agent: 'An agent', to_agent: 'Agent', to_department: 'Department', as_it_is: 'As it is', goes_to: 'Goes to', nobody: 'Nobody',
  rules: 'Routing rules', rules_lead: 'The first rule that matches a new conversation says where it goes, where routing is by rules.', rules_add: 'New rule',
  dry_run: 'Where would this conversation go?', dry_run_lead: 'Asks the rules as they are saved. Nothing is changed.', dry_run_ask: 'Try it', contact_name: 'Contact’s name', contact_email: 'Contact’s e-mail', contact_language: 'Contact’s language',
  allocation: 'Allocation', allocation_lead: 'Which agent gets a conversation that waits.', allocation_on: 'Give conversations out by themselves', allocation_rule: 'To whom', load_balancing: 'Who has the fewest', round_robin: 'By turns',
  prefers_last: 'Prefer who had the contact before', online_only: 'Only to agents who are online', limit_all: 'Most conversations of an agent', limit_help: 'Empty for no limit.', limit_each: 'Limits of single agents count', limit: 'Limit', accepts: 'Accepts conversations',
  without_pending: 'Conversations that wait for the contact don’t count', without_hold: 'Conversations on hold don’t count', by_department: 'By department', by_agent: 'By agent',
  triggers: 'Triggers', triggers_lead: 'What the desk does by itself when something happens.', triggers_add: 'New trigger', only_if: 'Only if', then_set: 'Then set', then_mail: 'Send an e-mail', mail_contact: 'To the contact', mail_agents: 'To agents', recipients: 'Agents',
  mail_help: 'Knows {{contact.name}}, {{agent.name}}, {{conversation.id}}, {{conversation.subject}} and {{conversation.lastMessage}}.', mail_shown: 'Show it in the conversation', stay_status: 'To the status', stay_minutes: 'For how many minutes',
  event_conversationCreated: 'A conversation begins', event_conversationReplyIsReceived: 'The contact writes again', event_agentReplied: 'An agent replies', event_assigneeIsChanged: 'Agent or department changes', event_statusIsChanged: 'The status changes', event_staysAtStatusPeriod: 'The status lasts',
  sla: 'SLA policies', sla_lead: 'How soon conversations are answered and closed. The first policy that matches counts. Spans are in hours.', sla_add: 'New policy', first_within: 'First answer within (hours)', next_within: 'Next answers within (hours)', resolve_within: 'Closed within (hours)',
  business_hours: 'Only working time counts', pause_pending: 'Stands still while it waits for the contact',
  hours: 'Working time', hours_lead: 'When agents are there. SLA clocks can stand still outside it.', time_zone: 'Time zone', from_of: '{day} from', to_of: '{day} to', add_period: 'Add a period to {day}', remove_period: 'Remove the period of {day}', copy_monday: 'Monday’s hours for all working days',
  holidays: 'Holidays', holidays_lead: 'Days without working time.', holidays_add: 'New holiday',
  auto_close: 'Auto-close', auto_close_lead: 'What happens to a conversation in which the contact stays silent.', warn_after: 'Warn after (minutes)', close_after: 'Close after (minutes)', reassign_after: 'Pass on what nobody picked up after (minutes)', reassign_help: 'It goes to another agent then.', exceptions: 'Exceptions',
  // Channels
  domains: 'Domains', domains_lead: 'Sites with the chat on them.', domains_add: 'New domain', domain: 'Domain', domain_help: 'As shop.example, without https://', tag: 'Tag to paste', tag_lead: 'Put it into the pages of this domain, before </body>.',
  mail: 'E-mail accounts', mail_lead: 'Addresses whose mails become conversations.', mail_add: 'New e-mail account', is_default: 'Default', verified: 'Verified', not_verified: 'Not verified yet', verification: 'What is left to do', code: 'Code from the e-mail', verify: 'Verify', another_code: 'Mail another code', code_sent: 'Another code is on its way.',
  blocked: 'Blocked senders', blocked_lead: 'Whose mails are junk, or are not taken at all.', blocked_add: 'Block a sender', sender: 'Sender', sender_help: 'An address, or a domain', block: 'What happens', block_blockEmailasJunk: 'Address: junk', block_rejectEmail: 'Address: rejected', block_blockDomainasJunk: 'Domain: junk', block_rejectDomain: 'Domain: rejected',
  // Programs and records
  webhooks: 'Webhooks', webhooks_lead: 'Addresses that are called when something happens.', webhooks_add: 'New webhook', hook_help: 'Begins with https://', all_events: 'All events', paused: 'Paused', deliveries: 'Deliveries', no_deliveries: 'Nothing was sent yet.', new_secret: 'New secret', replay: 'Send again', sent_again: 'It is being sent again.', tries: 'Tries', tries_n: 'Tries: {n}', delivery_waiting: 'Waiting', delivery_delivered: 'Delivered', delivery_failed: 'Failed',
  keys: 'API keys', keys_lead: 'With which programs call the desk as you.', keys_add: 'New API key', key: 'Key', use: 'For', use_anytime: 'Anytime', use_liveChat: 'LiveChat',
  audit: 'Audit log', audit_lead: 'What was changed, by whom, from what to what.', about: 'About', who: 'Who', before: 'Before', after: 'After', kind_conversation: 'Conversations', kind_contact: 'Contacts', kind_agent: 'Agents', kind_setting: 'Settings', kept_for: 'How long logs are kept', kept_help: 'Empty for as long as usual. It counts for what is logged from now on.',
  limits: 'Limits', limits_lead: 'What this account and you may do how often, and what is used of it.', used_of: '{used} of {most} in {span}', hours_n: '{n} h', minutes_n: '{n} min',
  retention: 'Retention', retention_lead: 'After how many days closed conversations and files are removed for good.', delete_closed: 'Closed conversations after (days)', delete_files: 'Files after (days)',
};
