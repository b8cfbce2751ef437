// What an agent has chosen for this browser.

import { signal } from '@preact/signals';

const NAME = 'polydesk.console';

/**
 * @typedef {object} Preferences
 * @property {'en' | 'zh' | ''} language empty: the browser's
 * @property {'light' | 'dark' | ''} theme empty: the system's
 * @property {boolean} singleKeys
 * @property {boolean} sound
 * @property {boolean} desktop
 * @property {boolean} panel
 * @property {boolean} log
 */

/** @type {Preferences} */
const DEFAULTS = { language: '', theme: '', singleKeys: true, sound: false, desktop: false, panel: true, log: false };

function stored() {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? '{}');
  } catch {
    return {};
  }
}

export const preferences = signal(/** @type {Preferences} */ ({ ...DEFAULTS, ...stored() }));

/** @param {Partial<Preferences>} wanted */
export function prefer(wanted) {
  preferences.value = { ...preferences.value, ...wanted };
  localStorage.setItem(NAME, JSON.stringify(preferences.value));
}

addEventListener('storage', ({ key }) => {
  if (key === NAME) preferences.value = { ...DEFAULTS, ...stored() };
});
