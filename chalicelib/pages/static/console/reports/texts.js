// Texts of the reports.

import { texts } from '../words.js';
import english from './words_en.js';

/** @typedef {keyof typeof english} ReportsWord */

export const t = texts(english, () => import('./words_zh.js'));
