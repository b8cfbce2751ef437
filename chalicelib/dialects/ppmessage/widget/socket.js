// The socket: events arrive at once. What it misses is in the history.

const ACK_PATIENCE = 10_000;
// API Gateway closes a socket that has been silent for ten minutes.
const KEEP_ALIVE = 480_000;
const LONGEST_PAUSE = 60_000;
const BAD_SOCKET_TOKEN = 8;

class Live {
  /** @param {Heard} heard */
  constructor(heard) {
    this.heard = heard;
    this.tries = 0;
    /** @type {boolean | undefined} */
    this.wanted = false;
    this.ready = false;
  }

  /** Wants a socket from now on, and opens one if there is none. */
  start() {
    this.wanted = true;
    this.tries = 0;
    this.connect();
  }

  /** Wants no socket any more. */
  stop() {
    this.wanted = false;
    this.drop();
  }

  async connect() {
    clearTimeout(this.timer);
    if (this.socket || this.connecting || !this.wanted || !navigator.onLine) return;
    this.connecting = true;
    try {
      const [start, { user, device }] = [await started(), await visitor()];
      if (this.wanted) this.open(start, user, device);
    } catch {
      this.again();
    } finally {
      this.connecting = false;
    }
  }

  /**
   * @param {Start} start
   * @param {string} user
   * @param {string} device
   */
  open(start, user, device) {
    const socket = new WebSocket(start.socket);
    this.socket = socket;
    this.expect();
    socket.onclose = () => this.drop();
    socket.onmessage = (event) => this.hear(JSON.parse(event.data), start.token);
    socket.onopen = () => {
      const who = { api_token: start.token, app_uuid: APP, user_uuid: user, device_uuid: device };
      this.send({ type: 'auth', is_service_user: false, extra_data: null, ...who });
    };
  }

  /**
   * @param {Frame} told
   * @param {string} token
   */
  hear(told, token) {
    if (told.type === 'ACK') this.acked(told, token);
    else if (told.type === 'MSG' && told.msg.mt !== 'SYS') this.heard.message(told.msg);
    else if (told.type === 'TYPING') this.heard.typing(told.user_uuid);
  }

  /**
   * @param {Ack} ack
   * @param {string} token
   */
  acked({ what, code }, token) {
    clearTimeout(this.patience);
    if (what === 'CONVERSATION') return this.heard.waits(code);
    if (what !== 'AUTH') return undefined;
    if (code === BAD_SOCKET_TOKEN) forgetToken(token);
    if (code) return this.drop();
    this.ready = true;
    this.tries = 0;
    this.check();
    return this.heard.ready();
  }

  /** Repeats which conversation is watched, which keeps the socket open. Without an answer it is dead. */
  check() {
    clearTimeout(this.alive);
    if (!this.ready) return this.connect();
    // A hidden page may lose it; the history fills the gap when the page is shown again.
    this.alive = setTimeout(() => document.hidden || this.check(), KEEP_ALIVE);
    if (!store.get('chat')) return undefined;
    this.expect();
    return this.send({ type: 'typing_watch', conversation_uuid: store.get('chat') });
  }

  /** Gives the socket up if no answer comes. */
  expect() {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.drop(), ACK_PATIENCE);
  }

  /** @param {object} message */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  typing() {
    if (this.ready && store.get('chat')) this.send({ type: 'typing', conversation_uuid: store.get('chat') });
  }

  /** Drops the socket: a dead one may not report that for minutes. */
  drop() {
    clearTimeout(this.patience);
    clearTimeout(this.alive);
    clearTimeout(this.timer);
    const { socket } = this;
    if (socket) {
      socket.onclose = socket.onmessage = socket.onopen = null;
      socket.close();
    }
    this.socket = undefined;
    this.ready = false;
    this.heard.down();
    this.again();
  }

  /** Reconnects after a pause that doubles, with jitter; not while the page is hidden. */
  again() {
    if (!this.wanted || document.hidden) return;
    const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.tries++);
    this.timer = setTimeout(() => this.connect(), pause * (0.5 + Math.random() / 2));
  }
}
