// The account: its name, its owner, and who may do what.

import { get } from '../api.js';
import { html } from '../html.js';
import { session } from '../session.js';
import { useRead } from './loading.js';
import { t } from './texts.js';

export default function Account() {
  const { value, shown } = useRead(() => get('/auth/organisation'), []);
  if (shown) return shown;
  const it = value.message ?? value;
  return html`<dl class="told">
      <div><dt>${t('name')}</dt><dd dir="auto">${it.name}</dd></div><div><dt>${t('owner')}</dt><dd>${it.email ?? ''}</dd></div>
      <div><dt>${t('account_id')}</dt><dd><code>${session.value?.account.id}</code></dd></div></dl>
    <h2>${t('who_has_access')}</h2>
    <div class="table-box" role="region" tabindex="0" aria-label=${t('who_has_access')}><table class="table"><thead><tr><th scope="col">${t('name')}</th><th scope="col">${t('email')}</th><th scope="col">${t('role')}</th><th scope="col">${t('permissions')}</th></tr></thead>
      <tbody>${it.access.map((/** @type {any} */ one) => html`<tr key=${one.email}><td dir="auto">${one.name}</td><td>${one.email}</td><td>${t(one.role === 'admin' ? 'role_admin' : 'role_agent')}</td><td>${one.permission.map((/** @type {any} */ each) => t(/** @type {any} */ (`permission_${each}`), {}, each)).join(', ')}</td></tr>`)}</tbody></table></div>`;
}
