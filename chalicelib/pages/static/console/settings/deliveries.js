// What a webhook was sent, and what waits: each can be sent again.

import { useSignal } from '@preact/signals';

import { get, post, queryOf } from '../api.js';
import { html } from '../html.js';
import { attempt, toast } from '../toasts.js';
import { dateOf, t as common } from '../words.js';
import { useRead } from './loading.js';
import { t } from './texts.js';

/** @param {{ one: any }} given */
function Tries({ one }) {
  const { value, shown } = useRead(() => get(`webhooks/${one.webhookId}/deliveries/${one.id}`), [one.id]);
  if (shown) return shown;
  const tries = value.delivery.tries ?? [];
  return html`<ul class="tries">${tries.map((/** @type {any} */ each) => html`<li key=${each.time}><time datetime=${each.time}>${dateOf(each.time)}</time> · ${each.status ?? each.error} · ${each.milliseconds} ms${each.answer && html`<pre>${each.answer.slice(0, 500)}</pre>`}</li>`)}
    ${!tries.length && html`<li>${t('none_yet')}</li>`}</ul>`;
}

/** @param {{ one: any, reload: () => void, tellSecret: (secret: string) => void }} given */
export default function Deliveries({ one, reload, tellSecret }) {
  const state = useSignal('');
  const open = useSignal('');
  const more = useSignal(/** @type {any[]} */ ([]));
  const next = useSignal(/** @type {string | null | undefined} */ (undefined));
  const { value, shown, reload: again } = useRead(() => get(`webhooks/${one.id}/deliveries`, { state: state.value || undefined }), [one.id, state.value]);
  const all = [...(value?.deliveries ?? []), ...more.value];
  const following = next.value === undefined ? value?.nextPage : next.value;
  const fresh = () => {
    more.value = [];
    next.value = undefined;
    again();
  };
  const replay = (/** @type {string} */ id) => attempt(async () => {
    await post(`webhooks/deliveries/${id}/replay`);
    toast(t('sent_again'));
    fresh();
  });
  const renew = () => attempt(async () => {
    tellSecret((await post(`webhooks/${one.id}/secret`)).secret);
  });
  const follow = () => attempt(async () => {
    const told = await get(`webhooks/${one.id}/deliveries`, queryOf(following));
    more.value = [...more.value, ...told.deliveries];
    next.value = told.nextPage;
  });
  return html`<section class="beside"><header class="part-head"><h2>${t('deliveries')}</h2><div class="filters">
      <select aria-label=${t('state')} onChange=${(/** @type {any} */ { target }) => { state.value = target.value; more.value = []; next.value = undefined; }}><option value="">${common('any')}</option>${/** @type {const} */ (['waiting', 'delivered', 'failed']).map((each) => html`<option key=${each} value=${each}>${t(`delivery_${each}`)}</option>`)}</select>
      <button type="button" class="button small plain" onClick=${() => { fresh(); reload(); }}>${t('reload')}</button><button type="button" class="button small plain" onClick=${renew}>${t('new_secret')}</button></div></header>
    ${shown ?? (all.length ? html`<div class="table-box"><table class="table"><thead><tr>${/** @type {const} */ (['time', 'event', 'state', 'tries']).map((word) => html`<th key=${word} scope="col">${t(word)}</th>`)}<th scope="col"><span class="hidden">${t('replay')}</span></th></tr></thead>
      <tbody>${all.map((each) => html`<tr key=${each.id}><td><time datetime=${each.eventTime}>${dateOf(each.eventTime)}</time></td><td>${each.event}</td><td><span class=${`delivery is-${each.state}`}>${t(/** @type {any} */ (`delivery_${each.state}`), {}, each.state)}</span></td>
        <td><button type="button" class="link" aria-expanded=${open.value === each.id} onClick=${() => { open.value = open.value === each.id ? '' : each.id; }}>${t('tries_n', { n: each.tryCount })}</button>${open.value === each.id && html`<${Tries} one=${each} />`}</td>
        <td><button type="button" class="button small plain" onClick=${() => replay(each.id)}>${t('replay')}</button></td></tr>`)}</tbody></table></div>` : html`<p class="hint">${t('no_deliveries')}</p>`)}
    ${following && html`<button type="button" class="link" onClick=${follow}>${t('show_more')}</button>`}</section>`;
}
