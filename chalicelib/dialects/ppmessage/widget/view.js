// The view: a launcher, and the chat that it opens.

const FULL_SCREEN = matchMedia('(max-width: 480px)');

class View {
  /** @param {Acts} acts */
  constructor(acts) {
    this.acts = acts;
    /** @type {Map<string, {signature: string, element: HTMLElement}>} */
    this.nodes = new Map();
    this.host = make('div', { 'data-polydesk': '' });
    const root = this.host.attachShadow({ mode: 'open' });
    this.root = root;
    this.style(root);
    this.build();
    const side = TAG.dataset.position === 'left' ? ' left' : '';
    this.frame = make('div', { className: `frame${side}`, lang: LOCALE, dir: 'ltr' }, this.panel, this.launcher, this.spoken);
    root.append(this.frame);
    this.color(TAG.dataset.color);
    keepPrivate(root);
    root.addEventListener('focusin', ({ target }) => (this.focus = { target, until: Infinity }));
    root.addEventListener('focusout', () => this.focus && (this.focus.until = Date.now() + 200));
    document.body.append(this.host);
    keepOnPage(this.host, () => this.returned());
  }

  /** The page was replaced under the chat: restores the focus and the place that was being read. */
  returned() {
    if (this.atEnd) this.toEnd();
    else this.log.scrollTop = this.wasAt;
    // A removed element loses the focus just before; another element that has it now keeps it.
    const isFree = !document.activeElement || document.activeElement === document.body;
    if (isFree && this.focus && this.focus.until > Date.now()) this.focus.target.focus({ preventScroll: true });
  }

  /**
   * A constructed style sheet needs nothing in the page's policy; in older browsers it takes the script's nonce.
   * @param {ShadowRoot} root
   */
  style(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(make('style', { nonce: TAG.nonce }, STYLE));
    }
  }

  build() {
    const { acts } = this;
    this.badge = make('span', { className: 'badge', 'aria-hidden': 'true', hidden: true });
    const toggled = { 'aria-expanded': 'false', 'aria-controls': 'panel' };
    this.launcher = make(
      'button',
      { type: 'button', className: 'launcher', ...toggled, onclick: () => this.toggle() },
      icon('chat'),
      this.badge,
    );
    this.spoken = make('div', { className: 'hidden', role: 'status' });
    this.title = make('h2', { id: 'title' }, say('chat'));
    this.older = make('button', { type: 'button', className: 'older', hidden: true, onclick: acts.older }, say('older'));
    const live = { role: 'log', 'aria-live': 'polite', 'aria-label': say('messages'), tabIndex: 0 };
    this.list = make('div', { className: 'list' });
    this.log = make('div', { className: 'log', ...live, onscroll: () => this.scrolled() }, this.list);
    // Pictures and long texts load later: a reader at the newest message stays there.
    this.atEnd = true;
    const sizes = new ResizeObserver(() => this.atEnd && this.toEnd());
    for (const each of [this.list, this.log]) sizes.observe(each);
    this.typist = make('p', { className: 'typist', 'aria-hidden': 'true' });
    this.notice = make('p', { className: 'notice', role: 'status', hidden: true });
    this.input = make('textarea', { id: 'input', rows: 1, placeholder: say('hint'), maxLength: 10_000, enterKeyHint: 'send' });
    this.input.oninput = () => this.grown(true);
    this.input.onkeydown = (event) => this.key(event);
    this.input.onpaste = (event) => this.files(event.clipboardData?.files, event);
    this.picker = make('input', { type: 'file', hidden: true, tabIndex: -1, onchange: () => this.picked() });
    const attach = iconButton('attach', 'attach', () => this.picker.click());
    const send = make('button', { className: 'icon send', 'aria-label': say('send'), title: say('send') }, icon('send'));
    const label = make('label', { for: 'input', className: 'hidden' }, say('write'));
    this.form = make('form', { onsubmit: this.submit.bind(this) }, label, this.input, this.picker, attach, send);
    const head = make(
      'header',
      {},
      this.title,
      iconButton('close', 'close', () => this.close(true)),
    );
    const dialog = { id: 'panel', className: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabIndex: -1, hidden: true };
    this.panel = make('section', dialog, head, this.log, this.typist, this.notice, this.form);
    this.panel.onkeydown = (event) => this.panelKey(event);
    // A file dropped here is sent; the browser would open it instead of the page.
    this.panel.ondragover = (event) => event.dataTransfer?.types.includes('Files') && event.preventDefault();
    this.panel.ondrop = (event) => this.files(event.dataTransfer?.files, event);
    this.unread(0);
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  toggle() {
    if (this.isOpen) this.close(true);
    else this.open(true);
  }

  /** @param {boolean} takesFocus */
  open(takesFocus) {
    if (!this.isOpen) {
      this.panel.hidden = false;
      this.frame.classList.add('open');
      this.launcher.setAttribute('aria-expanded', 'true');
      this.unread(0);
      this.grown();
      this.toEnd();
      this.acts.open();
    }
    // On a phone the keyboard would cover the messages.
    if (takesFocus) (matchMedia('(pointer: coarse)').matches ? this.panel : this.input).focus();
  }

  /** @param {boolean} givesFocus */
  close(givesFocus) {
    if (!this.isOpen) return;
    this.panel.hidden = true;
    this.frame.classList.remove('open');
    this.launcher.setAttribute('aria-expanded', 'false');
    this.unread(0);
    if (givesFocus) this.launcher.focus();
    this.acts.close();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit(event);
  }

  /** @param {KeyboardEvent} event */
  panelKey(event) {
    if (event.key === 'Escape' && !event.isComposing) this.close(true);
    if (event.key === 'Tab' && FULL_SCREEN.matches) keepFocus(this.root, this.panel, event);
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.clear();
    this.toEnd();
    this.acts.send(text);
    this.input.focus();
  }

  /** Clears the text field. */
  clear() {
    this.input.value = '';
    this.grown();
  }

  /**
   * Fits the text field to its text, up to a third of the panel.
   * @param {boolean} [isTyped]
   */
  grown(isTyped) {
    this.input.style.height = 'auto';
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
    if (isTyped) this.acts.typing(this.input.value);
  }

  picked() {
    this.files(this.picker.files);
    this.picker.value = '';
  }

  /**
   * @param {FileList | null | undefined} files
   * @param {Event} [event]
   */
  files(files, event) {
    if (!files?.length) return;
    event?.preventDefault();
    if (this.form.hidden) return;
    for (const each of files) this.acts.attach(each);
  }

  /**
   * The account's name, and the colour that it or the page has chosen.
   * @param {Start} start
   */
  about(start) {
    this.title.textContent = start.name || say('chat');
    if (!TAG.dataset.color) this.color(start.color);
  }

  /** @param {string} [wanted] */
  color(wanted = '') {
    const ink = inkOn(wanted);
    if (!ink) return;
    this.frame.style.setProperty('--accent', wanted);
    this.frame.style.setProperty('--ink', ink);
  }

  /**
   * Shows a notice above the text field; nothing hides it. Without a chat the field is disabled.
   * @param {string} text
   * @param {boolean} [isFinal]
   */
  tell(text, isFinal) {
    if (this.notice.textContent !== text) this.notice.textContent = text;
    this.notice.hidden = !text;
    this.form.hidden = Boolean(isFinal);
  }

  /** @param {string} [name] */
  typing(name) {
    this.typist.textContent = name ? say('typing', { name }) : '';
  }

  /**
   * Shows how many messages are unread while the chat is closed.
   * @param {number} count
   */
  unread(count) {
    const said = count === 1 ? say('unread1') : count ? say('unread', { n: count }) : '';
    this.badge.textContent = count > 9 ? '9+' : `${count || ''}`;
    this.badge.hidden = !count;
    this.launcher.setAttribute('aria-label', this.isOpen ? say('close') : [say('open'), said].filter(Boolean).join(', '));
    if (this.spoken.textContent !== said) this.spoken.textContent = said;
  }

  /**
   * Shows messages. What the reader looks at stays in place.
   * @param {Message[]} messages
   * @param {boolean} hasOlder whether there are more of them
   * @param {(message: Message) => Sender} senderOf
   */
  show(messages, hasOlder, senderOf) {
    const { log } = this;
    const wasHigh = log.scrollHeight;
    const wasFirst = this.firstShown;
    this.older.hidden = !hasOlder;
    this.firstShown = messages.find((each) => each.seq > 0)?.id;
    const isPage = !wasFirst || (wasFirst !== this.firstShown && messages.some((each) => each.id === wasFirst));
    // A page of the history is not announced to screen readers.
    if (isPage) log.setAttribute('aria-busy', 'true');
    arrange(this.list, [this.older, ...this.lines(messages, senderOf)]);
    if (isPage && wasFirst && !this.atEnd) log.scrollTop += log.scrollHeight - wasHigh;
    if (isPage) setTimeout(() => log.removeAttribute('aria-busy'), 500);
  }

  /**
   * @param {Message[]} messages
   * @param {(message: Message) => Sender} senderOf
   */
  lines(messages, senderOf) {
    const kept = new Map();
    /**
     * The element shown under a key: the previous one if its content is the same.
     * @param {string} key
     * @param {() => HTMLElement} made
     * @param {...unknown} facts
     */
    const node = (key, made, ...facts) => {
      const signature = JSON.stringify(facts);
      const known = this.nodes.get(key);
      const entry = known?.signature === signature ? known : { signature, element: made() };
      kept.set(key, entry);
      return entry.element;
    };
    const lines = messages.flatMap((each, at) => {
      const [before, after, sender] = [messages[at - 1], messages[at + 1], senderOf(each)];
      const day = new Date(each.at).toDateString();
      const isNewDay = each.at && (!before?.at || new Date(before.at).toDateString() !== day);
      const first = isNewDay || !before || senderOf(before).id !== sender.id;
      const run = { first, last: !after || senderOf(after).id !== sender.id, newest: !after };
      const made = () => bubble(each, run, sender, () => this.acts.retry(each.id));
      const shown = node(each.id, made, { ...each, file: undefined, arrival: 0, seq: 0 }, run, sender);
      return isNewDay ? [node(`day ${day}`, () => dayLine(each.at), new Date().toDateString()), shown] : [shown];
    });
    this.nodes = kept;
    return lines;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    // A reader who scrolled up stays there when messages arrive below.
    if (scrollHeight - scrollTop - clientHeight < 60) this.atEnd = true;
    else if (scrollTop < this.wasAt) this.atEnd = false;
    this.wasAt = scrollTop;
    if (scrollTop < 40 && !this.older.hidden && this.isOpen) this.acts.older();
  }

  toEnd() {
    this.atEnd = true;
    this.log.scrollTop = this.log.scrollHeight;
  }
}
