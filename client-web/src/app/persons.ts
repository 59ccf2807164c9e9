// What members are called of whom only the id is at hand.

import { signal } from '@preact/signals';
import type { ClubState } from '../state/club.js';
import type { Message } from '../state/message.js';
import { club } from './session.js';

const NAMES_KEPT = 500;
const names = signal<ReadonlyMap<string, string>>(new Map());
const asked = new Set<string>();

/** Among those whose faces or words are in sight; an older message has the name that was its author's then. */
function nameInSight(state: ClubState, id: string, room: string): string | undefined {
  if (id === state.me.id) return state.me.name;
  const here = state.people.get(room)?.persons.find((person) => person.id === id);
  const written = (): Message | undefined =>
    state.logs
      .get(room)
      ?.messages.filter(({ from }) => from.id === id)
      .at(-1);
  return (here ?? written()?.from)?.name;
}

async function ask(id: string): Promise<void> {
  asked.add(id);
  try {
    const { name } = await club().card(id);
    names.value = new Map([...names.value, [id, name] as const].slice(-NAMES_KEPT));
  } catch {
    asked.delete(id);
  }
}

/** Undefined: not known yet; it is asked for. */
export function personName(state: ClubState, id: string, room: string): string | undefined {
  const name = nameInSight(state, id, room) ?? names.value.get(id);
  if (name === undefined && state.line.at === 'open' && !asked.has(id)) void ask(id);
  return name;
}
