import { computed, effect } from '@preact/signals';
import { render } from 'preact';
import { bell, isOwner } from './app/bell.js';
import { roomName } from './app/names.js';
import { followAddress, route } from './app/route.js';
import { begin, clubState, facts, member, rest, screen, showInvite, wake } from './app/session.js';
import { loadLanguage, t } from './app/texts.js';
import { visible, watchVisibility } from './app/visible.js';
import { installWorker, lookForUpdate } from './app/worker.js';
import { newsOf } from './state/rooms.js';
import { App } from './views/app.js';
import './styles/main.css';

function titleText(): string {
  const club = facts.value?.name ?? t('club.brand');
  const state = screen.value.at === 'club' ? clubState.value : null;
  if (state === null) return t('title.club', { club });
  const room = route.value.page === 'room' ? route.value.room : null;
  const title =
    room === null ? t('title.club', { club }) : t('title.room', { room: roomName(room, state.rooms.get(room)), club });
  const { count, mentions } = newsOf(state.rooms.values());
  if (count === 0) return title;
  return t(mentions > 0 ? 'title.mentioned' : 'title.unread', { count, title });
}

/** On the icon of an installed club; a browser without such icons, or one that refuses, goes without. */
function showBadge(count: number): void {
  if (!('setAppBadge' in navigator)) return;
  const shown = count === 0 ? navigator.clearAppBadge() : navigator.setAppBadge(count);
  shown.catch(() => undefined);
}

let invite: string | null = null;
let begun = false;

followAddress((token) => {
  if (begun) void showInvite(token);
  else invite = token;
});
watchVisibility(() => {
  wake();
  lookForUpdate();
}, rest);
addEventListener('online', wake);
// The line is asked whether it still works: being offline may be a mistake of the browser's.
addEventListener('offline', wake);
addEventListener('pagehide', rest);

begun = true;
void begin(invite);
await loadLanguage();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
installWorker();

/** What comes into sight is read at once; whoever looks at the page need not see it counted first. */
const TITLE_PATIENCE = 50;
const title = computed(titleText);
let titleDue: ReturnType<typeof setTimeout> | undefined;

function showTitle(): void {
  clearTimeout(titleDue);
  titleDue = undefined;
  document.title = title.peek();
}

effect(() => {
  if (title.value === document.title) return;
  if (visible.value) titleDue ??= setTimeout(showTitle, TITLE_PATIENCE);
  else showTitle();
});
const news = computed(() => (screen.value.at === 'club' ? newsOf(clubState.value?.rooms.values() ?? []).count : 0));
effect(() => showBadge(news.value));

const loadNotify = async () => (await import('./app/notifications.js')).notify;
/** The member who wants notifications here, while they are in the club. */
const called = computed(() => {
  const id = screen.value.at === 'club' ? (member.value?.id ?? null) : null;
  return id !== null && bell.value === 'on' && isOwner(id) ? id : null;
});
effect(() => {
  const id = called.value;
  if (id === null) return undefined;
  let end = (): void => {};
  let over = false;
  const last = clubState.peek();
  loadNotify().then(
    (notify) => {
      if (!over) end = notify(id, last);
    },
    // Without a line, before it was ever loaded: the next page tries again.
    () => undefined,
  );
  return () => {
    over = true;
    end();
  };
});
