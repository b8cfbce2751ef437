// Elements, made one by one: no text is ever parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg';
const ICONS = {
  chat: 'M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M4 12l16-8-6 16-3-6z',
  attach: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4L14.5 7.1',
};

/**
 * An element with properties (attributes where a name has a dash, or is `role` or `for`) and children; empty ones are left out.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} properties
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
function make(name, properties = {}, ...children) {
  /** @type {any} */
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key.includes('-') || key === 'role' || key === 'for') element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.filter((child) => child !== undefined && child !== ''));
  return element;
}

/**
 * One of the drawings.
 * @param {keyof typeof ICONS} name
 */
function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button that shows a drawing alone.
 * @param {keyof typeof ICONS} drawing
 * @param {keyof typeof WORDS} label
 * @param {() => void} onclick
 */
function iconButton(drawing, label, onclick, className = '') {
  return make(
    'button',
    { type: 'button', className: `icon ${className}`, 'aria-label': say(label), title: say(label), onclick },
    icon(drawing),
  );
}

/**
 * Text that is heard and not seen.
 * @param {string} text
 */
function hidden(text) {
  return make('span', { className: 'hidden' }, text);
}

/**
 * Makes `children` what the parent has, in this order, moving none that stands where it should.
 * @param {Node} parent
 * @param {ChildNode[]} children
 */
function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  children.forEach((child, at) => {
    if (parent.childNodes[at] !== child) parent.insertBefore(child, parent.childNodes[at] || null);
  });
}

/**
 * Whether dark or white letters are easier to read on a colour; undefined for what is no colour.
 * @param {string | undefined} color
 */
function inkOn(color) {
  if (!color || !CSS.supports('color', color)) return undefined;
  const probe = make('i');
  probe.style.color = color;
  document.documentElement.append(probe);
  const parts = getComputedStyle(probe).color.match(/^rgba?\((\d+), (\d+), (\d+)/);
  probe.remove();
  if (!parts) return undefined;
  const [red, green, blue] = parts.slice(1).map((part) => {
    const level = +part / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
}
