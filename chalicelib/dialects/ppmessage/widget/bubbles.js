// How one message is shown.

const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: 'numeric', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(LOCALE, { weekday: 'long', day: 'numeric', month: 'long' });
const DATE = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long', year: 'numeric' });
/**
 * The long texts that have been fetched, by their ids.
 * @type {Map<string, string>}
 */
const texts = new Map();

/**
 * @param {string} href
 * @param {...(Node | string | undefined)} children
 */
function link(href, ...children) {
  return make('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...children, hidden(` (${say('newtab')})`));
}

/**
 * A text with links in it.
 * @param {string} text
 */
function linked(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let done = 0;
  for (const [at, written, href] of links(text)) {
    parts.push(text.slice(done, at), link(href, written));
    done = at + written.length;
  }
  return [...parts, text.slice(done)].filter(Boolean);
}

/**
 * @param {string} body
 * @returns {any}
 */
function parsed(body) {
  try {
    return JSON.parse(body) || {};
  } catch {
    return {};
  }
}

/** @param {number} bytes */
function sizeOf(bytes) {
  const unit = bytes < 1e6 ? 'kilobyte' : 'megabyte';
  const count = bytes / (unit === 'kilobyte' ? 1e3 : 1e6);
  return new Intl.NumberFormat(LOCALE, { style: 'unit', unit, maximumFractionDigits: 1 }).format(count);
}

/**
 * @param {string} fid
 * @param {string} [name]
 */
function fileUrl(fid, name) {
  const asked = name ? `?file_name=${encodeURIComponent(name)}` : '';
  return `${BASE}/download/${encodeURIComponent(fid)}${asked}`;
}

/** @param {Facts} facts */
function picture({ thum, orig, thum_width: width, thum_height: height }) {
  const sizes = width && height ? { width, height } : {};
  const shown = { alt: say('picture'), loading: 'lazy', ...sizes };
  const image = make('img', { ...shown, crossOrigin: 'anonymous', src: fileUrl(thum) });
  image.onerror = () => image.replaceWith(say('picture'));
  return link(fileUrl(orig), image);
}

/**
 * @param {Facts} facts
 * @param {string} fallback
 */
function file({ fid, name, size }, fallback) {
  return link(fileUrl(fid, name), name || fallback, size ? ` (${sizeOf(size)})` : '');
}

/**
 * A long text, which is fetched, with a button to try again if that fails.
 * @param {string} fid
 * @param {HTMLElement} body
 */
function long(fid, body) {
  const known = texts.get(fid);
  if (known) return body.append(...linked(known));
  body.setAttribute('aria-busy', 'true');
  return longText(fid)
    .then((text) => {
      texts.set(fid, text);
      body.replaceChildren(...linked(text));
    })
    .catch(() => body.replaceChildren(make('button', { type: 'button', onclick: () => long(fid, body) }, say('more'))))
    .finally(() => body.removeAttribute('aria-busy'));
}

/**
 * The content of a message.
 * @param {Message} message
 */
function content(message) {
  const body = make('div', { className: 'body', dir: 'auto' });
  const facts = message.kind === 'TEXT' ? {} : parsed(message.body);
  if (message.file) body.append(message.file.name, ` (${sizeOf(message.file.size)})`);
  else if (message.kind === 'TEXT') body.append(...linked(message.body));
  else if (message.kind === 'TXT') long(facts.fid, body);
  else if (message.kind === 'IMAGE') body.append(picture(facts));
  else body.append(file(facts, say(message.kind === 'AUDIO' ? 'sound' : 'attach')));
  return body;
}

/**
 * The state of a message of the visitor's own, with what they can do about it.
 * @param {Message} message
 * @param {boolean} isLast
 * @param {() => void} retry
 */
function outcome(message, isLast, retry) {
  if (message.state === 'failed') {
    return make(
      'div',
      { className: 'failed' },
      `${say('failed')} · `,
      make('button', { type: 'button', onclick: retry }, say('retry')),
    );
  }
  if ((message.progress ?? 1) < 1) return make('progress', { value: message.progress, 'aria-label': say('sending') });
  const shown = message.state !== 'sent' || isLast;
  return make('div', { className: 'meta' }, ...[clock(message.at), shown ? ` · ${say(message.state)}` : '']);
}

/** @param {number} at */
function clock(at) {
  return make('time', { dateTime: new Date(at).toISOString() }, CLOCK.format(at));
}

/**
 * The line above the first message of a day.
 * @param {number} at
 */
function dayLine(at) {
  const ago = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  const shown = ago === 0 ? say('today') : ago === 1 ? say('yesterday') : (ago < 180 ? DAY : DATE).format(at);
  return make('div', { className: 'day' }, make('span', {}, shown));
}

/**
 * A message.
 * @param {Message} message
 * @param {Run} run whether it is the first and the last of its sender's in a row, and the newest of all
 * @param {Sender} sender
 * @param {() => void} retry
 */
function bubble(message, run, sender, retry) {
  const isNamed = run.first && !message.mine;
  const name = message.mine ? say('you') : sender.name;
  const head = isNamed ? make('div', { className: 'name' }, name) : hidden(`${name}: `);
  const time = run.last && message.at ? make('div', { className: 'meta' }, clock(message.at)) : undefined;
  const foot = message.mine ? outcome(message, run.newest, retry) : time;
  const side = `message ${message.mine ? 'mine' : 'theirs'}${run.first ? ' first' : ''}`;
  return make(
    'div',
    { className: side },
    isNamed ? face(sender.icon) : undefined,
    head,
    content(message),
    foot,
  );
}

/**
 * The sender's picture, if it can be had.
 * @param {string | undefined} source
 */
function face(source) {
  const href = source && address(source, `${BASE}/`);
  if (!href) return undefined;
  // The desk's own pictures may be in the bucket, which allows other pages to show them only for CORS requests.
  const crossOrigin = href.startsWith(`${BASE}/`) ? 'anonymous' : undefined;
  const shown = { className: 'face', alt: '', loading: 'lazy', width: 32, height: 32 };
  const image = make('img', { ...shown, crossOrigin, src: href });
  image.onerror = () => image.remove();
  return image;
}
