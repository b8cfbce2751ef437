// Files of what is being written: uploaded at once, named when it is sent.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { call } from './api.js';
import { Icon, IconButton } from './elements.js';
import { html } from './html.js';
import { attempt, toast } from './toasts.js';
import { sizeOf, t } from './words.js';

const MOST_BYTES = 4_500_000;

/** @param {File} file @returns {Promise<Attachment>} */
async function store(file) {
  const form = new FormData();
  form.append('file', file, file.name || 'file');
  return (await call('POST', 'attachments', { form })).attachment;
}

/** Returns the files that are there, those that are on their way, and how to add and take away. @param {() => void} changed */
export function useFiles(changed) {
  const files = useSignal(/** @type {Attachment[]} */ ([]));
  const uploads = useSignal(/** @type {string[]} */ ([]));
  /** @param {File} file */
  async function upload(file) {
    if (file.size > MOST_BYTES) {
      toast(t('too_large', { name: file.name, most: sizeOf(MOST_BYTES) }), { isBad: true });
      return;
    }
    uploads.value = [...uploads.value, file.name];
    await attempt(async () => {
      files.value = [...files.value, await store(file)];
    });
    uploads.value = uploads.value.filter((name) => name !== file.name);
    changed();
  }
  /** @param {Iterable<File>} given */
  const add = (given) => Promise.all([...given].map(upload));
  /** @param {Attachment} file */
  const drop = (file) => {
    files.value = files.value.filter((one) => one !== file);
    changed();
  };
  return { files, uploads, add, drop };
}

/** Takes files that are dropped anywhere on the page, and returns whether some are held over it. @param {(files: FileList) => unknown} take */
export function useDrop(take) {
  const isOver = useSignal(false);
  useEffect(() => {
    const stopper = new AbortController();
    /** @param {string} name @param {(event: DragEvent) => void} then */
    const hear = (name, then) => addEventListener(name, (/** @type {any} */ event) => {
      if (event.dataTransfer.types.includes('Files')) then(event);
    }, { signal: stopper.signal });
    hear('dragover', () => { isOver.value = true; });
    hear('dragleave', (event) => { isOver.value = event.relatedTarget !== null; });
    hear('drop', (event) => {
      isOver.value = false;
      take(/** @type {DataTransfer} */ (event.dataTransfer).files);
    });
    return () => stopper.abort();
  }, []);
  return isOver.value;
}

/** @typedef {ReturnType<typeof useFiles>} Held */

/** @param {{ held: Held }} given */
export function Files({ held }) {
  if (!held.files.value.length && !held.uploads.value.length) return null;
  return html`<div class="files">
    ${held.files.value.map((file) => html`<span key=${file.guid} class="file"><${Icon} name="file" /><span dir="auto">${file.fileName}</span>
      <${IconButton} icon="x" size=${14} label=${t('remove_file', { name: file.fileName })} onClick=${() => held.drop(file)} /></span>`)}
    ${held.uploads.value.map((name) => html`<span key=${name} class="file" role="status">${t('uploading', { name })}</span>`)}
  </div>`;
}

/** @param {{ held: Held }} given */
export function Attach({ held }) {
  const picker = useRef(/** @type {HTMLInputElement | null} */ (null));
  /** @param {any} event */
  const picked = ({ target }) => {
    held.add([...target.files]);
    target.value = '';
  };
  return html`<${IconButton} icon="clip" label=${t('attach')} onClick=${() => picker.current?.click()} />
    <input ref=${picker} type="file" multiple hidden onChange=${picked} />`;
}
