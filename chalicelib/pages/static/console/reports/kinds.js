// The reports, as data: which numbers each has, what it can have a line for, and which of them its chart shows.

/** @typedef {import('./texts.js').ReportsWord} ReportsWord */
/** @typedef {'count' | 'share' | 'span' | 'average'} Format */

/**
 * @typedef {object} Report
 * @property {[string, ReportsWord, Format][]} measures name in a line, what it is called, how it is written
 * @property {string[][]} charts the measures that one chart can show together
 * @property {boolean} [hasPolicies] whether it can have a line for each policy
 * @property {(line: any) => any} [flatten] what the table has of a line
 */

/** @type {Record<string, Report>} */
export const reports = {
  volume: {
    measures: [['createdConversations', 'createdConversations', 'count'], ['closedConversations', 'closedConversations', 'count'], ['repliedConversations', 'repliedConversations', 'count'], ['reopenedConversations', 'reopenedConversations', 'count'], ['openConversations', 'openConversations', 'count']],
    charts: [['createdConversations', 'closedConversations', 'repliedConversations'], ['openConversations'], ['reopenedConversations']],
  },
  channel: {
    measures: [['portal', 'by_chat', 'count'], ['email', 'by_email', 'count']],
    charts: [['portal', 'email']],
    flatten: (line) => ({ ...line, ...Object.fromEntries(line.channelEfficiencies.map((/** @type {any} */ one) => [one.channelName, one.channelMessageNumber])) }),
  },
  efficiency: {
    measures: [['avgFirstResponseTime', 'avgFirstResponseTime', 'span'], ['avgAgentResponseTime', 'avgAgentResponseTime', 'span'], ['avgConversationTime', 'avgConversationTime', 'span'], ['avgContactMessages', 'avgContactMessages', 'average'], ['avgAgentMessages', 'avgAgentMessages', 'average'], ['totalConversations', 'totalConversations', 'count']],
    charts: [['avgFirstResponseTime', 'avgAgentResponseTime'], ['avgConversationTime'], ['avgContactMessages', 'avgAgentMessages'], ['totalConversations']],
  },
  sla: {
    measures: [['firstRespondTimeAchievedPercentage', 'firstRespondTimeAchievedPercentage', 'share'], ['nextRespondTimeAchievedPercentage', 'nextRespondTimeAchievedPercentage', 'share'], ['resolveTimeAchievedPercentage', 'resolveTimeAchievedPercentage', 'share'], ['breachedTickets', 'breachedTickets', 'count'], ['avgFirstRespondTime', 'avgFirstRespondTime', 'span'], ['avgNextRespondTime', 'avgNextRespondTime', 'span'], ['avgResolveTime', 'avgResolveTime', 'span']],
    charts: [['firstRespondTimeAchievedPercentage', 'nextRespondTimeAchievedPercentage', 'resolveTimeAchievedPercentage'], ['breachedTickets'], ['avgFirstRespondTime', 'avgNextRespondTime'], ['avgResolveTime']],
    hasPolicies: true,
  },
};
