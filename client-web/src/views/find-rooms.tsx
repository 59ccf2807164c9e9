// All rooms that one may enter, on the own list or not.

import { useEffect, useState } from 'preact/hooks';
import { roomHref } from '../app/address.js';
import { leftBehind } from '../app/left.js';
import { byName, roomName } from '../app/names.js';
import { club, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Params, Room } from '../protocol/types.js';
import { Choices, FoundState, More, Question, placeChoices, useFound } from './find.js';
import { Icon } from './icons.js';
import { PageHeader } from './parts.js';

type Kind = NonNullable<Params<'room.find'>['kind']>;

interface Wish {
  text: string;
  country: string;
  sector: string;
  kind: '' | Kind;
}

const EVERY: Wish = { text: '', country: '', sector: '', kind: '' };

/** As it was left, when one comes back from a room, and with which text one came. */
const left = leftBehind({ wish: EVERY, came: '' });

function wishFor(text: string): Wish {
  const { wish, came } = left.read();
  const next = text !== '' && text !== came ? { ...EVERY, text } : wish;
  left.write({ wish: next, came: text });
  return next;
}

function paramsOf(wish: Wish): Params<'room.find'> {
  const params: Params<'room.find'> = {};
  if (wish.text.trim() !== '') params.text = wish.text.trim();
  if (wish.country !== '') params.country = wish.country;
  if (wish.sector !== '') params.sector = wish.sector;
  if (wish.kind !== '') params.kind = wish.kind;
  return params;
}

const narrows = (wish: Wish): boolean => Object.keys(paramsOf(wish)).length > 0;

/** Rooms in which nobody has written come in an order that says nothing: they stand by what the reader calls them, those
 * of each kind among themselves, and no page moves what an earlier one brought. */
function inReadersOrder(page: readonly Room[]): readonly Room[] {
  const shown: Room[] = [];
  for (let from = 0; from < page.length; ) {
    const { head, kind } = page[from] as Room;
    const ends = page.findIndex((room, at) => at > from && (room.head > 0 || room.kind !== kind));
    const until = head > 0 ? from + 1 : ends === -1 ? page.length : ends;
    shown.push(...byName(page.slice(from, until), (room) => roomName(room.room, room)));
    from = until;
  }
  return shown;
}

const parts = {
  keyOf: ({ room }: Room) => room,
  ask: async (wish: Wish, after: string | undefined) => {
    const { rooms, more } = await club().findRooms({ ...paramsOf(wish), ...(after === undefined ? {} : { after }) });
    return { items: rooms, more };
  },
  shown: inReadersOrder,
};

/** `text`: what was typed above the own list already. */
export function FindRooms({ text }: { text: string }) {
  const [wish, setWish] = useState<Wish>(() => wishFor(text));
  useEffect(() => setWish(wishFor(text)), [text]);
  const { found, more, again } = useFound(wish, parts);
  useEffect(() => left.write({ wish, came: text }), [wish]);
  return (
    <section class="page" aria-labelledby="find-rooms-heading">
      <PageHeader id="find-rooms-heading" heading={t('find_rooms.heading')} />
      <div class="page-body">
        <Wishes wish={wish} change={(part) => setWish((before) => ({ ...before, ...part }))} />
        <FoundState
          found={found}
          count={t(found.more ? 'find_rooms.count_more' : 'rooms.found_count', { count: found.items.length })}
          none={t('find_rooms.none')}
          again={again}
          widen={narrows(wish) ? { label: t('find_rooms.every'), act: () => setWish(EVERY) } : null}
        />
        <ul class="found" aria-label={t('rooms.found')}>
          {found.items.map((room) => (
            <FoundRoom key={room.room} room={room} />
          ))}
        </ul>
        {found.more ? <More more={more} busy={found.stage === 'loading'} /> : null}
      </div>
    </section>
  );
}

// ---- what is asked for ----

interface WishesProps {
  wish: Wish;
  change(part: Partial<Wish>): void;
}

function Wishes({ wish, change }: WishesProps) {
  return (
    <Question
      text={wish.text}
      heading={t('find_rooms.heading')}
      label={t('find_rooms.text')}
      ask={(text) => change({ text })}
    >
      <Filters wish={wish} change={change} />
    </Question>
  );
}

function Filters({ wish, change }: WishesProps) {
  const kindValues = [
    ['custom', t('find_rooms.custom')],
    ['country', t('find_rooms.country')],
    ['sector', t('find_rooms.sector')],
    ['pair', t('find_rooms.pair')],
  ] as const;
  const lists = [
    ...placeChoices(),
    { name: 'kind', any: t('find_rooms.any_kind'), label: t('find_rooms.kind'), values: kindValues },
  ] as const;
  return <Choices choices={lists} wish={wish} choose={(name, value) => change({ [name]: value })} />;
}

// ---- what is found ----

function FoundRoom({ room }: { room: Room }) {
  const own = state.value.listed?.has(room.room) ?? room.listed === true;
  const online = room.online > 0 ? t('room.online', { count: room.online }) : '';
  const marks = [own ? t('find_rooms.own') : '', room.private === true ? t('find_rooms.private') : '', online];
  return (
    <li class="found-member">
      <div class="found-text">
        <span class="person-name" dir="auto">
          <a href={roomHref(room.room)}>{roomName(room.room, room)}</a>
        </span>
        {room.topic === '' ? null : (
          <span class="person-origin" dir="auto">
            {room.topic}
          </span>
        )}
        <span class="hint room-marks">
          {own ? <Icon name="check" /> : null}
          {marks.filter((mark) => mark !== '').join(' · ')}
        </span>
      </div>
    </li>
  );
}
