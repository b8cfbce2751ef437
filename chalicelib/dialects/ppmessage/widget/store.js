// What this browser remembers for the site, and what its tabs tell each other.

/**
 * localStorage or sessionStorage; what a page can do without them where they are blocked.
 * @param {'localStorage' | 'sessionStorage'} name
 * @returns {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>}
 */
function area(name) {
  try {
    const found = window[name];
    found.setItem('polydesk', '');
    found.removeItem('polydesk');
    return found;
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
}

const PREFIX = `polydesk:${APP}:`;

/**
 * What is stored as a text; undefined for what is none of ours.
 * @param {any} text null where there is none
 */
function restored(text) {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

class Store {
  /** @param {'localStorage' | 'sessionStorage'} name */
  constructor(name) {
    this.area = area(name);
  }

  /**
   * @template {keyof Stored} Name
   * @param {Name} name
   * @returns {Stored[Name] | undefined}
   */
  get(name) {
    return restored(this.area.getItem(PREFIX + name));
  }

  /**
   * Remembers a value, or forgets it where it is undefined. Where there is no room for it, what was before is kept.
   * @template {keyof Stored} Name
   * @param {Name} name
   * @param {Stored[Name]} [value]
   */
  set(name, value) {
    try {
      if (value === undefined) this.forget(name);
      else this.area.setItem(PREFIX + name, JSON.stringify(value));
    } catch (error) {
      console.warn('polydesk: the browser keeps no more', error);
    }
  }

  /** @param {...keyof Stored} names */
  forget(...names) {
    for (const name of names) this.area.removeItem(PREFIX + name);
  }
}

const store = new Store('localStorage');
const tab = new Store('sessionStorage');
const channel = 'BroadcastChannel' in window ? new BroadcastChannel(`polydesk:${APP}`) : undefined;

/**
 * Tells the site's other tabs.
 * @param {Told['kind']} kind
 * @param {Told['value']} [value]
 */
function tellTabs(kind, value) {
  channel?.postMessage({ kind, value });
}

/** A random UUID; pages without TLS have no crypto.randomUUID. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
