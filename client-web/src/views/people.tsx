import { useEffect, useRef } from 'preact/hooks';
import { originText } from '../app/names.js';
import { memberHref, roomHref } from '../app/address.js';
import { go } from '../app/route.js';
import { club, orTell, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Author } from '../protocol/types.js';
import { Avatar, IconButton } from './parts.js';

const REFRESH = 3000;

export async function talkTo(member: string): Promise<void> {
  await orTell(
    'direct',
    club()
      .talkTo(member)
      .then(({ room }) => go(roomHref(room))),
  );
}

/** Asks at once, and again when the number changes, not more often than now and then: in a busy room it changes each
 * second. */
function usePeople(room: string): void {
  const online = state.value.rooms.get(room)?.online ?? 0;
  const open = state.value.line.at === 'open';
  const due = useRef(0);
  useEffect(() => {
    if (!open) return undefined;
    const ask = (): void => {
      due.current = Date.now() + REFRESH;
      void club().loadPeople(room, false);
    };
    const timer = setTimeout(ask, Math.max(0, due.current - Date.now()));
    return () => clearTimeout(timer);
  }, [room, online, open]);
}

/** Who is in the room now. */
export function People({ room, close }: { room: string; close(): void }) {
  usePeople(room);
  const people = state.value.people.get(room);
  return (
    <aside class="people" aria-label={t('people.label')}>
      <header>
        <h2>{t('people.label')}</h2>
        <IconButton icon="close" label={t('action.close')} onClick={close} />
      </header>
      <ul>
        {people?.persons.map((person) => (
          <PersonItem key={person.id} person={person} />
        ))}
      </ul>
      {people?.loading === 'loading' && people.persons.length === 0 ? <p class="hint">{t('people.loading')}</p> : null}
      {people?.loading === 'failed' ? <p class="hint">{t('people.failed')}</p> : null}
      {people?.more === true ? (
        <button
          type="button"
          disabled={people.loading === 'loading'}
          onClick={() => void club().loadPeople(room, true)}
        >
          {t('people.more')}
        </button>
      ) : null}
    </aside>
  );
}

function PersonItem({ person }: { person: Author }) {
  const self = person.id === state.value.me.id;
  return (
    <li class="person">
      <Avatar id={person.id} name={person.name} />
      <span class="person-text">
        <span class="person-name" dir="auto">
          <a href={memberHref(person.id)}>{person.name}</a>
          {self ? <span class="optional">{` ${t('people.you')}`}</span> : null}
        </span>
        <span class="person-origin" dir="auto">
          {originText(person)}
        </span>
      </span>
      {self ? null : (
        <IconButton
          icon="write"
          label={t('people.write', { name: person.name })}
          onClick={() => void talkTo(person.id)}
        />
      )}
    </li>
  );
}
