// The club's rooms as a list to walk through: what the member has opened, and every country, sector and crossing. Pure.

import type { ClubFacts, Room } from '../protocol/types.js';
import type { Rooms } from './rooms.js';

export interface Place {
  room: string;
  name: string;
  /** Known once it is on the member's list. */
  known: Room | undefined;
}

export interface Branch extends Place {
  /** The crossings of a country or a sector, named by their other half. */
  crossings: Place[];
}

export interface Places {
  direct: Place[];
  own: Place[];
  countries: Branch[];
  sectors: Branch[];
}

export interface Naming {
  country(code: string): string;
  sector(slug: string): string;
  room(id: string, room: Room | undefined): string;
  compare(a: string, b: string): number;
}

function sorted<P extends Place>(places: P[], naming: Naming): P[] {
  return places.sort((a, b) => naming.compare(a.name, b.name));
}

function ownPlaces(rooms: Rooms, direct: boolean, naming: Naming): Place[] {
  const own = [...rooms.values()].filter((room) => (room.kind === 'direct') === direct);
  return sorted(
    own.map((known) => ({ room: known.room, name: naming.room(known.room, known), known })),
    naming,
  );
}

export function listPlaces(facts: ClubFacts, rooms: Rooms, naming: Naming): Places {
  const place = (room: string, name: string): Place => ({ room, name, known: rooms.get(room) });
  const countries = facts.countries.map(
    ({ code }): Branch => ({
      ...place(code, naming.country(code)),
      crossings: sorted(
        facts.sectors.map(({ slug }) => place(`${code}.${slug}`, naming.sector(slug))),
        naming,
      ),
    }),
  );
  const sectors = facts.sectors.map(
    ({ slug }): Branch => ({
      ...place(slug, naming.sector(slug)),
      crossings: sorted(
        facts.countries.map(({ code }) => place(`${code}.${slug}`, naming.country(code))),
        naming,
      ),
    }),
  );
  return {
    direct: ownPlaces(rooms, true, naming),
    own: ownPlaces(rooms, false, naming),
    countries: sorted(countries, naming),
    sectors: sorted(sectors, naming),
  };
}

const MOST_FOUND = 40;

/** Rooms whose name has every word of the query at the start of one of its words; a crossing has both its names. */
export function findPlaces(facts: ClubFacts, rooms: Rooms, naming: Naming, query: string): Place[] {
  const words = query
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const ids = new Set<string>(rooms.keys());
  for (const { code } of facts.countries) ids.add(code);
  for (const { slug } of facts.sectors) ids.add(slug);
  for (const { code } of facts.countries) for (const { slug } of facts.sectors) ids.add(`${code}.${slug}`);
  const found: Place[] = [];
  for (const room of ids) {
    const known = rooms.get(room);
    const name = naming.room(room, known);
    if (words.every((word) => matches(name, word))) found.push({ room, name, known });
  }
  const crossing = (place: Place): number => (place.room.includes('.') && place.known === undefined ? 1 : 0);
  return found.sort((a, b) => crossing(a) - crossing(b) || naming.compare(a.name, b.name)).slice(0, MOST_FOUND);
}

/** Chinese has no spaces between words: there any place will do. */
function matches(name: string, word: string): boolean {
  const lower = name.toLocaleLowerCase();
  if (/\p{Script=Han}/u.test(word)) return lower.includes(word);
  return lower.startsWith(word) || lower.split(/[\s·,()/-]+/).some((part) => part.startsWith(word));
}
