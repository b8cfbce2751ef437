import { DESK, at } from '../place.js';
import './styles.js';

const viewer = document.createElement('openapi-explorer');
viewer.setAttribute('spec-url', at('openapi.json'));
viewer.setAttribute('server-url', DESK.href.replace(/\/$/u, ''));
document.querySelector('#viewer')?.append(viewer);
// @ts-expect-error: the bundle has no types.
await import('openapi-explorer');
