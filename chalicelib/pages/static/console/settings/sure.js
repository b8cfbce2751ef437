// Asks before something that can't be undone.

import { Dialog } from '../elements.js';
import { html } from '../html.js';
import { t as common } from '../words.js';

/** @param {{ title: string, text: string, action: string, onClose: () => void, onSure: () => void }} given */
export const Sure = ({ title, text, action, onClose, onSure }) => html`<${Dialog} title=${title} onClose=${onClose}><div class="stack"><p dir="auto">${text}</p>
  <div class="dialog-end"><button type="button" class="button small plain" onClick=${onClose}>${common('cancel')}</button><button type="button" class="button small danger" onClick=${onSure}>${action}</button></div></div><//>`;
