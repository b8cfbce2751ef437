// English, of the reports.

export default {
  now: 'Right now', volume: 'Volume', channel: 'Channels', efficiency: 'Efficiency', sla: 'SLA', reports: 'Reports',
  period: 'Period', today: 'Today', days_7: 'Last 7 days', days_30: 'Last 30 days', days_90: 'Last 90 days', custom: 'From … to …', from: 'From', to: 'To',
  dimension: 'A line for each', byDay: 'Day', byHour: 'Hour', byWeek: 'Week', byAgent: 'Agent', byDepartment: 'Department', byChannel: 'Channel', bySLAPolicy: 'SLA policy',
  view: 'Of', view_site: 'Everybody', agents: 'Agents', departments: 'Departments', channels: 'Channels', csv: 'Download as CSV', measure: 'Chart of', total: 'Total', nobody: 'Nobody', nothing: 'Nothing was counted in this period.',
  lead: 'Numbers are some seconds old.', zone: 'Days begin at midnight here, UTC{offset}.', span: 'Time', chart_of: 'Chart: {what}',
  openConversations: 'Open', unassignedConversations: 'Unassigned', newConversations: 'New', pendingInternalConversations: 'Wait for us', pendingExternalConversations: 'Wait for contact', onHoldConversations: 'On hold', urgentPriorityConversations: 'Urgent', highPriorityConversations: 'High priority',
  createdConversations: 'Created', closedConversations: 'Closed', resolvedConversations: 'Closed', repliedConversations: 'Replied to', reopenedConversations: 'Reopened', todayReplied: 'Replied today', todayResolved: 'Closed today',
  by_chat: 'Chat', by_email: 'E-mail', last_days: 'The last days', now_departments: 'Departments now', now_agents: 'Agents now', name: 'Name',
  avgFirstResponseTime: 'First answer after', avgAgentResponseTime: 'Answers after', avgConversationTime: 'Closed after', avgContactMessages: 'Messages of contacts', avgAgentMessages: 'Messages of agents', totalConversations: 'Conversations',
  firstRespondTimeAchievedPercentage: 'First answer in time', nextRespondTimeAchievedPercentage: 'Next answers in time', resolveTimeAchievedPercentage: 'Closed in time', breachedTickets: 'Breaches', avgFirstRespondTime: 'First answer after', avgNextRespondTime: 'Next answers after', avgResolveTime: 'Closed after',
};
