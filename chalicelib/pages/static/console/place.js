// Where the agent is: the part of the address behind #, as `#/inbox/mine/12`.

import { computed, signal } from '@preact/signals';

/** A part as it was before it was encoded, or as it is where it never was: anybody can make a link. @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const read = () => location.hash.replace(/^#\/?/u, '').split('/').filter(Boolean).map(decoded);
const parts = signal(read());

let moves = 0;
addEventListener('hashchange', () => {
  moves += 1;
  parts.value = read();
});

/** The screen's name, as in screens.js. */
export const screen = computed(() => parts.value[0] ?? 'inbox');
/** What follows it. */
export const rest = computed(() => parts.value.slice(1));
/** The id of the inbox's view, and the number of the conversation that is open, 0 for none. */
export const viewId = computed(() => (screen.value === 'inbox' ? (rest.value[0] ?? 'mine') : 'mine'));
export const openNumber = computed(() => (screen.value === 'inbox' ? Number(rest.value[1] ?? 0) || 0 : 0));

/** @param {string} view @param {number} [number] */
export const addressOf = (view, number = 0) => `#/inbox/${encodeURIComponent(view)}${number ? `/${number}` : ''}`;

/** @param {string} address */
export function go(address) {
  location.hash = address;
}

/** Returns what goes to an address when a call has been answered, unless the agent has gone elsewhere meanwhile. */
export function goFromHere() {
  const [here, made] = [location.hash, moves];
  return (/** @type {string} */ address) => {
    if (location.hash === here && moves === made) go(address);
  };
}
