// What forms and lists have in common: sending once, reading when there is a line, a reason, a pause in typing.

import { useEffect, useRef, useState } from 'preact/hooks';
import { problemOf, state } from '../app/session.js';
import { t } from '../app/texts.js';

/** A form that is sent once at a time. Where that went well it is the owner's to take the form away. */
export function useSubmit(send: (data: FormData) => Promise<void>) {
  const [reason, setReason] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setReason(null);
    try {
      await send(data);
    } catch (error) {
      setReason(problemOf(error));
      setBusy(false);
    }
  };
  return { reason, busy, submit: (event: SubmitEvent) => void submit(event) };
}

/** The trimmed text of a field. */
export function textOf(data: FormData, name: string): string {
  return String(data.get(name) ?? '').trim();
}

/** Something that is read whenever the line is open again, or `of` is another one. */
export function useLoaded<T>(load: () => Promise<T>, of = '') {
  const [value, setValue] = useState<T | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const open = state.value.line.at === 'open';
  const asked = useRef(0);
  /** Answers may overtake each other: the one that was asked for last counts. */
  const read = async (): Promise<void> => {
    const own = ++asked.current;
    try {
      const now = await load();
      if (own !== asked.current) return;
      setValue(now);
      setReason(null);
    } catch (error) {
      if (own === asked.current) setReason(problemOf(error));
    }
  };
  useEffect(() => {
    if (open) void read();
  }, [open, of]);
  return { value, setValue, reason, setReason, read };
}

/** Another number whenever something that the member did was told as done: lists are read again then. */
export function useDone(): number {
  return state.value.notices.filter(({ kind }) => kind === 'done').at(-1)?.id ?? 0;
}

export interface Pages<T> {
  items: T[];
  more: boolean;
}

/** A list that is read page by page, each behind the last item of the one before. Null: nothing was read yet. */
export function usePages<T>(load: (last: T | undefined) => Promise<Pages<T>>, of = '') {
  const { value, setValue, reason, setReason, read } = useLoaded(() => load(undefined), of);
  const older = async (): Promise<void> => {
    try {
      const page = await load(value?.items.at(-1));
      setValue((now) => ({ items: [...(now?.items ?? []), ...page.items], more: page.more }));
      setReason(null);
    } catch (error) {
      setReason(problemOf(error));
    }
  };
  /** From the top again, put together with what is known by then, which may not be shown yet. Should that fail, what is shown
   * stays as it is. */
  const refresh = async (join: (known: Pages<T>, page: Pages<T>) => Pages<T>): Promise<void> => {
    try {
      const page = await load(undefined);
      setValue((now) => (now === null ? page : join(now, page)));
    } catch {
      return;
    }
  };
  const drop = (gone: (item: T) => boolean): void =>
    setValue((known) => (known === null ? null : { ...known, items: known.items.filter((item) => !gone(item)) }));
  return {
    items: value?.items ?? null,
    more: value?.more ?? false,
    reason,
    setReason,
    drop,
    again: () => void read(),
    refresh: (join: (known: Pages<T>, page: Pages<T>) => Pages<T>) => void refresh(join),
    older: () => void older(),
  };
}

const TYPING_PAUSE = 350;

/** What is typed is asked for once there is a pause. */
export function useTypingPause(text: string, asked: string, ask: (text: string) => void): void {
  useEffect(() => {
    if (text === asked) return undefined;
    const timer = setTimeout(() => ask(text), TYPING_PAUSE);
    return () => clearTimeout(timer);
  }, [text, asked]);
}

/** Why something is done to somebody. Without a value the form reads it, as "reason". */
export function ReasonField({ value, set }: { value?: string; set?(reason: string): void }) {
  return (
    <label class="field">
      <span>
        {t('remove.reason')} <span class="optional">{t('field.optional')}</span>
      </span>
      <input
        name="reason"
        value={value}
        maxLength={500}
        dir="auto"
        onInput={(event) => set?.(event.currentTarget.value)}
      />
    </label>
  );
}
