// What this browser stores for the site, and messages between its tabs.

/**
 * localStorage or sessionStorage; in memory where these are blocked.
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
 * The stored value of a text; undefined for a foreign one.
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
   * Stores a value, or deletes it for undefined. If there is no room, the previous value stays.
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
 * Sends a message to the site's other tabs.
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
