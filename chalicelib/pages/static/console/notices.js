// Notices: the count in title and icon, and, where an agent has asked for them, a sound and a notification of the system.

import { computed, effect } from '@preact/signals';

import { find } from './inbox.js';
import { addressOf, go, openNumber, screen } from './place.js';
import { prefer, preferences } from './preferences.js';
import { screens } from './screens.js';
import { me, session } from './session.js';
import { on } from './socket.js';
import { toast } from './toasts.js';
import { counts, view } from './views.js';
import { t } from './words.js';

/** What waits for the agent: their own unread conversations, and mentions of them in others. */
const waits = computed(() => (session.value ? (counts.value.mine ?? 0) : 0));

effect(() => {
  const place = !session.value ? t('sign_in') : screen.value === 'inbox' ? view.value.name : screens[screen.value] ? t(screens[screen.value].title) : t('console');
  document.title = `${waits.value ? `(${waits.value}) ` : ''}${place} · Polydesk`;
});

const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel=icon]'));
const plain = icon?.href ?? '';
const picture = new Image();
picture.src = plain;

effect(() => {
  const count = waits.value;
  if (!icon) return;
  if (!count) icon.href = plain;
  else if (picture.complete) icon.href = marked(count);
  else picture.onload = () => { icon.href = marked(count); };
});

/** Returns the icon with a count on it. @param {number} count */
function marked(count) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 64;
  const pen = canvas.getContext('2d');
  if (!pen) return plain;
  pen.drawImage(picture, 0, 0, 64, 64);
  pen.fillStyle = '#c62828';
  pen.beginPath();
  pen.arc(44, 20, 20, 0, 7);
  pen.fill();
  pen.fillStyle = '#fff';
  pen.font = 'bold 28px system-ui';
  pen.textAlign = 'center';
  pen.fillText(count > 9 ? '9+' : String(count), 44, 30);
  return canvas.toDataURL();
}

/** Asks the browser whether it shows notifications. @param {boolean} wanted */
export async function askForDesktop(wanted) {
  const allowed = wanted && 'Notification' in window && (await Notification.requestPermission()) === 'granted';
  prefer({ desktop: allowed });
  if (wanted && !allowed) toast(t('desktop_denied'), { isBad: true });
}

/** @type {AudioContext | undefined} */
let audio;

/** Two short soft tones, once somebody has touched the page: until then browsers let it make no sound. */
function ring() {
  if (!navigator.userActivation.hasBeenActive) return;
  audio ??= new AudioContext();
  audio.resume();
  const { currentTime: begin } = audio;
  for (const [at, pitch] of [[0, 660], [0.12, 880]]) {
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const volume = new GainNode(audio, { gain: 0.08 });
    volume.gain.setTargetAtTime(0, begin + at + 0.05, 0.05);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin + at);
    tone.stop(begin + at + 0.3);
  }
}

/** Turns the sound on or off, and lets it be heard. @param {boolean} wanted */
export function askForSound(wanted) {
  prefer({ sound: wanted });
  if (wanted) ring();
}

/** The latest news of each conversation that the agent was told, so that nothing is told twice. @type {Map<number, string>} */
const told = new Map();

/** Tells of a message to the agent, if it is one: in their conversation, or where a note mentions them. @param {number} number */
async function look(number) {
  const isSeen = !document.hidden && document.hasFocus() && openNumber.value === number;
  if (isSeen || !(preferences.value.sound || preferences.value.desktop)) return;
  const one = await find(number).catch(() => null);
  if (!one) return;
  const isMention = one.mentionedAgents.some((each) => each.agentId === me.value && !each.isRead);
  const isMine = one.agentAssigneeId === me.value && one.lastRepliedByType === 'contact' && !one.isRead;
  const what = `${one.lastRepliedTime} ${isMention}`;
  if (!(isMention || isMine) || told.get(number) === what) return;
  told.set(number, what);
  if (preferences.value.sound) ring();
  if (!preferences.value.desktop || Notification.permission !== 'granted') return;
  const name = one.contact?.name ?? `#${number}`;
  const notice = new Notification(t(isMine ? 'new_message' : 'new_mention', { name }), { body: one.lastMessage ?? '', tag: `polydesk-${number}` });
  notice.onclick = () => {
    focus();
    go(addressOf('mine', number));
    notice.close();
  };
}

on('CONVERSATION', ({ conversation_id: number }) => number && look(number));
