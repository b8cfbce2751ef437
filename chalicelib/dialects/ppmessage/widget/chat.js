// The chat: what the visitor does, and what they are shown.

// A chat that was used long ago is read once for each page; a recent one listens on a socket.
const LIVELY = 1_800_000;
const FORGOTTEN = 30 * 86_400_000;
const NOBODY_AFTER = 4_000;
const NOBODY_STILL = 30_000;
const TYPING_EACH = 3_000;

class Chat extends Identified {
  constructor() {
    super();
    this.outbox = new Outbox();
    this.view = new View({
      open: () => this.opened(),
      close: () => this.closed(),
      send: (text) => this.write({ text }),
      attach: (file) => this.attach(file),
      retry: (id) => this.retry(id),
      older: () => this.older(),
      typing: (text) => this.types(text),
    });
    this.listen();
  }

  listen() {
    addEventListener('online', () => this.back());
    addEventListener('offline', () => {
      this.live.drop();
      this.render();
    });
    document.addEventListener('visibilitychange', () => !document.hidden && this.looked());
    // A page in the back/forward cache may have no socket.
    addEventListener('pagehide', () => {
      this.wasLive = this.live.wanted;
      this.live.stop();
    });
    addEventListener('pageshow', (event) => {
      this.live.wanted ||= event.persisted && this.wasLive;
      if (event.persisted) this.back();
    });
    if (channel) channel.onmessage = ({ data }) => this.toldByTab(data);
    addEventListener('storage', (event) => event.storageArea === store.area && this.storedByTab(event));
  }

  /** A page has loaded: opens the chat if it was open, and listens if it is recent. */
  resume() {
    const start = store.get('start');
    if (start) this.view.about(start);
    this.view.input.value = tab.get('draft') || '';
    if (tab.get('open')) return this.view.open(false);
    const idle = Date.now() - (store.get('active') || 0);
    if (store.get('chat') && idle < FORGOTTEN) this.look();
    if (idle < LIVELY || this.outbox.first) this.go();
    return this.render();
  }

  /**
   * Listens, and sends what is kept.
   * @override
   */
  go() {
    if (this.outbox.first) this.flush();
    if (store.get('chat')) this.live.start();
    this.paced();
  }

  opened() {
    tab.set('open', true);
    this.prepare();
    if (store.get('chat')) this.look();
    else if (who && !this.me) this.become();
    this.go();
    this.render();
  }

  closed() {
    tab.set('open');
    this.render();
  }

  looked() {
    if (store.get('chat') && (this.view.isOpen || this.live.wanted)) this.live.check();
    this.paced();
    this.render();
  }

  back() {
    this.misses = 0;
    if (this.view.isOpen) this.prepare();
    if (this.view.isOpen || this.live.wanted || this.outbox.first) this.go();
    if (store.get('chat')) this.look();
  }

  // --- what is written

  /** @param {{text?: string, file?: File}} given */
  write(given) {
    this.outbox.add({ id: uuid(), at: Date.now(), state: 'sending', ...given });
    tab.set('draft');
    this.lively();
    this.render();
    return this.flush();
  }

  /** @param {File} file */
  attach(file) {
    const why = file.size > MOST_BYTES ? say('large', { size: sizeOf(MOST_BYTES) }) : file.size ? undefined : say('empty');
    if (why) this.error = why;
    else this.write({ file });
    this.render();
  }

  /** @param {string} id */
  retry(id) {
    this.outbox.change(id, { state: 'sending', isRefused: false });
    this.render();
    return this.flush();
  }

  /**
   * Sends what is waiting, in order. The desk stores each id once, however often it comes.
   * @override
   */
  async flush() {
    if (this.flushing || !this.outbox.first) return;
    this.flushing = true;
    this.error = undefined;
    try {
      if (!(await this.trying(() => this.sendAll()))) this.outbox.failed();
    } finally {
      this.flushing = false;
    }
    this.render();
    this.paced();
  }

  async sendAll() {
    for (let next = this.outbox.first; next; next = this.outbox.first) {
      if (!store.get('chat')) {
        const { uuid: chat } = await conversation();
        this.live.start();
        this.isQueued = !chat;
        if (!chat) return this.outbox.keep();
        this.live.check();
      }
      this.outbox.change(next.id, { state: 'sending' });
      this.render();
      await this.sendOne(next);
    }
    return undefined;
  }

  /** @param {Entry} next */
  async sendOne(next) {
    try {
      if (next.file) await this.sendFile(next, next.file);
      else await sendMessage(next.id, 'TEXT', next.text);
    } catch (error) {
      // A failed file is retried by hand, so that it does not hold up later messages.
      if (!next.file && (!(error instanceof Refused) || GONE.includes(error.code))) throw error;
      return this.outbox.change(next.id, { state: 'failed', isRefused: true });
    }
    this.arrived(next.id, next);
    tellTabs('sent', { ...next, file: undefined, by: this.me });
    return this.wondered();
  }

  /**
   * @param {Entry} next
   * @param {File} file
   */
  async sendFile(next, file) {
    next.fid ||= await upload(file, (progress) => {
      this.outbox.change(next.id, { progress });
      this.render();
    });
    const subtype = /^image\/(png|jpeg|gif)$/.test(file.type) ? 'IMAGE' : 'FILE';
    await sendMessage(next.id, subtype, JSON.stringify({ fid: next.fid, mime: file.type, name: file.name }));
    await this.look();
  }

  /**
   * The desk has stored one of the visitor's messages.
   * @override
   * @param {string} id
   * @param {Entry} [sent]
   */
  arrived(id, sent) {
    this.outbox.remove(id);
    if (sent?.text) this.thread.add({ id, mine: true, kind: 'TEXT', body: sent.text, at: sent.at, state: 'sent' });
    this.render();
  }

  /** Some time after an unanswered message, asks whether an agent is there. Without an answer it stays unknown. */
  wondered(after = NOBODY_AFTER) {
    clearTimeout(this.wonder);
    this.wonder = setTimeout(async () => {
      if (!this.thread.all.pop()?.mine || document.hidden) return;
      /** @type {Conversation} */
      const { user_list: people } = await conversation().catch(() => ({}));
      this.isAlone = people && !people.some((each) => each.uuid !== this.me && (each.is_browser_online || each.is_mobile_online));
      if (this.isAlone) this.wondered(NOBODY_STILL);
      this.render();
    }, after);
  }

  /** @param {string} text */
  types(text) {
    tab.set('draft', text || undefined);
    if (!text || Date.now() - (this.typedAt || 0) < TYPING_EACH) return;
    this.typedAt = Date.now();
    this.live.typing();
  }

  /** @param {Told} told */
  toldByTab({ kind, value }) {
    if (kind === 'sent' && value.by === this.me) this.arrived(value.id, value);
    if (kind !== 'read') this.go();
    this.render();
  }

  // --- what is shown

  /** @override */
  render() {
    if (!this.view) return;
    /** @type {Partial<Start>} */
    const start = store.get('start') || {};
    /** @type {any[]} */
    const welcome = start.welcome && !this.thread.hasOlder ? [{ id: 'welcome', kind: 'TEXT', body: start.welcome, seq: 0 }] : [];
    /** @type {Message[]} */
    const messages = [...welcome, ...this.thread.all, ...this.outbox.shown];
    if (!messages.at(-1)?.mine) this.isAlone = false;
    this.view.show(messages, this.thread.hasOlder, (each) => this.sender(each, start));
    this.view.tell(this.trouble(), this.isRefused);
    this.counted();
  }

  /**
   * @param {Message} message
   * @param {Partial<Start>} start
   * @returns {Sender}
   */
  sender(message, start) {
    if (message.mine) return { id: 'me' };
    return message.from ? { id: message.from.uuid, ...message.from } : { id: 'app', name: start.name, icon: start.icon };
  }

  trouble() {
    if (this.isRefused) return say('refused');
    if (!navigator.onLine || this.misses > 1) return say('offline');
    if (this.error) return this.error;
    if (this.isQueued) return say('queue');
    return this.isAlone ? say('nobody') : '';
  }

  counted() {
    const read = store.get('read') || 0;
    if (this.view.isOpen && !document.hidden && this.thread.top > read) {
      store.set('read', this.thread.top);
      tellTabs('read');
    }
    this.view.unread(this.view.isOpen ? 0 : this.thread.unread(store.get('read') || 0));
  }
}
