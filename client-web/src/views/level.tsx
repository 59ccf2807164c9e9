// What of a room the reader wants to be told of.

import { club, orTell, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { TextKey } from '../app/texts.js';
import { levelOf } from '../state/rooms.js';
import type { Level } from '../state/rooms.js';
import { Icon } from './icons.js';
import type { IconName } from './icons.js';

const LEVELS: Record<Level, { text: TextKey; icon: IconName }> = {
  all: { text: 'level.all', icon: 'bell' },
  mentions: { text: 'level.mentions', icon: 'mention' },
  none: { text: 'level.none', icon: 'quiet' },
};

function LevelSelect({ room, label }: { room: string; label?: string }) {
  const level = levelOf(state.value.rooms.get(room));
  const choose = (select: HTMLSelectElement): void => {
    const chosen = select.value as Level;
    // What is shown is what the server has.
    select.value = level;
    if (chosen !== level) void orTell('level', club().setLevel(room, chosen));
  };
  return (
    <select aria-label={label} value={level} onChange={(event) => choose(event.currentTarget)}>
      {Object.entries(LEVELS).map(([value, { text }]) => (
        <option key={value} value={value}>
          {t(text)}
        </option>
      ))}
    </select>
  );
}

/** In a room's header, where a picture has to do; `always`: on a phone too. */
export function LevelButton({ room, always }: { room: string; always: boolean }) {
  const { text, icon } = LEVELS[levelOf(state.value.rooms.get(room))];
  return (
    <span class={always ? 'icon-button level' : 'icon-button level roomy'} title={`${t('level.label')}: ${t(text)}`}>
      <Icon name={icon} />
      <LevelSelect room={room} label={t('level.label')} />
    </span>
  );
}

export function LevelField({ room }: { room: string }) {
  return (
    <label class="field">
      <span>{t('level.label')}</span>
      <LevelSelect room={room} />
    </label>
  );
}
