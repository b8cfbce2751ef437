// Who the visitor is, where the page says so, and that nothing of them stays when they log out.

/** @type {(keyof Stored)[]} */
const PERSONAL = ['start', 'visitor', 'chat', 'trace', 'read', 'active', 'outbox', 'identity'];
const IDENTITY = ['user_id', 'email', 'name', 'icon', 'signature'];

/**
 * Of what a page says of its visitor what can be used: texts, and a number for an id.
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
   * The page says who the visitor is. Asks the desk only where it knows this browser's visitor already, else when it has to.
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

  /** Becomes the desk's person for whom the page has named, with the chat that they have. */
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

  /** Forgets the visitor on this browser, in all tabs of the site; the next message is somebody new's. */
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

  /** Somebody else is here: what was said to the one before is not shown, nor what is still on its way to them. */
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
   * What another tab has changed in the site's storage; the key is null where all of it has been cleared.
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
