// Reads what the desk says: over the socket, from the history after every gap, and by polling without a socket.

const TYPING_LASTS = 6_000;
/** @type {(number | undefined)[]} */
const GONE = [NO_USER, NO_CONVERSATION];

/** Its `view`, `outbox`, `flush` and `render` are the chat's. */
class Reader {
  constructor() {
    this.thread = new Thread();
    this.misses = this.quiet = 0;
    this.due = Infinity;
    this.live = new Live({
      ready: () => this.reached(),
      down: () => this.paced(),
      message: (letters) => this.heard(letters),
      typing: (user) => this.typed(user),
      waits: (code) => this.letIn(code),
    });
  }

  get me() {
    return store.get('visitor')?.user;
  }

  /** The account's name and greeting. */
  async prepare() {
    await this.trying(async () => this.view.about(await started()));
  }

  /**
   * Runs something that needs the desk. Shows if the desk can't be reached or refuses this page. True if it worked.
   * @param {() => Promise<void>} act
   */
  async trying(act) {
    try {
      await act();
      this.misses = 0;
      this.isRefused = false;
      return true;
    } catch (error) {
      if (error instanceof Unreachable) this.misses++;
      else if (error instanceof Refused) this.refused(error);
      else if (!(error instanceof Outdated)) throw error;
      return false;
    } finally {
      this.render();
    }
  }

  /** @param {Refused} error */
  refused(error) {
    if (GONE.includes(error.code) && !this.hasForgotten) return this.forget();
    console.warn('polydesk: the desk refuses:', error.message);
    this.isRefused = true;
    return undefined;
  }

  /** The desk no longer has this visitor: starts as a new one, once. */
  forget() {
    this.hasForgotten = true;
    store.forget('visitor', 'chat', 'trace', 'read', 'active');
    this.thread.clear();
    this.live.stop();
    if (this.outbox.first) setTimeout(() => this.flush(), 1000);
  }

  /** Catches up from the history, so that nothing is missed. One run at a time. */
  look() {
    this.looksAgain = Boolean(this.looking);
    this.looking ||= this.trying(() => this.catchUp()).finally(() => {
      this.looking = undefined;
      if (this.looksAgain && store.get('chat')) this.look();
    });
    return this.looking;
  }

  async catchUp() {
    let page;
    let after;
    do {
      after = this.thread.last?.id;
      page = await getPage({ min_uuid: after });
      if (this.thread.newer(page, this.me)) this.lively(this.thread.last?.at);
      for (const each of page.list) this.outbox.remove(each.uuid);
    } while (after && page.return_count === PAGE);
  }

  async older() {
    if (this.paging || !this.thread.hasOlder) return;
    this.paging = this.trying(async () => this.thread.older(await getPage({ max_uuid: this.thread.oldest?.id }), this.me));
    await this.paging;
    this.paging = undefined;
  }

  /** @param {Letters} letters */
  heard(letters) {
    if (letters.ci !== store.get('chat')) return;
    const message = received(letters, this.me);
    if (this.thread.add(message)) this.lively();
    if (!message.mine) {
      this.isQueued = false;
      this.typed();
    }
    this.arrived(message.id);
    this.render();
  }

  /** Something has happened: the chat is recent. */
  lively(at = Date.now()) {
    store.set('active', Math.max(at, store.get('active') || 0));
    this.quiet = 0;
  }

  /**
   * Who is typing, if anybody is.
   * @param {string} [user]
   */
  typed(user) {
    const agent = this.thread.all.filter((each) => each.from?.uuid === user).pop();
    this.view.typing(user && (agent?.from?.name || say('agent')));
    clearTimeout(this.typing);
    if (user) this.typing = setTimeout(() => this.view.typing(), TYPING_LASTS);
  }

  /** The socket is open: reads what it missed. */
  reached() {
    this.paced();
    if (store.get('chat')) this.look();
    this.flush();
  }

  /** @param {number} code */
  letIn(code) {
    this.isQueued = code !== 0;
    if (code === 0) this.flush();
    this.render();
  }

  /** Without a socket, schedules the next read of the history: rarer the less happens, never later than planned. */
  paced() {
    const isIdle = document.hidden || this.isRefused || !(this.view?.isOpen || this.live.wanted);
    const waits = this.outbox?.first || this.misses;
    const isNeeded = !isIdle && (waits || (store.get('chat') && !this.live.ready));
    const pause = this.view?.isOpen ? 3000 + 500 * this.quiet : 30_000;
    const due = isNeeded ? Date.now() + Math.min(pause * 2 ** this.misses, 60_000) : Infinity;
    if (isNeeded && this.due <= due) return;
    clearTimeout(this.pace);
    this.due = due;
    if (isNeeded) this.pace = setTimeout(() => this.polled(), due - Date.now());
  }

  async polled() {
    this.due = Infinity;
    this.quiet++;
    if (navigator.onLine) await (this.outbox.first ? this.flush() : store.get('chat') ? this.look() : this.prepare());
    this.paced();
  }
}
