// What members are called now. Entries keep the name that their author had; whoever is told another one sees that in who
// is here, who writes, and what a direct talk is called. Pure.

import type { Author } from '../protocol/types.js';
import type { ClubState } from './club.js';

type Face = Pick<Author, 'name' | 'country' | 'company'>;

function looks(known: Face, told: Face): boolean {
  return known.name === told.name && known.country === told.country && known.company === told.company;
}

function faced<P extends Face>(known: P, { name, country, company }: Face): P {
  return { ...known, name, country, company };
}

/** The map itself where nothing in it is another one. */
function changedIn<V>(map: ReadonlyMap<string, V>, change: (value: V) => V): ReadonlyMap<string, V> {
  const changes = [...map].flatMap(([key, value]) => {
    const next = change(value);
    return next === value ? [] : [[key, next] as const];
  });
  return changes.length === 0 ? map : new Map([...map, ...changes]);
}

/** The member is told who somebody is now. */
export function withFace(state: ClubState, told: Author): ClubState {
  const other = ({ id, ...known }: Author): boolean => id === told.id && !looks(known, told);
  const me = other(state.me) ? faced(state.me, told) : state.me;
  const rooms = changedIn(state.rooms, (room) =>
    room.with !== undefined && other(room.with) ? { ...room, with: faced(room.with, told) } : room,
  );
  const people = changedIn(state.people, (here) =>
    here.persons.some(other)
      ? { ...here, persons: here.persons.map((person) => (other(person) ? faced(person, told) : person)) }
      : here,
  );
  if (me === state.me && rooms === state.rooms && people === state.people) return state;
  return { ...state, me, rooms, people };
}
