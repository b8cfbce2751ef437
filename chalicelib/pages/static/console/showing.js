// Which dialog is open.

import { signal } from '@preact/signals';

export const showing = signal(/** @type {'' | 'keys' | 'filter' | 'merge' | 'delete'} */ (''));
/** Whether the views are shown where there is no room for them beside the list. */
export const isNavigating = signal(false);
