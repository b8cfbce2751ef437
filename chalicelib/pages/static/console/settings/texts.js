// Texts of the settings.

import { texts } from '../words.js';
import english from './words_en.js';

/** @typedef {keyof typeof english} SettingsWord */

const tell = texts(english, () => import('./words_zh.js'));

/** Returns a text of the settings; `otherwise` for a word that is not known. @param {SettingsWord} word @param {Record<string, string | number>} [values] @param {string} [otherwise] */
export const t = (word, values = {}, otherwise = word) => (Object.hasOwn(english, word) ? tell(word, values) : otherwise);
