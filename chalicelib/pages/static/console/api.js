// Calls of the desk's public APIs.

import { at } from '../place.js';

const UNAUTHORIZED = 401;
/** Milliseconds after which what is only read is taken for lost. */
const PATIENCE = 30_000;

/** The desk has refused; `message` says why, in its words. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {number} retryAfter seconds
   */
  constructor(status, message, retryAfter = 0) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The desk could not be reached. */
export class Unreachable extends Error {}

let token = '';
/** @type {() => Promise<boolean>} */
let renew = () => Promise.resolve(false);

/** @param {string} given the access token; it is nowhere else than here */
export function setToken(given) {
  token = given;
}

/** @param {() => Promise<boolean>} how what gets another token once one has ended, and says whether it did */
export function renewBy(how) {
  renew = how;
}

/**
 * @typedef {object} Given
 * @property {unknown} [body]
 * @property {FormData} [form]
 * @property {Record<string, string | number | undefined>} [query]
 * @property {string} [key] makes a repeated call harmless
 * @property {AbortSignal} [signal]
 */

/**
 * Calls Anytime, or another API by a path that begins with a slash.
 * @param {string} method
 * @param {string} path
 * @param {Given} given
 * @returns {Promise<any>}
 */
export async function call(method, path, given = {}) {
  const answer = await answered(method, path, given);
  const body = await bodyOf(answer);
  if (answer.ok) return body;
  throw refused(answer, body);
}

/** Returns a file, such as a report's CSV. @param {string} path @param {Given['query']} query */
export async function download(path, query) {
  const answer = await answered('GET', path, { query });
  if (answer.ok) return answer.blob();
  throw refused(answer, await bodyOf(answer));
}

/** Sends a call, again with another token where the one before has ended. @param {string} method @param {string} path @param {Given} given */
async function answered(method, path, given) {
  const shown = token;
  const answer = await send(method, path, given);
  const isAgain = answer.status === UNAUTHORIZED && shown && (shown !== token || (await renew()));
  return isAgain ? send(method, path, given) : answer;
}

/** @param {Response} answer @returns {Promise<any>} */
async function bodyOf(answer) {
  const text = await answer.text();
  return text && answer.headers.get('Content-Type')?.includes('json') ? JSON.parse(text) : null;
}

/** @param {Response} answer @param {any} body */
function refused(answer, body) {
  return new Refused(answer.status, saying(body) || `HTTP ${answer.status}`, Number(answer.headers.get('Retry-After') ?? 0));
}

/** @param {any} body */
function saying(body) {
  return body?.message ?? body?.errors?.[0]?.title;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Given} given
 */
async function send(method, path, { body, form, query = {}, key, signal }) {
  /** @type {Record<string, string>} */
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.append(name, String(value));
  const url = at(path.startsWith('/') ? path.slice(1) : `api/v3/anytime/${path}`) + (asked.size ? `?${asked}` : '');
  const sent = form ?? (body === undefined ? undefined : JSON.stringify(body));
  const ends = [...(signal ? [signal] : []), ...(method === 'GET' ? [AbortSignal.timeout(PATIENCE)] : [])];
  try {
    return await fetch(url, { method, headers, body: sent, signal: AbortSignal.any(ends), credentials: 'same-origin' });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(String(error));
  }
}

/** @param {string | undefined} next the address of a page, of which the query counts @returns {Record<string, string>} */
export function queryOf(next) {
  return next ? Object.fromEntries(new URL(next, location.href).searchParams) : {};
}

/** @param {string} path @param {Given['query']} [query] */
export const get = (path, query) => call('GET', path, { query });
/** @param {string} path @param {unknown} [body] @param {string} [key] */
export const post = (path, body = {}, key = undefined) => call('POST', path, { body, key });
/** @param {string} path @param {unknown} [body] */
export const put = (path, body = {}) => call('PUT', path, { body });
/** @param {string} path */
export const remove = (path) => call('DELETE', path);
