// Which dialog is open.

import { computed, signal } from '@preact/signals';

import { prefer, preferences } from './preferences.js';

export const showing = signal(/** @type {'' | 'keys' | 'filter' | 'merge' | 'delete' | 'snooze'} */ (''));
/** Whether the views are shown where there is no room for them beside the list. */
export const isNavigating = signal(false);

const wide = matchMedia('(width >= 75rem)');
const isWide = signal(wide.matches);
wide.addEventListener('change', () => {
  isWide.value = wide.matches;
});
/** Whether the side panel lies over the conversation, where there is no room beside it. */
const isOver = signal(false);
/** Whether the side panel is shown: beside the conversation as the agent wants it, over it when they ask. */
export const isPanel = computed(() => (isWide.value ? preferences.value.panel : isOver.value));

/** Puts away what lies over the page, and returns whether something did. */
export function putAway() {
  const wasOver = isNavigating.value || (isOver.value && !isWide.value);
  if (isNavigating.value) /** @type {HTMLElement | null} */ (document.querySelector('.burger button'))?.focus();
  isNavigating.value = isOver.value = false;
  return wasOver;
}

/** Shows the views over the page, and goes to them; or puts them away. */
export function navigate() {
  if (putAway()) return;
  isNavigating.value = true;
  requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector('.side a'))?.focus());
}

export function togglePanel() {
  if (isWide.value) prefer({ panel: !preferences.value.panel });
  else isOver.value = !isOver.value;
}
