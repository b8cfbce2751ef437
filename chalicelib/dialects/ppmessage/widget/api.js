// The desk's HTTP: who this visitor is, their conversation, its messages.

const PATIENCE = 20_000;
const PAGE = 30;
const MOST_BYTES = 4_500_000;
// The desk's codes.
const BAD_TOKEN = 4;
const NO_USER = 7;
const SYSTEM_ERROR = 17;
const KNOWN_DEVICE = 25;
const NO_CONVERSATION = 26;

/** The desk has refused the request. */
class Refused extends Error {
  /** @param {Answer} answer */
  constructor(answer) {
    super(`${answer.error_string} ${answer.error_detail || ''}`);
    this.code = answer.error_code;
    this.answer = answer;
  }
}

/** No answer came, or not one of the desk's. A later try may work. */
class Unreachable extends Error {}

/** The answer is for an earlier visitor of this page, who has left. */
class Outdated extends Error {}

/**
 * The answer to a POST. Throws Refused, Unreachable.
 * @param {string} path
 * @param {BodyInit} body
 * @param {HeadersInit} [headers]
 */
async function post(path, body, headers) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE);
  try {
    /** @type {RequestInit} */
    const sent = { method: 'POST', body, headers, credentials: 'omit', signal: control.signal };
    return checked(await (await fetch(BASE + path, sent)).json());
  } catch (error) {
    throw error instanceof Refused ? error : new Unreachable(`${error}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A successful answer. A request that was too many, or got no answer, may be repeated.
 * @param {Answer} answer
 */
function checked(answer) {
  if (answer.error_code === 0) return answer;
  if (!answer.error_code || answer.error_code === SYSTEM_ERROR || answer.retry_after) throw new Unreachable(answer.error_string);
  throw new Refused(answer);
}

/** @type {Promise<Start> | undefined} */
let starting;
/** @type {Promise<Visitor> | false | undefined} */
let arriving;
/** How many visitors this page has had before this one. */
// eslint-disable-next-line prefer-const -- identity.js counts
let visitors = 0;
/**
 * The person that the page has named as its visitor.
 * @type {Identity | undefined}
 */
let who;

/**
 * Throws Outdated where the visitor has changed since then.
 * @param {number} then
 */
function stillFor(then) {
  if (then !== visitors) throw new Outdated();
}

/**
 * What a chat starts with, including a token: the stored one, or a new one. Throws Refused for a page that may not chat.
 * @returns {Promise<Start>}
 */
function started() {
  const known = store.get('start');
  if (known && known.until > Date.now()) return Promise.resolve(known);
  starting ||= post('/ppauth/widget', new URLSearchParams({ app_uuid: APP, domain: DOMAIN }))
    .then((answer) => {
      const start = {
        token: answer.access_token,
        until: Date.now() + (answer.expires_in - 60) * 1000,
        name: answer.app_name,
        icon: answer.app_icon,
        welcome: answer.welcome_message,
        color: answer.ppcom_launcher_color,
        socket: answer.socket_url,
      };
      store.set('start', start);
      return start;
    })
    .finally(() => {
      starting = undefined;
    });
  return starting;
}

/**
 * Forgets a token that no longer works.
 * @param {string} token
 */
function forgetToken(token) {
  if (store.get('start')?.token === token) store.set('start');
}

/**
 * An endpoint's answer; a token that has ended is renewed once. Throws Refused, Unreachable, Outdated.
 * @template {keyof Answers} Endpoint
 * @param {Endpoint} name
 * @param {Record<string, unknown>} given
 * @returns {Promise<Answers[Endpoint]>}
 */
async function call(name, given, isLast = false) {
  const then = visitors;
  const { token } = await started();
  const headers = { 'Content-Type': 'application/json', Authorization: `OAuth ${token}` };
  stillFor(then);
  const sent = post(`/api/${name}`, JSON.stringify({ app_uuid: APP, ...given }), headers);
  // A refusal for an earlier visitor is outdated too.
  const [answer, error] = await sent.then((good) => [good], (bad) => [null, bad]);
  stillFor(then);
  if (!error) return answer;
  if (error.code !== BAD_TOKEN || isLast) throw error;
  forgetToken(token);
  return call(name, given, true);
}

/** @returns {Visitor | Promise<Visitor>} */
function visitor() {
  arriving ||= !store.get('visitor') && arrived().finally(() => (arriving = undefined));
  return arriving ||
    /** @type {Visitor} */
    (store.get('visitor'));
}

/**
 * What is stored of the person that the page has named: all but the signature, which is like a password.
 * @param {Identity} identity
 */
function identityOf({ signature, ...named }) {
  return { ...named, signed: Boolean(signature) };
}

/**
 * The desk's contact for the person that the page has named; undefined if it names nobody or the desk refuses.
 * @param {{ppcom_trace_uuid?: string}} trace
 */
async function identified(trace) {
  if (!who) return undefined;
  const { user_id, signature, email: user_email, name: user_name, icon: user_icon } = who;
  try {
    const named = { ...trace, user_id, user_email, user_name, user_icon, signature };
    const { user_uuid: user } = await call('PPCOM_GET_USER_UUID', named);
    store.set('identity', identityOf(who));
    return user;
  } catch (error) {
    if (!(error instanceof Refused) || error.code === BAD_TOKEN) throw error;
    console.warn('polydesk: the desk refuses the identity:', error.message);
    who = undefined;
    return store.get('visitor')?.user;
  }
}

/** This browser's visitor, as the desk has them now. */
async function arrived() {
  if (!store.get('trace')) store.set('trace', uuid());
  const trace = { ppcom_trace_uuid: store.get('trace') };
  const user = (await identified(trace)) || (await call('PP_CREATE_ANONYMOUS', { ...trace, domain: DOMAIN })).user_uuid;
  // A customer may use several browsers; each gets what the others send.
  const given = { user_uuid: user, device_id: store.get('trace'), device_ostype: 'BROWSER', ...trace };
  const { device_uuid: device } = await call('PP_CREATE_DEVICE', given).catch((error) => {
    if (error.code === KNOWN_DEVICE) return error.answer;
    throw error;
  });
  if (user !== store.get('visitor')?.user) store.forget('chat', 'read', 'active');
  store.set('visitor', { user, device });
  return { user, device };
}

/** Their conversation as the desk has it, opened where they have none; without a uuid while they wait in the queue. */
async function conversation() {
  const { user, device } = await visitor();
  const found = await call('PPCOM_GET_DEFAULT_CONVERSATION', { user_uuid: user, device_uuid: device, domain: DOMAIN });
  if (found.uuid) store.set('chat', found.uuid);
  return found;
}

/**
 * A page of their messages: the newest, or before or after one of them.
 * @param {{min_uuid?: string, max_uuid?: string}} around
 */
async function getPage(around) {
  const { user } = await visitor();
  return call('PP_PAGE_HISTORY_MESSAGE', { conversation_uuid: store.get('chat'), user_uuid: user, page_size: PAGE, ...around });
}

/**
 * Sends a message; the same id again stores nothing twice.
 * @param {string} id
 * @param {string} subtype
 * @param {string} [body]
 */
async function sendMessage(id, subtype, body) {
  const chat = store.get('chat');
  const { user, device } = await visitor();
  return call('PP_SEND_MESSAGE', {
    uuid: id,
    conversation_uuid: chat,
    from_uuid: user,
    from_type: 'DU',
    to_uuid: chat,
    to_type: 'AP',
    device_uuid: device,
    message_type: 'NOTI',
    message_subtype: subtype,
    message_body: body,
  });
}

/**
 * Uploads a file, reporting its progress (0 to 1), and returns its id. Throws Refused, Unreachable.
 * @param {File} file
 * @param {(share: number) => void} progress
 * @returns {Promise<string>}
 */
async function upload(file, progress) {
  const then = visitors;
  const { user } = await visitor();
  const { token } = await started();
  const form = new FormData();
  form.append('user_uuid', user);
  form.append('file', file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${BASE}/upload`);
    request.setRequestHeader('Authorization', `OAuth ${token}`);
    request.responseType = 'json';
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.timeout = 6 * PATIENCE;
    request.onerror = request.ontimeout = () => reject(new Unreachable('upload'));
    request.onload = () => {
      try {
        stillFor(then);
        resolve(checked(request.response || {}).fuuid);
      } catch (error) {
        const isOld = error instanceof Refused && error.code === BAD_TOKEN;
        if (isOld) forgetToken(token);
        reject(isOld ? new Unreachable('token') : error);
      }
    };
    request.send(form);
  });
}

/**
 * The text of a message that is a long one.
 * @param {string} fid
 */
async function longText(fid) {
  const response = await fetch(`${BASE}/download/${encodeURIComponent(fid)}`, { credentials: 'omit' });
  if (!response.ok) throw new Unreachable(fid);
  return response.text();
}
