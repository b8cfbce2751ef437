// The settings of an account, for its administrators: `#/settings/tags/3`.

import '../later.js';
import { useEffect } from 'preact/hooks';

import { Icon } from '../elements.js';
import { html } from '../html.js';
import { toast, why } from '../toasts.js';
import { t as common } from '../words.js';
import { loadFields } from './fields.js';
import { KindScreen } from './kind.js';
import { kinds } from './kinds.js';
import { SingleScreen } from './single.js';
import { singles } from './singles.js';
import { t } from './texts.js';

/** What stands in the list, by group, in its order. @type {[import('./kinds.js').Kind['group'], string[]][]} */
const GROUPS = [
  ['people', ['agents', 'departments', 'account']],
  ['work', ['canned', 'tags', 'fields', 'filters']],
  ['automation', ['routing', 'rules', 'allocation', 'triggers', 'sla', 'hours', 'holidays', 'close']],
  ['channels', ['domains', 'mail', 'blocked']],
  ['programs', ['webhooks', 'keys', 'audit', 'limits', 'retention']],
];

/** @param {string} id */
const titleOf = (id) => t((kinds[id] ?? singles[id]).title);

/** @param {{ here: string }} given */
const List = ({ here }) => html`<nav class="settings-list" aria-label=${common('settings')}>
  ${GROUPS.map(([group, ids]) => html`<section key=${group}><h2>${t(`group_${group}`)}</h2><ul>
    ${ids.map((id) => html`<li key=${id}><a class="view" href=${`#/settings/${id}`} aria-current=${id === here ? 'page' : undefined}>${titleOf(id)}</a></li>`)}</ul></section>`)}</nav>`;

/** What there is, each with what it is for. */
const Overview = () => html`<header class="part-head"><div><h1 tabindex="-1">${common('settings')}</h1><p class="hint">${t('settings_lead')}</p></div></header>
  <div class="overview">${GROUPS.map(([group, ids]) => html`<section key=${group}><h2>${t(`group_${group}`)}</h2>
    <ul>${ids.map((id) => html`<li key=${id}><a href=${`#/settings/${id}`}><strong>${titleOf(id)}</strong><span class="hint">${t((kinds[id] ?? singles[id]).lead)}</span></a></li>`)}</ul></section>`)}</div>`;

/** @param {{ rest: string[] }} given */
export default function Settings({ rest }) {
  const [id = '', which] = rest;
  useEffect(() => {
    loadFields().catch((error) => toast(why(error), { isBad: true }));
  }, []);
  useEffect(() => {
    document.querySelector('.settings-part')?.scrollTo(0, 0);
    document.querySelector('.settings-list [aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [id, which]);
  const kind = Object.hasOwn(kinds, id) ? kinds[id] : undefined;
  const single = Object.hasOwn(singles, id) ? singles[id] : undefined;
  const shown = kind ? html`<${KindScreen} id=${id} kind=${kind} which=${which} />` : single && html`<${SingleScreen} single=${single} />`;
  return html`<div class=${`settings ${shown ? 'has-part' : ''}`}><${List} here=${id} />
    <div class="settings-part"><div class="settings-inside">
      ${shown && which === undefined && html`<a class="crumb to-settings" href="#/settings"><${Icon} name="back" size=${16} />${common('settings')}</a>`}
      ${shown ?? html`<${Overview} />`}
    </div></div></div>`;
}
