// A member is found in the directory, and something is done to that one.

import { useEffect, useRef, useState } from 'preact/hooks';
import { memberHref } from '../app/address.js';
import { originText } from '../app/names.js';
import { club, problemOf } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Member } from '../protocol/types.js';
import { SearchForm } from './find.js';
import { useTypingPause } from './form.js';
import { Avatar, Problem } from './parts.js';

const SHOWN = 8;

interface PickerProps {
  /** What one looks for. */
  label: string;
  /** What is done to whoever is picked, in a word, and named. */
  act: string;
  actOn(name: string): string;
  /** Those to whom it was done already. */
  without: readonly string[];
  pick(member: Member): Promise<void>;
}

export function MemberPicker({ label, act, actOn, without, pick }: PickerProps) {
  const [text, setText] = useState('');
  const { asked, found, reason, ask } = useFound();
  const field = useRef<HTMLInputElement>(null);
  useTypingPause(text.trim(), asked, ask);
  const shown = found?.filter(({ id }) => !without.includes(id)) ?? [];
  const choose = async (member: Member): Promise<void> => {
    await pick(member);
    setText('');
    field.current?.focus();
  };
  return (
    <SearchForm
      name="member-picker"
      heading={label}
      label={label}
      text={text}
      type={setText}
      ask={(typed) => ask(typed.trim())}
      field={field}
    >
      <Problem reason={reason} />
      <p class={found !== null && shown.length === 0 ? 'hint' : 'visually-hidden'} role="status">
        {found === null ? '' : shown.length === 0 ? t('picker.nobody') : t('directory.count', { count: shown.length })}
      </p>
      <ul class="plates">
        {shown.map((member) => (
          <li key={member.id} class="plate">
            <MemberText id={member.id} name={member.name} more={originText(member)} />
            <button type="button" aria-label={actOn(member.name)} onClick={() => void choose(member)}>
              {act}
            </button>
          </li>
        ))}
      </ul>
    </SearchForm>
  );
}

/** The answer to the latest question counts. Nothing is asked about an empty field. */
function useFound() {
  const [asked, setAsked] = useState('');
  const [found, setFound] = useState<Member[] | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  useEffect(() => {
    setFound(null);
    setReason(null);
    if (asked === '') return undefined;
    let latest = true;
    club()
      .find({ text: asked, limit: SHOWN })
      .then(
        ({ members }) => latest && setFound(members),
        (error: unknown) => latest && setReason(problemOf(error)),
      );
    return () => {
      latest = false;
    };
  }, [asked]);
  return { asked, found, reason, ask: setAsked };
}

export function MemberText({ id, name, more }: { id: string; name: string; more: string }) {
  return (
    <>
      <Avatar id={id} name={name} />
      <span class="plate-text">
        <span class="person-name" dir="auto">
          <a href={memberHref(id)}>{name}</a>
        </span>
        {more === '' ? null : <span dir="auto">{more}</span>}
      </span>
    </>
  );
}
