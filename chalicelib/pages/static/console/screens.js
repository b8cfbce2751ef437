// The screens by their name in the address (`#/inbox`): another one is a row here and a file, loaded when it is first shown.

/**
 * @typedef {object} Screen
 * @property {import('./words.js').Word} title
 * @property {any} icon
 * @property {() => Promise<{ default: any }>} load whose default export is the component
 * @property {boolean} [link] whether the navigation has a link to it; the inbox has its views
 * @property {boolean} [isForAdmins]
 */

/** @type {Record<string, Screen>} */
export const screens = {
  inbox: { title: 'inbox', icon: 'inbox', load: () => import('./inbox_screen.js') },
  reports: { title: 'reports', icon: 'chart', link: true, load: () => import('./reports/screen.js') },
  settings: { title: 'settings', icon: 'gear', link: true, isForAdmins: true, load: () => import('./settings/screen.js') },
};

/** Whether a screen is there for whoever is signed in. @param {string} name @param {string | undefined} role */
export const isOpenTo = (name, role) => Object.hasOwn(screens, name) && (role === 'admin' || !screens[name].isForAdmins);
