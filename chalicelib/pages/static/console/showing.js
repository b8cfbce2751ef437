// Which dialog is open.

import { computed, signal } from '@preact/signals';

import { prefer, preferences } from './preferences.js';

export const showing = signal(/** @type {'' | 'keys' | 'filter' | 'merge' | 'delete'} */ (''));
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

export function togglePanel() {
  if (isWide.value) prefer({ panel: !preferences.value.panel });
  else isOver.value = !isOver.value;
}
