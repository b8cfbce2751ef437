// Where a reply or a note is written. What is written survives a reload, and is sent once.

import '@github/text-expander-element';

import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { call } from './api.js';
import { conversation, restore, tellTyping } from './conversation.js';
import { agents, cannedResponses, load as loadList } from './directory.js';
import { forget, keep, load } from './drafts.js';
import { Icon, IconButton } from './elements.js';
import { html } from './html.js';
import { nameOf } from './list.js';
import { send } from './outbox.js';
import { me, session } from './session.js';
import { attempt, toast } from './toasts.js';
import { sizeOf, t } from './words.js';

const MOST_BYTES = 4_500_000;
const MOST_SHOWN = 8;
const TALLEST = 320;

/** Whether what is written is a note. */
export const isNote = signal(false);

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

/** Returns a note as HTML that says whom it mentions; null where it mentions nobody. @param {string} body */
function mentioning(body) {
  let text = escaped(body);
  const known = agents.value.filter((one) => one.isActive && text.includes(`@${escaped(one.name)}`));
  for (const one of known.sort((a, b) => b.name.length - a.name.length)) {
    text = text.replaceAll(`@${escaped(one.name)}`, `<span data-id="${one.id}" class="athighlight">@\u2060${escaped(one.name)}</span>`);
  }
  return known.length ? text.replaceAll('\u2060', '').replaceAll('\n', '<br>') : null;
}

/** @param {{ label: string, detail: string, value: string }[]} found @param {string} title */
function suggestions(found, title) {
  const list = document.createElement('ul');
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', title);
  list.className = 'suggestions';
  for (const [at, { label, detail, value }] of found.slice(0, MOST_SHOWN).entries()) {
    const item = document.createElement('li');
    item.setAttribute('role', 'option');
    item.id = `suggestion-${at}`;
    item.dataset.value = value;
    const strong = document.createElement('strong');
    strong.textContent = label;
    const small = document.createElement('small');
    small.textContent = detail;
    item.append(strong, small);
    list.append(item);
  }
  return list;
}

/** @param {any} event of text-expander: which key was typed, and what follows it */
function suggest(event) {
  const { key, provide, text } = event.detail;
  const wanted = folded(text);
  if (key === '@' && !isNote.value) return;
  const all = key === '@'
    ? agents.value.filter((one) => one.isActive && one.id !== me.value).map((one) => ({ label: one.name, detail: one.email, value: `@${one.name}` }))
    : cannedResponses.value.map((one) => ({ label: one.name, detail: one.textContent, value: filled(one.textContent) }));
  const found = all.filter((one) => folded(one.label).includes(wanted) || (key === '@' && folded(one.detail).startsWith(wanted)));
  const fragment = suggestions(found, t(key === '@' ? 'colleagues' : 'canned'));
  provide(Promise.resolve({ matched: found.length > 0, fragment }));
}

/** @param {any} event */
function insert(event) {
  event.detail.value = event.detail.item.dataset.value;
}

/** @param {{ of: Conversation }} given */
function Writing({ of }) {
  const body = useSignal('');
  const files = useSignal(/** @type {Attachment[]} */ ([]));
  const uploads = useSignal(/** @type {string[]} */ ([]));
  const isStored = useSignal(of.hasDraft);
  const isSaved = useSignal(false);
  const isOver = useSignal(false);
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const expander = useRef(/** @type {HTMLElement | null} */ (null));
  const picker = useRef(/** @type {HTMLInputElement | null} */ (null));

  const fit = () => {
    const self = field.current;
    if (!self) return;
    self.style.height = 'auto';
    self.style.height = `${Math.min(TALLEST, self.scrollHeight)}px`;
  };
  const changed = () => {
    isSaved.value = false;
    keep(of.id, { body: body.value, isNote: isNote.value, files: files.value }, () => {
      isStored.value = Boolean(body.value.trim() || files.value.length);
      isSaved.value = isStored.value;
    });
    fit();
  };
  useEffect(() => {
    isNote.value = false;
    loadList('cannedResponses').catch(() => undefined);
    load(of).then((draft) => {
      if (!draft || body.value) return;
      body.value = draft.body;
      files.value = draft.files;
      isNote.value = draft.isNote;
      requestAnimationFrame(fit);
    }, () => undefined);
    const self = /** @type {HTMLElement} */ (expander.current);
    self.addEventListener('text-expander-change', suggest);
    self.addEventListener('text-expander-value', insert);
    self.addEventListener('text-expander-committed', () => {
      body.value = field.current?.value ?? '';
      changed();
    });
  }, []);

  /** @param {FileList | File[]} given */
  const upload = (given) => Promise.all([...given].map((file) => attempt(async () => {
    if (file.size > MOST_BYTES) {
      toast(t('too_large', { name: file.name, most: sizeOf(MOST_BYTES) }), { isBad: true });
      return;
    }
    uploads.value = [...uploads.value, file.name];
    try {
      const form = new FormData();
      form.append('file', file, file.name || 'file');
      const { attachment } = await call('POST', 'attachments', { form });
      files.value = [...files.value, attachment];
      changed();
    } finally {
      uploads.value = uploads.value.filter((name) => name !== file.name);
    }
  })));

  const ready = () => (body.value.trim() !== '' || files.value.length > 0) && uploads.value.length === 0;
  const submit = () => {
    if (!ready()) return;
    const type = isNote.value ? 'note' : of.channel === 'email' ? 'email' : 'reply';
    send({ conversation: of.id, type, body: body.value.trim(), html: isNote.value ? mentioning(body.value.trim()) : null, files: files.value });
    forget(of.id, isStored.value);
    isStored.value = false;
    isSaved.value = false;
    body.value = '';
    files.value = [];
    isNote.value = false;
    requestAnimationFrame(() => {
      fit();
      field.current?.focus();
    });
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  };
  /** @param {any} event */
  const pasted = (event) => {
    const given = event.clipboardData?.files ?? event.dataTransfer?.files ?? [];
    isOver.value = false;
    if (!given.length) return;
    event.preventDefault();
    upload(given);
  };
  const toggle = () => {
    isNote.value = !isNote.value;
    if (body.value || files.value.length) changed();
    field.current?.focus();
  };
  const hint = isNote.value ? t('to_agents') : t(of.channel === 'email' ? 'to_mail' : 'to_contact', { name: nameOf(of) });
  return html`<form class=${`composer ${isNote.value ? 'is-note' : ''} ${isOver.value ? 'is-over' : ''}`} onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); submit(); }}
      onDrop=${pasted} onDragOver=${(/** @type {Event} */ event) => { event.preventDefault(); isOver.value = true; }} onDragLeave=${() => { isOver.value = false; }}>
    ${isOver.value && html`<p class="drop">${t('drop')}</p>`}
    ${of.status === 'closed' && !isNote.value && html`<p class="hint composer-note">${t('closed_hint')}</p>`}
    <text-expander keys="/ @" multiword="/ @" ref=${expander}>
      <textarea ref=${field} id="reply" rows="2" dir="auto" aria-label=${t('reply')} aria-describedby="reply-hint" placeholder=${t(isNote.value ? 'write_note' : 'write_reply')} value=${body}
        onInput=${(/** @type {any} */ event) => { body.value = event.target.value; changed(); tellTyping(); }} onKeyDown=${pressed} onPaste=${pasted}></textarea>
    </text-expander>
    ${(files.value.length > 0 || uploads.value.length > 0) && html`<div class="files">
      ${files.value.map((file) => html`<span key=${file.guid} class="file"><${Icon} name="file" /><span dir="auto">${file.fileName}</span><${IconButton} icon="x" size=${14} label=${t('remove_file', { name: file.fileName })} onClick=${() => { files.value = files.value.filter((one) => one !== file); changed(); }} /></span>`)}
      ${uploads.value.map((name) => html`<span key=${name} class="file" role="status">${t('uploading', { name })}</span>`)}
    </div>`}
    <div class="composer-end">
      <button type="button" class="note-toggle" aria-pressed=${isNote.value} onClick=${toggle}><${Icon} name="lock" size=${15} />${t('note')}</button>
      <${IconButton} icon="clip" label=${t('attach')} onClick=${() => picker.current?.click()} />
      <input ref=${picker} type="file" multiple hidden onChange=${(/** @type {any} */ event) => { upload([...event.target.files]); event.target.value = ''; }} />
      <span class="hint saved" role="status">${isSaved.value ? t('draft_saved') : ''}</span>
      <span id="reply-hint" class="hint to" dir="auto">${hint}</span>
      <button class="button send" disabled=${!ready()} aria-describedby="reply-hint" title=${t('send_key')}>${t('send')}</button>
    </div>
  </form>`;
}

export function Composer() {
  const one = conversation.value;
  if (!one) return null;
  if (one.isDeleted) return html`<div class="composer gone"><p>${t('deleted_hint')}</p><button type="button" class="button small" onClick=${() => attempt(() => restore(one.id))}>${t('restore')}</button></div>`;
  return html`<${Writing} key=${one.id} of=${one} />`;
}

/** Puts the cursor into the text, for a reply or a note. @param {boolean} asNote */
export function write(asNote) {
  isNote.value = asNote;
  document.getElementById('reply')?.focus();
}
