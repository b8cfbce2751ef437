// What the parts of the script hand to each other, for `make lint`; browsers get none of it.

// --- the page

/** The style sheet, which the script begins with. */
declare const STYLE: string;

interface Window {
  Polydesk: Record<string, (given?: unknown) => void>;
}

// --- what this browser remembers

/** What a chat starts with. */
interface Start {
  token: string;
  /** When the token ends, in epoch milliseconds. */
  until: number;
  name?: string;
  icon?: string;
  welcome?: string;
  color?: string;
  /** The socket's URL. */
  socket: string;
}

/** This browser's visitor, and the device that they are on. */
interface Visitor {
  user: string;
  device: string;
}

/** Who the page says that its visitor is. */
interface Identity {
  user_id?: string;
  email?: string;
  name?: string;
  icon?: string;
  signature?: string;
}

/** What is kept for the site; `draft` and `open` are the tab's own. */
interface Stored {
  start: Start;
  visitor: Visitor;
  /** The conversation's id. */
  chat: string;
  /** This browser's id. */
  trace: string;
  /** The place up to which messages have been seen. */
  read: number;
  /** When something was last written, in epoch milliseconds. */
  active: number;
  outbox: Omit<Entry, 'state'>[];
  identity: Omit<Identity, 'signature'> & { signed: boolean };
  /** Another text after each logout. */
  left: string;
  draft: string;
  open: boolean;
}

/** What a tab tells the site's others: what it has sent, or that messages have been seen. */
type Told = { kind: 'sent'; value: Entry & { by?: string } } | { kind: 'read'; value?: undefined };

// --- the desk's HTTP and its socket

type Answer = { error_code?: number; error_string?: string; error_detail?: string; retry_after?: number } & Record<string, any>;

interface Person {
  uuid: string;
  user_fullname: string;
  user_icon: string;
  is_browser_online: boolean;
  is_mobile_online: boolean;
}

interface Conversation {
  /** None while the visitor waits in the queue. */
  uuid?: string;
  user_list?: Person[];
}

/** A page of the history, newest first. */
interface Page {
  list: { uuid: string; message_body: string; from_user?: Person }[];
  return_count: number;
  total_count: number;
}

/** What each endpoint answers. */
interface Answers {
  PPCOM_GET_USER_UUID: { user_uuid: string };
  PP_CREATE_ANONYMOUS: { user_uuid: string };
  PP_CREATE_DEVICE: { device_uuid: string };
  PPCOM_GET_DEFAULT_CONVERSATION: Conversation;
  PP_GET_USER_CONVERSATION_LIST: { list: Conversation[] };
  PP_PAGE_HISTORY_MESSAGE: Page;
  PP_SEND_MESSAGE: object;
}

/** A message as sockets carry it, and history pages. */
interface Letters {
  id: string;
  /** The conversation. */
  ci: string;
  /** The sender. */
  fi: string;
  /** The type, and the subtype. */
  mt: string;
  ms: string;
  /** The body. */
  bo: string;
  /** Epoch seconds. */
  ts: number;
  from_user?: Person;
}

interface Ack {
  type: 'ACK';
  what: string;
  code: number;
}

type Frame = Ack | { type: 'MSG'; msg: Letters } | { type: 'TYPING'; user_uuid: string };

/** What the socket calls. */
interface Heard {
  ready(): void;
  down(): void;
  message(letters: Letters): void;
  typing(user: string): void;
  waits(code: number): void;
}

// --- messages

interface Message {
  id: string;
  /** Its place in the conversation; of one that is not sent yet Infinity. */
  seq: number;
  mine: boolean;
  /** TEXT, TXT, IMAGE, AUDIO, FILE. */
  kind: string;
  body: string;
  /** Epoch milliseconds. */
  at: number;
  from?: { uuid: string; name: string; icon: string };
  state: 'sending' | 'kept' | 'failed' | 'sent';
  /** One that is not sent yet, and how much of it is, 0 to 1. */
  file?: File;
  progress?: number;
}

/** A message whose place may not be known. */
type Received = Omit<Message, 'seq'> & { seq?: number };

/** What will be sent: a text or a file. */
interface Entry {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  text?: string;
  file?: File;
  /** The file's id, once the desk has it. */
  fid?: string;
  progress?: number;
  state: Message['state'];
  /** Whether the desk has refused it. */
  isRefused?: boolean;
}

/** What the body of a message that is no text tells; sizes in bytes and pixels. */
interface Facts {
  fid: string;
  name?: string;
  size?: number;
  /** The ids of a picture's thumbnail, and of the picture. */
  thum: string;
  orig: string;
  thum_width?: number;
  thum_height?: number;
}

interface Sender {
  id: string;
  name?: string;
  icon?: string;
}

/** Whether a message is the first and the last of its sender's in a row, and the newest of all. */
interface Run {
  first: boolean;
  last: boolean;
  newest: boolean;
}

// --- classes

/** What a view calls: what the visitor does. */
interface Acts {
  open(): void;
  close(): void;
  send(text: string): void;
  attach(file: File): void;
  retry(id: string): void;
  older(): void;
  typing(text: string): void;
}

/** What a view builds, and what it remembers of its reader. */
interface View {
  badge: HTMLElement;
  launcher: HTMLElement;
  spoken: HTMLElement;
  title: HTMLElement;
  older: HTMLElement;
  list: HTMLElement;
  log: HTMLElement;
  typist: HTMLElement;
  notice: HTMLElement;
  input: HTMLTextAreaElement;
  picker: HTMLInputElement;
  form: HTMLFormElement;
  panel: HTMLElement;
  atEnd: boolean;
  wasAt: number;
  focus?: { target: any; until: number };
}

/** What the chat adds to the classes that it builds on. */
interface Reader {
  view: View;
  outbox: Outbox;
  isQueued?: boolean;
  isAlone?: boolean;
  error?: string;
  wonder?: number;
  looking?: Promise<boolean>;
  flush(): Promise<void>;
  go(): void;
  render(): void;
  arrived(id: string): void;
}
