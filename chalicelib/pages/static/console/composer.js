// Where a reply or a note is written. What is written survives a reload, and is sent once.

import { signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { restore } from './actions.js';
import { Attach, Files, useDrop, useFiles } from './attachments.js';
import { conversation, messages, tellTyping } from './conversation.js';
import { load as loadList } from './directory.js';
import { forget, keep, load } from './drafts.js';
import { Icon } from './elements.js';
import { html } from './html.js';
import { nameOf } from './list.js';
import { send } from './outbox.js';
import { mentioning, offer } from './suggestions.js';
import { attempt } from './toasts.js';
import { countOf, t } from './words.js';

const TALLEST = 320;
/** Characters of a message that the desk takes. */
const LONGEST = 60_000;

/** Whether what is written is a note. */
export const isNote = signal(false);

/** @param {HTMLTextAreaElement | null} field as high as its text, within bounds */
function fit(field) {
  if (!field) return;
  field.style.height = 'auto';
  field.style.height = `${Math.min(TALLEST, field.scrollHeight)}px`;
}

/** Begins without a note, and then with what was begun before. @param {Conversation} of @param {(draft: import('./drafts.js').Written) => void} then */
function useDraft(of, then) {
  // At once, not after the first frame: by then somebody may have chosen to write a note.
  useLayoutEffect(() => {
    isNote.value = false;
  }, []);
  useEffect(() => {
    loadList('cannedResponses').catch(() => undefined);
    load(of).then((draft) => draft && then(draft), () => undefined);
  }, []);
}

/** Returns what is written in a conversation, and what can be done with it. @param {Conversation} of */
function useWriting(of) {
  const body = useSignal('');
  const isSaved = useSignal(false);
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const held = useFiles(changed);
  /** Whether something was written or sent before it was known what had been begun. */
  const isTouched = useRef(false);
  function changed() {
    isTouched.current = true;
    isSaved.value = false;
    keep(of.id, { body: body.value, isNote: isNote.value, files: held.files.value }, (isStored) => {
      isSaved.value = isStored;
    });
    fit(field.current);
  }
  useDraft(of, (draft) => {
    body.value = [draft.body, body.value].filter(Boolean).join('\n');
    held.files.value = [...draft.files, ...held.files.value];
    isNote.value ||= draft.isNote;
    if (isTouched.current) changed();
    requestAnimationFrame(() => fit(field.current));
  });
  const isLong = () => body.value.length > LONGEST;
  const isReady = () => !isLong() && (body.value.trim() !== '' || held.files.value.length > 0) && held.uploads.value.length === 0;
  const submit = () => {
    if (!isReady()) return;
    const type = isNote.value ? 'note' : of.channel === 'email' ? 'email' : 'reply';
    const text = body.value.trim();
    send({ conversation: of.id, after: messages.value.at(-1)?.id ?? 0, type, body: text, html: isNote.value ? mentioning(text) : null, files: held.files.value });
    forget(of.id);
    isTouched.current = true;
    body.value = '';
    held.files.value = [];
    isSaved.value = isNote.value = false;
    requestAnimationFrame(() => {
      fit(field.current);
      field.current?.focus();
    });
  };
  /** @param {string} text */
  const set = (text) => {
    body.value = text;
    changed();
  };
  return { body, isSaved, field, held, changed, isLong, isReady, submit, set };
}

/** @param {{ writing: ReturnType<typeof useWriting> }} given */
function Text({ writing }) {
  const expander = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const self = /** @type {HTMLElement} */ (expander.current);
    offer(self, () => isNote.value, () => writing.set(writing.field.current?.value ?? ''));
  }, []);
  /** @param {any} event */
  const typed = ({ target }) => {
    if (target.value === writing.body.value) return; // nothing was written: suggestions only look at what stands there
    writing.set(target.value);
    tellTyping();
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    writing.submit();
  };
  return html`<text-expander keys="/ @" multiword="/ @" ref=${expander}>
    <textarea ref=${writing.field} id="reply" rows="2" dir="auto" aria-label=${t('reply')} aria-describedby="reply-hint" placeholder=${t(isNote.value ? 'write_note' : 'write_reply')} value=${writing.body} onInput=${typed} onKeyDown=${pressed}></textarea>
  </text-expander>`;
}

/** @param {{ writing: ReturnType<typeof useWriting>, of: Conversation }} given */
function Buttons({ writing, of }) {
  const toggle = () => {
    isNote.value = !isNote.value;
    if (writing.isReady()) writing.changed();
    writing.field.current?.focus();
  };
  const hint = isNote.value ? t('to_agents') : t(of.channel === 'email' ? 'to_mail' : 'to_contact', { name: nameOf(of) });
  return html`<div class="composer-end">
    <button type="button" class="note-toggle" aria-pressed=${isNote.value} onClick=${toggle}><${Icon} name="lock" size=${15} />${t('note')}</button>
    <${Attach} held=${writing.held} />
    <span class="hint saved" role="status">${writing.isSaved.value ? t('draft_saved') : ''}</span>
    <span id="reply-hint" class=${`hint to ${writing.isLong() ? 'long' : ''}`} dir="auto">${writing.isLong() ? t('too_long', { n: countOf(LONGEST) }) : hint}</span>
    <button class="button send" disabled=${!writing.isReady()} aria-describedby="reply-hint" title=${t('send_key')}>${t('send')}</button>
  </div>`;
}

/** @param {{ of: Conversation }} given */
function Writing({ of }) {
  const writing = useWriting(of);
  /** @param {any} event */
  const pasted = (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    writing.held.add(event.clipboardData.files);
  };
  const isOver = useDrop(writing.held.add);
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    writing.submit();
  };
  return html`<form class=${`composer ${isNote.value ? 'is-note' : ''}`} onSubmit=${submit} onPaste=${pasted}>
    ${isOver && html`<p class="drop">${t('drop')}</p>`}
    ${of.status === 'closed' && !isNote.value && html`<p class="hint composer-note">${t('closed_hint')}</p>`}
    <${Text} writing=${writing} /><${Files} held=${writing.held} /><${Buttons} writing=${writing} of=${of} />
  </form>`;
}

export function Composer() {
  const one = conversation.value;
  if (!one) return null;
  if (!one.isDeleted) return html`<${Writing} key=${one.id} of=${one} />`;
  return html`<div class="composer gone"><p>${t('deleted_hint')}</p>
    <button type="button" class="button small" onClick=${() => attempt(() => restore(one.id))}>${t('restore')}</button></div>`;
}

/** Puts the cursor into the text, for a reply or a note. @param {boolean} asNote */
export function write(asNote) {
  isNote.value = asNote;
  document.getElementById('reply')?.focus();
}
