// The thread: the conversation's messages, each once, in the desk's order, however they came.

class Thread {
  constructor() {
    this.clear();
  }

  clear() {
    /** @type {Map<string, Message & {arrival: number}>} */
    this.byId = new Map();
    /** @type {number} */
    this.arrivals = 0;
    /**
     * The first place that is known; 0 for none.
     * @type {number}
     */
    this.first = 0;
    /** @type {Message | undefined} */
    this.last = undefined;
  }

  /** All of them, in their order. */
  get all() {
    return [...this.byId.values()].sort((a, b) => (a.seq === b.seq ? a.arrival - b.arrival : a.seq - b.seq));
  }

  /** The highest place that is known. */
  get top() {
    return Math.max(0, ...[...this.byId.values()].map((each) => each.seq).filter(Number.isFinite));
  }

  get hasOlder() {
    return this.first > 1;
  }

  /** The oldest message whose place is known. */
  get oldest() {
    return this.all.find((each) => each.seq === this.first);
  }

  /**
   * Adds a message from the socket: it keeps its place if it has one, else it is the newest. True if it is new.
   * @param {Received} message
   */
  add(message) {
    const known = this.byId.get(message.id);
    const isNew = !known || known.seq === Infinity;
    const seq = message.seq ?? (isNew ? this.top + 1 : known.seq);
    // A long text of the visitor's own comes back as the id to fetch it by.
    const text = known?.kind === 'TEXT' ? { kind: 'TEXT', body: known.body } : {};
    this.byId.set(message.id, { ...known, ...message, ...text, seq, arrival: known?.arrival ?? this.arrivals++ });
    return isNew;
  }

  /**
   * Adds the newest page, or what follows `last`, in the desk's order. Returns how many are new.
   * @param {Page} page
   * @param {string | undefined} mine
   */
  newer(page, mine) {
    const from = this.last ? this.last.seq : page.total_count - page.list.length;
    const found = page.list.reverse().map((each, at) => ({ ...stored(each, mine), seq: from + at + 1 }));
    if (!this.last && found.length) this.first = found[0].seq;
    this.last = found.at(-1) || this.last;
    return found.filter((each) => this.add(each)).length;
  }

  /**
   * Adds what comes before `first`.
   * @param {Page} page
   * @param {string | undefined} mine
   */
  older(page, mine) {
    page.list.forEach((each, at) => this.add({ ...stored(each, mine), seq: this.first - at - 1 }));
    this.first -= page.list.length;
  }

  /**
   * How many of the others' messages come after a place.
   * @param {number} read
   */
  unread(read) {
    return [...this.byId.values()].filter((each) => !each.mine && each.seq > read).length;
  }
}

/**
 * A message of a history page.
 * @param {Page['list'][0]} message
 * @param {string | undefined} mine
 */
function stored(message, mine) {
  return received({ ...JSON.parse(message.message_body), from_user: message.from_user }, mine);
}

/**
 * A message as sockets carry it.
 * @param {Letters} letters
 * @param {string | undefined} mine
 * @returns {Received}
 */
function received(letters, mine) {
  const from = letters.from_user;
  return {
    id: letters.id,
    mine: letters.fi === mine,
    kind: letters.ms,
    body: letters.bo,
    at: letters.ts * 1000,
    from: from ? { uuid: from.uuid, name: from.user_fullname, icon: from.user_icon } : undefined,
    state: 'sent',
  };
}
