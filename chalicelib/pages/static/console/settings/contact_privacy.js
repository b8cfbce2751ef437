// What is stored of a contact, as a file, and its erasure: in the panel of a conversation, for administrators.

import { useSignal } from '@preact/signals';

import { download, post } from '../api.js';
import { html } from '../html.js';
import { follow, save } from '../saving.js';
import { attempt, toast } from '../toasts.js';
import { Sure } from './sure.js';
import { t } from './texts.js';

/** Saves the file; a large one is made first, and the same call gives its address later. @param {number} id */
async function exportAll(id) {
  const told = await download(`contacts/${id}/export`, {});
  const name = `contact-${id}.zip`;
  if (!told.type.includes('json')) save(told, name);
  else {
    const { url } = JSON.parse(await told.text()).export;
    if (url) follow(url, name);
    else toast(t('export_preparing'));
  }
}

/** @param {{ id: number, name: string }} given */
export default function ContactPrivacy({ id, name }) {
  const isSure = useSignal(false);
  const erase = async () => {
    isSure.value = false;
    if (await attempt(() => post(`contacts/${id}/erase`))) toast(t('erasing'));
  };
  return html`<p><button type="button" class="link" onClick=${() => attempt(() => exportAll(id))}>${t('export_contact')}</button>
      <button type="button" class="link" onClick=${() => { isSure.value = true; }}>${t('erase_contact')}</button></p>
    ${isSure.value && html`<${Sure} title=${t('erase_contact')} text=${t('erase_sure', { name })} action=${t('erase_contact')} onClose=${() => { isSure.value = false; }} onSure=${erase} />`}`;
}
