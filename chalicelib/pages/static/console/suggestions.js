// What is offered while somebody writes: canned replies behind `/`, colleagues behind `@` in notes.

import { conversation } from './conversation.js';
import { agents, cannedResponses, settled } from './directory.js';
import { nameOf } from './list.js';
import { me, session } from './session.js';
import { attempt } from './toasts.js';
import { t } from './words.js';

const MOST_SHOWN = 8;

/** @param {string} text */
const folded = (text) => text.toLocaleLowerCase();

/** Returns a text with values in the place of the names that triggers have too. @param {string} text */
function filled(text) {
  const one = conversation.value;
  /** @type {Record<string, string>} */
  const values = {
    'agent.name': session.value?.agent.name ?? '',
    'contact.name': one ? nameOf(one) : '',
    'conversation.id': String(one?.id ?? ''),
    'conversation.lastMessage': one?.lastMessage ?? '',
    'conversation.subject': one?.subject ?? '',
  };
  return text.replace(/\{\{ ?([a-zA-Z.]{1,40}) ?\}\}/gu, (mark, name) => values[name] ?? mark);
}

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"]/gu, (one) => `&#${one.codePointAt(0)};`);

/** Returns a note as HTML that names the agents it mentions; null where it mentions nobody. @param {string} body */
export function mentioning(body) {
  const byName = new Map(agents.value.filter((one) => one.isActive).map((one) => [escaped(one.name), one.id]));
  const names = [...byName.keys()].sort((one, other) => other.length - one.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  if (!names.length) return null;
  const text = escaped(body);
  const marked = text.replace(new RegExp(`@(${names.join('|')})`, 'gu'), (mark, name) => `<span data-id="${byName.get(name)}" class="athighlight">${mark}</span>`);
  return marked === text ? null : marked.replaceAll('\n', '<br>');
}

/** @typedef {{ label: string, detail: string, value: string }} Offer */

/** @param {Offer} offer @param {number} at */
function item({ label, detail, value }, at) {
  const self = document.createElement('li');
  self.setAttribute('role', 'option');
  self.id = `suggestion-${at}`;
  self.dataset.value = value;
  for (const [name, text] of [['strong', label], ['small', detail]]) {
    const part = document.createElement(name);
    part.textContent = text;
    self.append(part);
  }
  return self;
}

/** @param {Offer[]} found @param {string} title */
function list(found, title) {
  const self = document.createElement('ul');
  self.setAttribute('role', 'listbox');
  self.setAttribute('aria-label', title);
  self.className = 'suggestions';
  self.append(...found.slice(0, MOST_SHOWN).map(item));
  return self;
}

/** @returns {Offer[]} */
const colleagues = () =>
  agents.value.filter((one) => one.isActive && one.id !== me.value).map((one) => ({ label: one.name, detail: one.email, value: `@${one.name}` }));

/** @returns {Offer[]} */
const replies = () => cannedResponses.value.map((one) => ({ label: one.name, detail: one.textContent, value: filled(one.textContent) }));

/** Loads what makes an element an expander; it then looks at what was written meanwhile. @param {HTMLElement} expander */
async function begin(expander) {
  if (customElements.get('text-expander') || !(await attempt(() => import('@github/text-expander-element')))) return;
  const field = expander.querySelector('textarea');
  if (field?.value) field.dispatchEvent(new Event('input', { bubbles: true }));
}

/**
 * Lets an expander offer what fits.
 * @param {HTMLElement} expander
 * @param {() => boolean} isNote
 * @param {() => void} then when something was taken over
 */
export function offer(expander, isNote, then) {
  expander.addEventListener('text-expander-change', (/** @type {any} */ event) => {
    const { key, provide, text } = event.detail;
    if (key === '@' && !isNote()) return;
    const wanted = folded(text);
    provide(settled(key === '@' ? 'agents' : 'cannedResponses').then(() => {
      const found = (key === '@' ? colleagues() : replies()).filter((one) => folded(one.label).includes(wanted));
      return { matched: found.length > 0, fragment: list(found, t(key === '@' ? 'colleagues' : 'canned')) };
    }));
  });
  expander.addEventListener('text-expander-value', (/** @type {any} */ event) => {
    event.detail.value = event.detail.item.dataset.value;
  });
  expander.addEventListener('text-expander-committed', then);
  begin(expander);
}
