// Where this script comes from, whose it is, and all its texts in the page's language.

// Loaders that evaluate scripts have no current one.
const TAG =
  /** @type {HTMLScriptElement} */
  (document.currentScript || document.querySelector('script[src*="/widget.js?"]'));
const SOURCE = new URL(TAG.src);
const [BASE] = SOURCE.href.split('/widget.js');
const APP = SOURCE.searchParams.get('app') || '';
const DOMAIN = SOURCE.searchParams.get('domain') || '';

const LANGUAGES = ['en', 'zh'];
const WORDS = {
  open: ['Open chat', '打开聊天'],
  close: ['Close chat', '关闭聊天'],
  unread: ['{n} unread messages', '{n} 条未读消息'],
  unread1: ['1 unread message', '1 条未读消息'],
  chat: ['Chat', '在线聊天'],
  messages: ['Messages', '消息'],
  older: ['Older messages', '更早的消息'],
  write: ['Your message', '您的消息'],
  hint: ['Write a message…', '请输入消息…'],
  send: ['Send', '发送'],
  attach: ['Send a file', '发送文件'],
  you: ['You', '您'],
  agent: ['Agent', '客服'],
  typing: ['{name} is typing…', '{name} 正在输入…'],
  sending: ['Sending…', '发送中…'],
  sent: ['Sent', '已发送'],
  kept: ['Kept until somebody is here', '已保存，等待客服'],
  failed: ['Not sent', '未发送'],
  retry: ['Try again', '重试'],
  offline: [
    'No connection. What you write is kept, and sent as soon as it is back.',
    '网络已断开。您写的内容会保留，恢复后自动发送。',
  ],
  queue: [
    'You are in the queue. What you write is kept, and somebody will be with you soon.',
    '您正在排队。您写的内容会保留，客服很快就来。',
  ],
  nobody: [
    'Nobody is online at the moment. Your message has arrived, and you will find the answer here.',
    '目前没有客服在线。您的消息已送达，回复会显示在这里。',
  ],
  refused: ['This chat is not available on this page.', '此页面无法使用聊天。'],
  large: ['This file is larger than {size}.', '此文件大于 {size}。'],
  empty: ['This file is empty.', '此文件是空的。'],
  picture: ['Picture', '图片'],
  sound: ['Sound', '语音'],
  more: ['Show the whole message', '显示完整消息'],
  today: ['Today', '今天'],
  yesterday: ['Yesterday', '昨天'],
  newtab: ['opens in a new tab', '在新标签页中打开'],
};

/** The first of the wanted languages that there are words in. */
function chosen() {
  const wanted = [TAG.dataset.lang, document.documentElement.lang, ...(navigator.languages || [])];
  return wanted.map((tag) => (tag || '').toLowerCase().split(/[-_]/)[0]).find((tag) => LANGUAGES.includes(tag)) || 'en';
}

const LANG = chosen();
const LOCALE = LANG === 'zh' ? 'zh-CN' : navigator.languages?.find((tag) => tag.startsWith('en')) || 'en';

/**
 * The text of this name, with its values filled in.
 * @param {keyof typeof WORDS} name
 * @param {Record<string, any>} [values]
 */
function say(name, values = {}) {
  return WORDS[name][LANGUAGES.indexOf(LANG)].replace(/{(\w+)}/g, (_, key) => values[key]);
}
