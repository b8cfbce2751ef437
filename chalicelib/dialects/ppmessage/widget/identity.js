// Identity: who the page says its visitor is, and forgetting them when they log out.

/** @type {(keyof Stored)[]} */
const PERSONAL = ['start', 'visitor', 'chat', 'trace', 'read', 'active', 'outbox', 'identity'];
const IDENTITY = ['user_id', 'email', 'name', 'icon', 'signature'];

/**
 * The usable part of what a page says about its visitor: texts, and a number as an id.
 * @param {any} given
 * @returns {Identity}
 */
function described(given) {
  const found = IDENTITY.map((name) => [name, given?.[name]]).filter(([, value]) => value || value === 0);
  return Object.fromEntries(found.map(([name, value]) => [name, String(value)]));
}

/** Its `view`, `outbox`, `flush`, `go` and `render` are the chat's. */
class Identified extends Reader {
  /**
   * The page says who the visitor is. The desk is asked now only if it knows this browser's visitor, else once needed.
   * @param {unknown} given
   */
  identify(given) {
    const named = described(given);
    if (!named.user_id && !named.email) return console.warn('polydesk: identify needs user_id or email');
    const before = store.get('identity');
    const field = before?.user_id && named.user_id ? 'user_id' : 'email';
    if (before && before[field] !== named[field]) this.logout();
    who = named;
    const isKnown = JSON.stringify(before) === JSON.stringify(identityOf(named));
    return (this.me ? !isKnown : this.view.isOpen) && this.become();
  }

  /** Becomes the contact that the page has named, with that contact's chat. */
  become() {
    return this.trying(async () => {
      const before = this.me;
      const { user } = await (before ? arrived() : visitor());
      if (user === before) return;
      this.changed();
      const { list: chats } = await call('PP_GET_USER_CONVERSATION_LIST', { user_uuid: user });
      if (chats.length) await conversation();
      if (store.get('chat')) this.look();
      this.go();
    });
  }

  /** Forgets the visitor on this browser, in all tabs of the site; the next message is a new visitor's. */
  logout() {
    store.forget(...PERSONAL);
    store.set('left', uuid());
    this.left();
  }

  /** The visitor has logged out, here or in another tab. */
  left() {
    who = undefined;
    tab.forget('draft', 'open');
    this.outbox.clear();
    this.view.clear();
    this.hasForgotten = this.isRefused = false;
    this.changed();
    this.view.close(false);
    this.render();
  }

  /** The visitor has changed: shows nothing of the previous visitor's, nor what is still on its way to them. */
  changed() {
    visitors++;
    arriving = undefined;
    texts.clear();
    this.thread.clear();
    this.live.stop();
    this.typed();
    clearTimeout(this.wonder);
    this.isQueued = this.isAlone = this.error = undefined;
    this.misses = 0;
  }

  /**
   * Handles what another tab has changed in the site's storage. The key is null if all of it was cleared.
   * @param {StorageEvent} event
   */
  storedByTab({ key, oldValue, newValue }) {
    const [before, after] = [oldValue, newValue].map((text) => restored(text)?.user);
    if (key === null || key === `${PREFIX}left`) this.left();
    else if (key === `${PREFIX}visitor` && before && after && before !== after) {
      this.changed();
      this.go();
      this.render();
    } else if (key === `${PREFIX}chat` && newValue) this.go();
  }
}
