/* The viewer writes `style` attributes and elements, which the page's policy forbids. Here they become rules of one style sheet that
   each of its elements adopts, before the viewer is loaded; what it sets later goes through CSSOM, as a policy allows. */

const sheet = new CSSStyleSheet();
/** @type {Map<string, number>} */
const numbers = new Map();
/** A static attribute of a template; lit has put its own sign into those that change. */
const ATTRIBUTE = /\sstyle="(?<rules>[^"]*)"/gu;
/** What the viewer's own style elements say, besides its theme, which docs.css has. Colours of methods it reads as numbers itself, so
    ours are for what is inside of it alone. */
const COLOURS = ['purple', 'red', 'orange', 'yellow', 'green', 'blue', 'gray', 'pink'];
const OWN = [
  '.table .key { max-width: min(400px, 75%); width: 16ch }',
  '.table .key-type { max-width: 25%; width: 12ch }',
  `#the-main-body { ${COLOURS.map((name) => `--${name}: var(--desk-${name}); --light-${name}: var(--sunk)`).join(';')} }`,
];

for (const rule of OWN) sheet.insertRule(rule);

/** @param {string} rules @returns {string} the attribute by which the sheet knows them */
function attributeFor(rules) {
  const known = numbers.get(rules) ?? numbers.size;
  if (known === numbers.size) {
    numbers.set(rules, known);
    sheet.insertRule(`${`[data-style="${known}"]`.repeat(3)} { ${rules} }`, sheet.cssRules.length);
  }
  return ` data-style="${known}"`;
}

/** @param {string} html of a template @returns {string} the same without styles; a title is shown as little as a style element */
function withoutStyles(html) {
  const plain = html.replace(ATTRIBUTE, (_, rules) => attributeFor(rules));
  return plain.replaceAll('<style>', '<title>').replaceAll('</style>', '</title>');
}

/** Templates come to be through a policy, in browsers that know of them; others are given what the viewer uses of it. */
function rewriteTemplates() {
  const page = /** @type {any} */ (globalThis);
  page.trustedTypes ??= { createPolicy: (/** @type {string} */ _, /** @type {any} */ rules) => rules, emptyScript: '' };
  const make = page.trustedTypes.createPolicy.bind(page.trustedTypes);
  page.trustedTypes.createPolicy = (/** @type {string} */ name, /** @type {any} */ rules) =>
    make(name, { ...rules, createHTML: (/** @type {string} */ html) => withoutStyles(rules.createHTML(html)) });
}

function adoptSheet() {
  const define = customElements.define.bind(customElements);
  customElements.define = (name, made, options) => {
    const styled = /** @type {any} */ (made);
    const finalize = styled.finalizeStyles;
    if (finalize) styled.finalizeStyles = (/** @type {unknown} */ styles) => [...finalize.call(styled, styles), sheet];
    define(name, made, options);
  };
}

function setThroughCssom() {
  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function setAttribute(name, value) {
    if (name === 'style' && this instanceof HTMLElement) this.style.cssText = value;
    else set.call(this, name, value);
  };
}

rewriteTemplates();
adoptSheet();
setThroughCssom();
