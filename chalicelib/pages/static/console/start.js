// Begins the console.

import { effect, signal } from '@preact/signals';
import { render } from 'preact';

import { loadAll } from './directory.js';
import { Dialogs } from './dialogs.js';
import { Blank, IconButton, Waiting } from './elements.js';
import { html } from './html.js';
import { listen } from './keyboard.js';
import { Navigation } from './navigation.js';
import './notices.js';
import { begin } from './outbox.js';
import { rest, screen } from './place.js';
import { preferences } from './preferences.js';
import { isOpenTo, screens } from './screens.js';
import { Search } from './search.js';
import { readStatus, resume, session } from './session.js';
import { isNavigating, navigate } from './showing.js';
import { SignIn } from './sign_in.js';
import { line, on, start, stop } from './socket.js';
import { Toasts } from './toasts.js';
import { countSoon } from './views.js';
import { t } from './words.js';

/** Components of screens that were loaded, by name. */
const loaded = signal(/** @type {Record<string, any>} */ ({}));
const failed = signal('');

effect(() => {
  const name = screen.value;
  if (!isOpenTo(name, session.value?.agent.role) || !session.value || loaded.value[name]) return;
  screens[name].load().then((module) => {
    loaded.value = { ...loaded.value, [name]: module.default };
  }, () => {
    failed.value = name;
  });
});

function Screen() {
  const name = screen.value;
  if (!isOpenTo(name, session.value?.agent.role)) return html`<${Blank} title=${t('no_screen')}><a href="#/inbox/mine">${t('inbox')}</a><//>`;
  if (failed.value === name) return html`<${Blank} title=${t('unreachable')}><button type="button" class="button small" onClick=${() => location.reload()}>${t('retry')}</button><//>`;
  const shown = loaded.value[name];
  return shown ? html`<${shown} rest=${rest.value} />` : html`<${Waiting} />`;
}

/** Says when the page is cut off. */
const Line = () => (line.value === 'down' ? html`<p class="line" role="status">${t(navigator.onLine ? 'reconnecting' : 'offline')}</p>` : null);

function Shell() {
  return html`<a class="skip" href="#main" onClick=${(/** @type {Event} */ event) => { event.preventDefault(); (document.getElementById('conversation') ?? document.querySelector('main h1'))?.focus(); }}>${t('skip')}</a>
    <div class=${`shell ${isNavigating.value ? 'is-navigating' : ''}`} onClick=${(/** @type {any} */ event) => { if (isNavigating.value && (event.target.closest('a') || !event.target.closest('.side, .burger'))) isNavigating.value = false; }}>
      <${Navigation} />
      <div class="stage"><header class="bar"><span class="burger"><${IconButton} icon="menu" label=${t('views')} aria-expanded=${isNavigating.value} onClick=${navigate} /></span><${Search} /></header><${Line} />
      <main id="main"><${Screen} /></main></div>
    </div>
    <${Dialogs} />`;
}

function Console() {
  if (session.value === undefined) return failed.value ? html`<${Blank} title=${t('unreachable')}><button type="button" class="button small" onClick=${enter}>${t('retry')}</button><//>` : html`<${Waiting} />`;
  return html`${session.value ? html`<${Shell} key=${session.value.account.id} />` : html`<${SignIn} />`}<${Toasts} />`;
}

/** Goes on with the session of before, if there is one. */
async function enter() {
  failed.value = '';
  try {
    await resume();
  } catch {
    failed.value = 'session';
  }
}

let who = '';
effect(() => {
  const now = session.value;
  const key = now ? `${now.account.id} ${now.agent.id}` : '';
  if (key === who) return;
  who = key;
  stop();
  if (!key) return;
  queueMicrotask(() => {
    loadAll().then(countSoon);
    countSoon();
    begin();
    start();
  });
});

effect(() => {
  document.documentElement.dataset.theme = preferences.value.theme;
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
on('ONLINE', ({ user_uuid: id }) => {
  if (id !== session.value?.socket.userId) return;
  clearTimeout(timer);
  timer = setTimeout(() => readStatus().catch(() => undefined), 300);
});

// A file that is dropped where nobody takes it does not replace the page.
for (const name of ['dragover', 'drop']) addEventListener(name, (/** @type {any} */ event) => event.dataTransfer?.types.includes('Files') && event.preventDefault());

listen();
enter();
render(html`<${Console} />`, /** @type {Element} */ (document.getElementById('console')));
