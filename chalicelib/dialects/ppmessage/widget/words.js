// Where this script comes from and whom it is for, and all that it says, in the page's language.

const TAG = document.currentScript;
const SOURCE = new URL(TAG.src);
const BASE = SOURCE.href.split('/widget.js')[0];
const APP = SOURCE.searchParams.get('app') || '';
const DOMAIN = SOURCE.searchParams.get('domain') || '';

const WORDS = {
  en: {
    open: 'Open chat',
    close: 'Close chat',
    unread: '{n} unread messages',
    unread1: '1 unread message',
    chat: 'Chat',
    messages: 'Messages',
    older: 'Older messages',
    write: 'Your message',
    hint: 'Write a message…',
    send: 'Send',
    attach: 'Send a file',
    you: 'You',
    agent: 'Agent',
    typing: '{name} is typing…',
    sending: 'Sending…',
    sent: 'Sent',
    kept: 'Kept until somebody is here',
    failed: 'Not sent',
    retry: 'Try again',
    offline: 'No connection. What you write is kept, and sent as soon as it is back.',
    queue: 'You are in the queue. What you write is kept, and somebody will be with you soon.',
    nobody: 'Nobody is online at the moment. Your message has arrived, and you will find the answer here.',
    refused: 'This chat is not available on this page.',
    large: 'This file is larger than {size}.',
    empty: 'This file is empty.',
    picture: 'Picture',
    sound: 'Sound',
    more: 'Show the whole message',
    today: 'Today',
    yesterday: 'Yesterday',
    newtab: 'opens in a new tab',
  },
  zh: {
    open: '打开聊天',
    close: '关闭聊天',
    unread: '{n} 条未读消息',
    unread1: '1 条未读消息',
    chat: '在线聊天',
    messages: '消息',
    older: '更早的消息',
    write: '您的消息',
    hint: '请输入消息…',
    send: '发送',
    attach: '发送文件',
    you: '您',
    agent: '客服',
    typing: '{name} 正在输入…',
    sending: '发送中…',
    sent: '已发送',
    kept: '已保存，等待客服',
    failed: '未发送',
    retry: '重试',
    offline: '网络已断开。您写的内容会保留，恢复后自动发送。',
    queue: '您正在排队。您写的内容会保留，客服很快就来。',
    nobody: '目前没有客服在线。您的消息已送达，回复会显示在这里。',
    refused: '此页面无法使用聊天。',
    large: '此文件大于 {size}。',
    empty: '此文件是空的。',
    picture: '图片',
    sound: '语音',
    more: '显示完整消息',
    today: '今天',
    yesterday: '昨天',
    newtab: '在新标签页中打开',
  },
};

/** The first of the wanted languages that there are words in. */
function chosen() {
  const wanted = [TAG.dataset.lang, document.documentElement.lang, ...(navigator.languages || [])];
  return wanted.map((tag) => (tag || '').toLowerCase().split(/[-_]/)[0]).find((tag) => tag in WORDS) || 'en';
}

const LANG = chosen();
const LOCALE = LANG === 'zh' ? 'zh-CN' : navigator.languages?.find((tag) => tag.startsWith('en')) || 'en';

/** What is said under a name, with values in their places. */
function say(name, values = {}) {
  return WORDS[LANG][name].replace(/{(\w+)}/g, (_, key) => values[key]);
}
