// The tag that shows the chat on a domain's pages.

import { html } from '../html.js';
import { toast } from '../toasts.js';
import { t } from './texts.js';

/** @param {{ one: { link: string } }} given */
export default function Embedding({ one }) {
  const copy = () => navigator.clipboard.writeText(one.link).then(() => toast(t('copied')));
  return html`<section class="beside"><h2>${t('tag')}</h2><p class="hint">${t('tag_lead')}</p><pre class="code" tabindex="0">${one.link}</pre>
    <div class="form-end"><button type="button" class="button small" onClick=${copy}>${t('copy')}</button></div></section>`;
}
