// The outbox: what the visitor has written and the desk does not have yet. Texts survive the page.

class Outbox {
  constructor() {
    /** @type {Entry[]} */
    this.entries = (store.get('outbox') || []).map((each) => ({ ...each, state: 'sending' }));
  }

  /** The next one to send; refused ones are skipped. */
  get first() {
    return this.entries.find((each) => !each.isRefused);
  }

  /**
   * As messages of the conversation.
   * @returns {Message[]}
   */
  get shown() {
    return this.entries.map((each) => ({ ...each, mine: true, kind: 'TEXT', body: each.text || '', seq: Infinity }));
  }

  /** @param {Entry} entry */
  add(entry) {
    this.entries.push(entry);
    this.save((kept) => [...kept, entry]);
  }

  /**
   * @param {string} id
   * @param {Partial<Entry>} facts
   */
  change(id, facts) {
    const entry = this.entries.find((each) => each.id === id);
    if (entry) Object.assign(entry, facts);
  }

  /** @param {string} id */
  remove(id) {
    if (!this.entries.some((each) => each.id === id)) return;
    this.entries = this.entries.filter((each) => each.id !== id);
    this.save((kept) => kept.filter((each) => each.id !== id));
  }

  /** Forgets all of them, also those that only the storage has. */
  clear() {
    this.entries = [];
    store.set('outbox');
  }

  /** The desk was not reached: they are sent again later, or by hand. */
  failed() {
    for (const each of this.entries) each.state = 'failed';
  }

  /** They wait until an agent is there. */
  keep() {
    for (const each of this.entries) each.state = 'kept';
  }

  /**
   * Other tabs have entries there, too.
   * @param {(kept: Stored['outbox']) => Stored['outbox']} change
   */
  save(change) {
    const kept = change(store.get('outbox') || []).filter((each) => !each.file);
    store.set('outbox', kept.length ? kept.map(({ id, at, text }) => ({ id, at, text })) : undefined);
  }
}
