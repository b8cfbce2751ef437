// The left side: views with their unread counts, other screens, and the agent's own menu.

import { filters } from './directory.js';
import { Avatar, Icon, Menu } from './elements.js';
import { html } from './html.js';
import { askForDesktop, askForSound } from './notices.js';
import { addressOf, screen } from './place.js';
import { prefer, preferences } from './preferences.js';
import { isOpenTo, screens } from './screens.js';
import { session, setStatus, signOut, statusName, switchAccount } from './session.js';
import { showing } from './showing.js';
import { attempt, toast } from './toasts.js';
import { counts, view, views } from './views.js';
import { countOf, t } from './words.js';

/** @type {Record<string, any>} */
const ICON_OF = { mine: 'user', unassigned: 'inbox', open: 'users', mentions: 'at', closed: 'check', deleted: 'trash' };
const PRESENCES = /** @type {const} */ (['online', 'away', 'busy', 'offline']);

/** @param {string} name one of the account's words */
const wordOf = (name) => (PRESENCES.includes(/** @type {any} */ (name)) ? t(name === 'offline' ? 'status_offline' : /** @type {any} */ (name)) : name);

/** @param {{ one: View, at: number }} given */
function ViewLink({ one }) {
  const unread = counts.value[one.id] ?? 0;
  const isHere = screen.value === 'inbox' && view.value.id === one.id;
  return html`<li><a href=${addressOf(one.id)} class="view" aria-current=${isHere ? 'page' : undefined}>
    <${Icon} name=${ICON_OF[one.id] ?? 'filter'} /><span class="view-name" dir="auto">${one.name}</span>
    ${unread > 0 && html`<span class="count"><span aria-hidden="true">${countOf(unread)}</span><span class="hidden">${t('unread_count', { n: unread })}</span></span>`}
  </a></li>`;
}

function Presence() {
  const words = session.value?.statuses ?? [];
  return html`<fieldset><legend>${t('presence')}</legend>
    ${words.map((word) => html`<label key=${word.name} class="choice">
      <input type="radio" name="presence" checked=${word.name === statusName.value} onChange=${() => attempt(async () => { await setStatus(word.name); toast(t('presence_set', { name: wordOf(word.name) })); })} />
      <span class="dot ${word.status}"></span><span dir="auto">${wordOf(word.name)}</span></label>`)}
  </fieldset>`;
}

function Accounts() {
  const { accounts = [], account } = session.value ?? {};
  if (accounts.length < 2) return null;
  return html`<fieldset><legend>${t('accounts')}</legend>
    ${accounts.map((one) => html`<label key=${one.id} class="choice"><input type="radio" name="account" checked=${one.id === account?.id} onChange=${() => attempt(() => switchAccount(one.id))} /><span dir="auto">${one.name}</span></label>`)}
  </fieldset>`;
}

/** @param {{ is: boolean, label: string, onChange: (wanted: boolean) => unknown }} given */
const Switch = ({ is, label, onChange }) => html`<label class="choice"><input type="checkbox" checked=${is} onChange=${(/** @type {any} */ event) => onChange(event.target.checked)} /><span>${label}</span></label>`;

/** @param {{ label: string, value: string, choices: [string, string][], onPick: (value: string) => void }} given */
const Pick = ({ label, value, choices, onPick }) => html`<label class="pick"><span>${label}</span>
  <select onChange=${(/** @type {any} */ event) => onPick(event.target.value)}>${choices.map(([word, text]) => html`<option key=${word} value=${word} selected=${word === value}>${text}</option>`)}</select></label>`;

function Options() {
  const now = preferences.value;
  return html`<fieldset><legend>${t('options')}</legend>
    <${Pick} label=${t('theme')} value=${now.theme} choices=${[['', t('auto')], ['light', t('light')], ['dark', t('dark')]]} onPick=${(/** @type {any} */ theme) => prefer({ theme })} />
    <${Pick} label=${t('language')} value=${now.language} choices=${[['', t('auto')], ['en', 'English'], ['zh', '中文']]} onPick=${(/** @type {any} */ language) => prefer({ language })} />
    <${Switch} is=${now.singleKeys} label=${t('single_keys')} onChange=${(/** @type {boolean} */ singleKeys) => prefer({ singleKeys })} />
    <${Switch} is=${now.sound} label=${t('sound')} onChange=${askForSound} />
    <${Switch} is=${now.desktop} label=${t('desktop')} onChange=${askForDesktop} />
  </fieldset>`;
}

function Me() {
  const agent = session.value?.agent;
  if (!agent) return null;
  const presence = session.value?.statuses.find((one) => one.name === statusName.value)?.status ?? 'offline';
  return html`<${Menu} id="me" cls="me" button=${html`<${Avatar} name=${agent.name} id=${agent.id} isSmall />
      <span class="me-name"><span dir="auto">${agent.name}</span><small><span class="dot ${presence}"></span>${wordOf(statusName.value)}</small></span><span class="hidden">${t('account_menu')}</span>`}>
    <${Presence} /><${Accounts} /><${Options} />
    <div class="menu-end">
      <button type="button" data-close onClick=${() => { showing.value = 'keys'; }}><${Icon} name="keys" />${t('keyboard')}</button>
      <button type="button" data-close onClick=${() => attempt(signOut)}><${Icon} name="back" />${t('sign_out')}</button>
    </div>
  <//>`;
}

export function Navigation() {
  const own = views.value.filter((one) => one.filter === undefined);
  const kept = views.value.filter((one) => one.filter !== undefined);
  return html`<aside class="side" aria-label=${t('console')}>
    <p class="brand"><img src=${document.querySelector('link[rel=icon]')?.getAttribute('href')} alt="" width="24" height="24" /><span dir="auto">${session.value?.account.name}</span></p>
    <nav aria-label=${t('views')} class="views">
      <ul>${own.map((one) => html`<${ViewLink} key=${one.id} one=${one} />`)}</ul>
      <div class="views-head"><h2>${t('filters')}</h2><button type="button" class="icon-button" aria-label=${t('save_filter')} title=${t('save_filter')} onClick=${() => { showing.value = 'filter'; }}><${Icon} name="plus" size=${16} /></button></div>
      ${filters.value.length > 0 && html`<ul>${kept.map((one) => html`<${ViewLink} key=${one.id} one=${one} />`)}</ul>`}
    </nav>
    <nav aria-label=${t('screens')} class="screens"><ul>
      ${Object.entries(screens).filter(([name, one]) => one.link && isOpenTo(name, session.value?.agent.role)).map(([name, one]) => html`<li key=${name}><a class="view" href=${`#/${name}`} aria-current=${screen.value === name ? 'page' : undefined}><${Icon} name=${one.icon} />${t(one.title)}</a></li>`)}
    </ul></nav>
    <${Me} />
  </aside>`;
}
