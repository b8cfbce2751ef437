/** Where the desk is: addresses of its APIs are below it, whatever comes before them (a stage of API Gateway, a proxy's path). */
export const DESK = new URL('../', import.meta.url);

/**
 * @param {string} path as `api/v3/anytime/conversations`
 * @returns {string} the address of a path of the desk
 */
export function at(path) {
  return new URL(path, DESK).href;
}
