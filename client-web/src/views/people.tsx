import { useEffect } from 'preact/hooks';
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

/** Who is in the room now; asked again when the number changes, not more often than now and then. */
export function People({ room, close }: { room: string; close(): void }) {
  const people = state.value.people.get(room);
  const online = state.value.rooms.get(room)?.online ?? 0;
  const open = state.value.line.at === 'open';
  useEffect(() => {
    if (!open) return undefined;
    const timer = setTimeout(() => void club().loadPeople(room, false), people === undefined ? 0 : REFRESH);
    return () => clearTimeout(timer);
  }, [room, online, open]);
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
        <button type="button" onClick={() => void club().loadPeople(room, true)}>
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
