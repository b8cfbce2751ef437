// What the API says in English that people see often, in Chinese: names of limits, and why something is refused.

/** What may be done how often, by its name in English. @type {Record<string, string>} */
const LIMITS = {
  'requests from this address': '来自此地址的请求', 'requests with this token': '使用此令牌的请求', 'new visitors': '新访客', 'new conversations': '新会话',
  'new conversations of this agent': '此客服的新会话', 'messages of visitors': '访客的消息', 'messages of this agent': '此客服的消息', 'files from this address': '来自此地址的文件',
  files: '文件', 'files of visitors': '访客的文件', 'words searched for': '搜索的词', 'mails of triggers': '触发器的邮件', 'mails of this account': '此账户的邮件',
  'e-mail accounts to verify': '待验证的邮箱账户', 'mails to this account': '发给此账户的邮件', 'deliveries to send again': '重新发送的推送', 'reports and their months': '报表及其月份',
  'exports of contacts': '联系人导出', 'erasures of contacts': '联系人清除', 'logins from this address': '来自此地址的登录',
};
/** Things that do not exist. @type {Record<string, string>} */
const KINDS = {
  conversation: '会话', message: '消息', contact: '联系人', agent: '客服', person: '人员', department: '部门', tag: '标签', filter: '筛选', file: '文件', draft: '草稿', account: '账户', domain: '域名', trigger: '触发器', webhook: 'Webhook',
};
/** Sentences, with what stands in them. @type {[RegExp, (...parts: string[]) => string][]} */
const SENTENCES = [
  [/^too many wrong passwords; try again in (\d+) seconds$/u, (n) => `密码错误次数过多，请在 ${n} 秒后重试`],
  [/^too many (.+); try again in (\d+) seconds$/u, (what, n) => `${LIMITS[what] ?? what}过多，请在 ${n} 秒后重试`],
  [/^no such ([a-z ]+): (.*)$/u, (kind, name) => `没有这个${KINDS[kind] ?? kind}：${name}`],
  [/^is required$/u, () => '必须填写'],
  [/^must not be empty$/u, () => '不能为空'],
  [/^must be (\d[\d,]*) to (\d[\d,]*) characters$/u, (least, most) => `必须为 ${least} 至 ${most} 个字符`],
  [/^must be (\d[\d,]*) to (\d[\d,]*)$/u, (least, most) => `必须在 ${least} 至 ${most} 之间`],
  [/^is longer than (\d[\d,]*) characters$/u, (most) => `不能超过 ${most} 个字符`],
  [/^(?:of a day )?are (\d[\d,]*) at most$/u, (most) => `最多 ${most} 个`],
  [/^must be one of (.*)$/u, (words) => `必须是以下之一：${words}`],
  [/^must be in the future, at most (\d+) days from now$/u, (days) => `必须是将来的时间，最多 ${days} 天之后`],
  [/^is not an e-mail address$/u, () => '不是有效的邮箱地址'],
  [/^must begin before they end, within the day$/u, () => '必须在当天之内，并且开始早于结束'],
  [/^of a day must not overlap$/u, () => '同一天的时段不能重叠'],
  [/^([a-z ]+) is taken: (.*)$/u, (kind, name) => `${KINDS[kind] ?? kind}已被使用：${name}`],
  [/^the conversation is closed$/u, () => '会话已关闭'],
  [/^the conversation has changed since you read it$/u, () => '您打开之后会话已被修改'],
  [/^the credentials are missing, wrong or expired$/u, () => '登录信息缺失、错误或已过期'],
  [/^something went wrong on our side$/u, () => '服务器出错了'],
];

/** Returns the same in Chinese, undefined where that is not known. @param {string} text */
export function said(text) {
  for (const [form, tell] of SENTENCES) {
    const parts = form.exec(text);
    if (parts) return tell(...parts.slice(1));
  }
  return LIMITS[text];
}
