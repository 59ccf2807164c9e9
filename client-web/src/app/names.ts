// What rooms, countries, sectors and roles are called in the reader's language.

import type { Member, Names, Room } from '../protocol/types.js';
import { facts } from './session.js';
import { compareTexts, language, t, tOr } from './texts.js';

function nameIn(names: Names | undefined, otherwise: string): string {
  return names?.[language.value] ?? names?.en ?? otherwise;
}

export function countryName(code: string): string {
  return nameIn(facts.value?.countries.find((country) => country.code === code)?.names, code.toUpperCase());
}

export function sectorName(slug: string): string {
  return nameIn(facts.value?.sectors.find((sector) => sector.slug === slug)?.names, slug);
}

export function pairName(country: string, sector: string): string {
  return t('room.pair', { country: countryName(country), sector: sectorName(sector) });
}

export function roleName(role: Member['role']): string {
  return tOr(`role.${role}`, 'role.member');
}

/** The place in the club that a room's id names, if it names one. */
export function placeOf(room: string): { country?: string; sector?: string } | null {
  const known = facts.value;
  if (known === null) return null;
  const [first = '', second, ...rest] = room.split('.');
  const country = (code: string): boolean => known.countries.some((candidate) => candidate.code === code);
  const sector = (slug: string): boolean => known.sectors.some((candidate) => candidate.slug === slug);
  if (rest.length > 0) return null;
  if (second !== undefined) return country(first) && sector(second) ? { country: first, sector: second } : null;
  if (country(first)) return { country: first };
  return sector(first) ? { sector: first } : null;
}

/** The title that a moderator gave; null: the room is called as the club has it. */
function givenTitle(place: { country?: string; sector?: string } | null, room: Room | undefined): string | null {
  if (room === undefined || room.title === '' || place === null) return null;
  const known = facts.value;
  const country = known?.countries.find(({ code }) => code === place.country)?.names.en;
  const sector = known?.sectors.find(({ slug }) => slug === place.sector)?.names.en;
  const usual = [country, sector].filter((name) => name !== undefined).join(' · ');
  return room.title === usual ? null : room.title;
}

export function roomName(id: string, room: Room | undefined): string {
  const place = placeOf(id);
  const given = givenTitle(place, room);
  if (given !== null) return given;
  if (place?.country !== undefined && place.sector !== undefined) return pairName(place.country, place.sector);
  if (place?.country !== undefined) return countryName(place.country);
  if (place?.sector !== undefined) return sectorName(place.sector);
  return room?.with?.name ?? (room?.title === undefined || room.title === '' ? t('room.unnamed') : room.title);
}

export function byName<T>(items: readonly T[], name: (item: T) => string): T[] {
  return [...items].sort((a, b) => compareTexts(name(a), name(b)));
}

/** Where somebody comes from, in one line. */
export function originText(person: { company?: string; country?: string }): string {
  const parts = [
    person.company ?? '',
    person.country === undefined || person.country === '' ? '' : countryName(person.country),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
