import { effect } from '@preact/signals';
import { render } from 'preact';
import { roomName } from './app/names.js';
import { followAddress, route } from './app/route.js';
import { begin, clubState, facts, rest, screen, showInvite, wake } from './app/session.js';
import { loadLanguage, t } from './app/texts.js';
import { watchVisibility } from './app/visible.js';
import { installWorker, lookForUpdate } from './app/worker.js';
import { totalUnread } from './state/rooms.js';
import { App } from './views/app.js';
import './styles/main.css';

function titleText(): string {
  const club = facts.value?.name ?? t('club.brand');
  const state = screen.value.at === 'club' ? clubState.value : null;
  if (state === null) return t('title.club', { club });
  const room = route.value.page === 'room' ? route.value.room : null;
  const title =
    room === null ? t('title.club', { club }) : t('title.room', { room: roomName(room, state.rooms.get(room)), club });
  const count = totalUnread(state.rooms);
  return count === 0 ? title : t('title.unread', { count, title });
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
effect(() => {
  document.title = titleText();
});
