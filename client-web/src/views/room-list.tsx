import { useState } from 'preact/hooks';
import { countryName, roomName, sectorName } from '../app/names.js';
import { findRoomsHref, NEW_ROOM_HREF, roomHref } from '../app/address.js';
import { route } from '../app/route.js';
import { facts, state } from '../app/session.js';
import { compareTexts, t } from '../app/texts.js';
import { findPlaces, listPlaces } from '../state/places.js';
import type { Branch, Naming, Place } from '../state/places.js';
import { levelOf, newsOf } from '../state/rooms.js';
import { Icon } from './icons.js';
import { Avatar } from './parts.js';

const naming: Naming = { country: countryName, sector: sectorName, room: roomName, compare: compareTexts };

export function RoomList() {
  const [query, setQuery] = useState('');
  const known = facts.value;
  if (known === null) return null;
  return (
    <nav class="rooms" aria-label={t('rooms.label')}>
      <input
        class="find"
        type="search"
        value={query}
        placeholder={t('rooms.find')}
        aria-label={t('rooms.find')}
        onInput={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setQuery('');
        }}
      />
      {query.trim() === '' ? <AllPlaces /> : <Found query={query} opened={() => setQuery('')} />}
    </nav>
  );
}

function AllPlaces() {
  const known = facts.value;
  if (known === null) return null;
  const places = listPlaces(known, state.value.rooms, naming);
  return (
    <>
      {places.direct.length === 0 ? null : <Section heading={t('rooms.direct')} places={places.direct} />}
      {places.own.length === 0 ? null : <Section heading={t('rooms.own')} places={places.own} />}
      <FindLink text="" />
      {state.value.me.role === 'member' ? null : (
        <p class="new-room">
          <a href={NEW_ROOM_HREF}>
            <Icon name="plus" /> {t('new_room.label')}
          </a>
        </p>
      )}
      <section aria-label={t('rooms.countries')}>
        <h2>{t('rooms.countries')}</h2>
        <ul>
          {places.countries.map((branch) => (
            <BranchItem key={branch.room} branch={branch} />
          ))}
        </ul>
      </section>
      <section aria-label={t('rooms.sectors')}>
        <h2>{t('rooms.sectors')}</h2>
        <ul>
          {places.sectors.map((branch) => (
            <BranchItem key={branch.room} branch={branch} />
          ))}
        </ul>
      </section>
    </>
  );
}

/** To all rooms, those that moderators made too: this list has the own ones, the countries and the sectors. */
function FindLink({ text }: { text: string }) {
  const { page } = route.value;
  return (
    <p class="new-room">
      <a href={findRoomsHref(text)} aria-current={page === 'find-rooms' ? 'page' : undefined}>
        <Icon name="search" /> {text === '' ? t('find_rooms.heading') : t('find_rooms.elsewhere')}
      </a>
    </p>
  );
}

function Section({ heading, places }: { heading: string; places: Place[] }) {
  return (
    <section aria-label={heading}>
      <h2>{heading}</h2>
      <ul>
        {places.map((place) => (
          <li key={place.room}>
            <RoomLink place={place} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Found({ query, opened }: { query: string; opened(): void }) {
  const known = facts.value;
  if (known === null) return null;
  const found = findPlaces(known, state.value.rooms, naming, query);
  return (
    <section aria-label={t('rooms.found')}>
      <p class="visually-hidden" role="status">
        {t('rooms.found_count', { count: found.length })}
      </p>
      {found.length === 0 ? <p class="hint">{t('rooms.none_found')}</p> : null}
      <ul>
        {found.map((place) => (
          <li key={place.room}>
            <RoomLink place={place} opened={opened} />
          </li>
        ))}
      </ul>
      <FindLink text={query.trim().slice(0, 100)} />
    </section>
  );
}

/** Unread messages, and whether one of them names the reader; quiet where the reader is not to be called. */
function Badge({ unread, mentions, quiet }: { unread: number; mentions: number; quiet: boolean }) {
  if (unread === 0) return null;
  const shown = unread > 99 ? '99+' : String(unread);
  return (
    <span class={quiet ? 'badge quiet' : mentions > 0 ? 'badge mentioned' : 'badge'}>
      <span aria-hidden="true">{mentions > 0 ? `@ ${shown}` : shown}</span>
      <span class="visually-hidden">
        {`, ${t('rooms.unread', { count: unread })}`}
        {mentions > 0 ? `, ${t('rooms.mentions', { count: mentions })}` : ''}
      </span>
    </span>
  );
}

function RoomLink({ place, opened }: { place: Place; opened?: () => void }) {
  const { known, name, room } = place;
  const here = route.value.page === 'room' && route.value.room === room;
  const unread = known?.unread ?? 0;
  const news = known === undefined ? 0 : newsOf([known]).count;
  const silent = levelOf(known) === 'none';
  return (
    <a
      class={news > 0 ? 'room-link unread' : 'room-link'}
      href={roomHref(room)}
      aria-current={here ? 'page' : undefined}
      onClick={() => opened?.()}
    >
      {known?.with === undefined ? null : <Avatar id={known.with.id} name={known.with.name} />}
      <span class="room-name" dir="auto">
        {name}
      </span>
      {silent ? (
        <span class="muted-mark">
          <Icon name="quiet" />
          <span class="visually-hidden">{`, ${t('rooms.quiet')}`}</span>
        </span>
      ) : null}
      <Badge unread={unread} mentions={known?.mentions ?? 0} quiet={news === 0} />
    </a>
  );
}

function BranchItem({ branch }: { branch: Branch }) {
  const [open, setOpen] = useState(false);
  const hidden = open ? 0 : newsOf(branch.crossings.flatMap(({ known }) => known ?? [])).count;
  const id = `crossings-${branch.room}`;
  return (
    <li>
      <div class="branch">
        <RoomLink place={branch} />
        <button
          type="button"
          class="icon-button unfold"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          aria-label={t('rooms.crossings', { name: branch.name })}
          title={t('rooms.crossings', { name: branch.name })}
        >
          {hidden > 0 ? <span class="dot" /> : null}
          <Icon name={open ? 'down' : 'right'} />
        </button>
      </div>
      <ul id={id} class="crossings" hidden={!open} aria-label={t('rooms.crossings', { name: branch.name })}>
        {open
          ? branch.crossings.map((place) => (
              <li key={place.room}>
                <RoomLink place={place} />
              </li>
            ))
          : null}
      </ul>
    </li>
  );
}
