// The chat: what the visitor does, what the desk says, and what is done where the two can't reach each other.

// A chat that was used a while ago is looked at once a page; one that goes on is listened to.
const LIVELY = 1_800_000;
const FORGOTTEN = 30 * 86_400_000;
const NOBODY_AFTER = 4_000;
const TYPING_EACH = 3_000;
const TYPING_LASTS = 6_000;
const GONE = [NO_USER, NO_CONVERSATION];

class Chat {
  constructor() {
    this.thread = new Thread();
    this.outbox = new Outbox();
    this.live = new Live({
      ready: () => this.reached(),
      down: () => this.paced(),
      message: (letters) => this.heard(letters),
      typing: (user) => this.typed(user),
      waits: (code) => this.letIn(code),
    });
    this.view = new View({
      open: () => this.opened(),
      close: () => this.closed(),
      send: (text) => this.write({ text }),
      attach: (file) => this.attach(file),
      retry: (id) => this.retry(id),
      older: () => this.older(),
      typing: (text) => this.types(text),
    });
    this.misses = this.quiet = 0;
    this.listen();
  }

  get me() {
    return store.get('visitor')?.user;
  }

  listen() {
    addEventListener('online', () => this.back());
    addEventListener('offline', () => {
      this.live.drop();
      this.render();
    });
    document.addEventListener('visibilitychange', () => !document.hidden && this.looked());
    // A page that is kept for going back may have no socket.
    addEventListener('pagehide', () => {
      this.wasLive = this.live.wanted;
      this.live.stop();
    });
    addEventListener('pageshow', (event) => {
      this.live.wanted ||= event.persisted && this.wasLive;
      if (event.persisted) this.back();
    });
    if (channel) channel.onmessage = ({ data }) => this.toldByTab(data);
  }

  /** A page has come: what was open is open again, and a chat that goes on is listened to. */
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

  /** Listens, and sends what is kept. */
  go() {
    if (this.outbox.first) this.flush();
    if (store.get('chat')) this.live.start();
    this.paced();
  }

  opened() {
    tab.set('open', true);
    this.prepare();
    if (store.get('chat')) this.look();
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

  /** What the account calls itself and says first. */
  async prepare() {
    await this.trying(async () => this.view.about(await started()));
  }

  /** Does what needs the desk; where it can't be reached that is told, and where this page may not, that. True where it was done. */
  async trying(act) {
    try {
      await act();
      this.misses = 0;
      this.isRefused = false;
      return true;
    } catch (error) {
      if (error instanceof Unreachable) this.misses++;
      else if (GONE.includes(error.code) && !this.hasForgotten) this.forget();
      else if (error instanceof Refused) this.refused(error);
      else throw error;
      return false;
    } finally {
      this.render();
    }
  }

  refused(error) {
    console.warn('polydesk: the desk refuses:', error.message);
    this.isRefused = true;
  }

  /** The desk has this visitor no more, so he is a new one, once. */
  forget() {
    this.hasForgotten = true;
    for (const name of ['visitor', 'chat', 'trace', 'read', 'active']) store.set(name);
    this.thread.clear();
    this.live.stop();
    if (this.outbox.first) setTimeout(() => this.flush(), 1000);
  }

  // --- what is read

  /** Catches up with the history: nothing is missed that way, however it was missed. One at a time. */
  look() {
    this.looksAgain = Boolean(this.looking);
    this.looking ||= this.trying(() => this.catchUp()).finally(() => {
      this.looking = undefined;
      if (this.looksAgain) this.look();
    });
    return this.looking;
  }

  async catchUp() {
    let page;
    let after;
    do {
      after = this.thread.last?.id;
      page = await history({ min_uuid: after });
      if (this.thread.newer(page, this.me)) this.lively();
      for (const each of page.list) this.outbox.remove(each.uuid);
    } while (after && page.return_count === PAGE);
  }

  async older() {
    if (this.paging || !this.thread.hasOlder) return;
    this.paging = this.trying(async () => this.thread.older(await history({ max_uuid: this.thread.oldest.id }), this.me));
    await this.paging;
    this.paging = undefined;
  }

  heard(letters) {
    if (letters.ci !== store.get('chat')) return;
    const message = received(letters, this.me);
    if (this.thread.add(message)) this.lively();
    if (!message.mine) this.typed();
    this.arrived(message.id);
    this.render();
  }

  /** Something happens: the chat goes on. */
  lively() {
    store.set('active', Date.now());
    this.quiet = 0;
  }

  typed(user) {
    const agent = this.thread.all.filter((each) => each.from?.uuid === user).pop();
    this.view.typing(user && (agent?.from.name || say('agent')));
    clearTimeout(this.typing);
    if (user) this.typing = setTimeout(() => this.view.typing(), TYPING_LASTS);
  }

  /** The socket is there: what it could not bring is looked up. */
  reached() {
    this.paced();
    if (store.get('chat')) this.look();
    this.flush();
  }

  letIn(code) {
    this.isQueued = code !== 0;
    if (code === 0) this.flush();
    this.render();
  }

  /** Without a socket the history is asked for, the more rarely the less happens. */
  paced() {
    clearTimeout(this.pace);
    const isIdle = !this.view?.isOpen && !this.live.wanted;
    if (document.hidden || isIdle || this.isRefused) return;
    const waits = this.outbox.first || this.misses;
    if (this.live.ready && !waits) return;
    if (!store.get('chat') && !waits) return;
    const pause = this.view.isOpen ? 3000 + 500 * this.quiet++ : 30_000;
    this.pace = setTimeout(() => this.polled(), Math.min(pause * 2 ** this.misses, 60_000));
  }

  async polled() {
    if (!navigator.onLine) return this.paced();
    if (this.outbox.first) await this.flush();
    else if (store.get('chat')) await this.look();
    else await this.prepare();
    return this.paced();
  }

  // --- what is written

  write(given) {
    this.outbox.add({ id: uuid(), at: Date.now(), state: 'sending', ...given });
    tab.set('draft');
    this.lively();
    this.render();
    return this.flush();
  }

  attach(file) {
    const why = file.size > MOST_BYTES ? say('large', { size: sizeOf(MOST_BYTES) }) : file.size ? undefined : say('empty');
    if (why) this.error = why;
    else this.write({ file });
    this.render();
  }

  retry(id) {
    this.outbox.change(id, { state: 'sending', isRefused: false });
    this.render();
    return this.flush();
  }

  /** Sends what is kept, in its order, once; the desk stores an id once however often it comes. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    this.error = undefined;
    const isDone = await this.trying(() => this.sendAll());
    if (!isDone) this.outbox.failed();
    this.flushing = false;
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
        tellTabs('begun');
      }
      this.outbox.change(next.id, { state: 'sending' });
      this.render();
      await this.sendOne(next);
    }
    return undefined;
  }

  async sendOne(next) {
    try {
      if (next.file) await this.sendFile(next);
      else await sendMessage(next.id, 'TEXT', next.text);
    } catch (error) {
      if (!(error instanceof Refused) || GONE.includes(error.code)) throw error;
      return this.outbox.change(next.id, { state: 'failed', isRefused: true });
    }
    this.arrived(next.id, next);
    tellTabs('sent', { ...next, file: undefined });
    return this.wondered();
  }

  async sendFile(next) {
    next.fid ||= await upload(next.file, (progress) => {
      this.outbox.change(next.id, { progress });
      this.render();
    });
    const subtype = /^image\/(png|jpeg|gif)$/.test(next.file.type) ? 'IMAGE' : 'FILE';
    await sendMessage(next.id, subtype, JSON.stringify({ fid: next.fid, mime: next.file.type, name: next.file.name }));
    await this.look();
  }

  /** The desk has a message of ours. */
  arrived(id, sent) {
    this.outbox.remove(id);
    if (sent?.text) this.thread.add({ id, mine: true, kind: 'TEXT', body: sent.text, at: sent.at, state: 'sent' });
    this.render();
  }

  /** Asks, a while after a message that nobody answers, whether anybody is there. */
  wondered() {
    clearTimeout(this.wonder);
    this.wonder = setTimeout(async () => {
      if (this.thread.all.pop()?.mine && !document.hidden) await this.trying(() => this.asked());
    }, NOBODY_AFTER);
  }

  async asked() {
    const { user_list: people = [] } = await conversation();
    const others = people.filter((each) => each.uuid !== this.me);
    this.isAlone = !others.some((each) => each.is_browser_online || each.is_mobile_online);
  }

  types(text) {
    tab.set('draft', text || undefined);
    if (!text || Date.now() - (this.typedAt || 0) < TYPING_EACH) return;
    this.typedAt = Date.now();
    this.live.typing();
  }

  toldByTab({ kind, value }) {
    if (kind === 'sent') this.arrived(value.id, value);
    if (kind !== 'read') this.go();
    this.render();
  }

  // --- what is shown

  render() {
    if (!this.view) return;
    const start = store.get('start') || {};
    const welcome = start.welcome && !this.thread.hasOlder ? [{ id: 'welcome', kind: 'TEXT', body: start.welcome, seq: 0 }] : [];
    const messages = [...welcome, ...this.thread.all, ...this.outbox.shown];
    if (!messages.at?.(-1)?.mine) this.isAlone = false;
    this.view.show(messages, this.thread.hasOlder, (each) => this.sender(each, start));
    this.view.tell(this.trouble(), this.isRefused);
    this.counted();
  }

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
