// 中文：报表。

export default {
  now: '当前', volume: '会话量', channel: '渠道', efficiency: '效率', sla: 'SLA', reports: '报表',
  period: '时段', today: '今天', days_7: '最近 7 天', days_30: '最近 30 天', days_90: '最近 90 天', custom: '自定义…', from: '从', to: '到',
  dimension: '按', byDay: '天', byHour: '小时', byWeek: '周', byAgent: '客服', byDepartment: '部门', byChannel: '渠道', bySLAPolicy: 'SLA 策略',
  view: '范围', view_site: '全部', agents: '客服', departments: '部门', channels: '渠道', csv: '下载 CSV', measure: '图表', total: '合计', nobody: '无人', nothing: '此时段没有数据。',
  lead: '数据有几秒延迟。', zone: '每天从本地零点开始，UTC{offset}。', span: '时间', chart_of: '图表：{what}',
  openConversations: '未关闭', unassignedConversations: '未分配', newConversations: '新', pendingInternalConversations: '等待我们', pendingExternalConversations: '等待客户', onHoldConversations: '搁置', urgentPriorityConversations: '紧急', highPriorityConversations: '高优先级',
  createdConversations: '新建', closedConversations: '关闭', resolvedConversations: '关闭', repliedConversations: '已回复', reopenedConversations: '重新打开', todayReplied: '今天回复', todayResolved: '今天关闭',
  by_chat: '聊天', by_email: '邮件', last_days: '最近几天', now_departments: '各部门当前', now_agents: '各客服当前', name: '名称',
  avgFirstResponseTime: '首次回复用时', avgAgentResponseTime: '回复用时', avgConversationTime: '关闭用时', avgContactMessages: '客户消息数', avgAgentMessages: '客服消息数', totalConversations: '会话数',
  firstRespondTimeAchievedPercentage: '首次回复及时率', nextRespondTimeAchievedPercentage: '后续回复及时率', resolveTimeAchievedPercentage: '关闭及时率', breachedTickets: '超时', avgFirstRespondTime: '首次回复用时', avgNextRespondTime: '后续回复用时', avgResolveTime: '关闭用时',
};
