// Small pieces that several views use.

import type { ComponentChildren } from 'preact';
import { ROOMS_HREF } from '../app/address.js';
import { facts } from '../app/session.js';
import { language, LANGUAGES, chooseLanguage, t, tOr } from '../app/texts.js';
import type { Language } from '../app/texts.js';
import { Icon } from './icons.js';
import type { IconName } from './icons.js';

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick(): void;
  class?: string;
  pressed?: boolean;
}

export function IconButton({ icon, label, onClick, class: extra, pressed }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${extra ?? ''}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** What went wrong, in the reader's words, spoken at once. `words`: where more is known than the reason. */
export function Problem({ reason, words }: { reason: string | null; words?: string | null }) {
  return (
    <p class="problem" role="alert">
      {reason === null ? (
        ''
      ) : (
        <>
          <Icon name="warning" /> <span dir="auto">{words ?? tOr(`reason.${reason}`, 'reason.unknown')}</span>
        </>
      )}
    </p>
  );
}

export function LanguageChoice() {
  return (
    <select
      class="language"
      aria-label={t('language.label')}
      value={language.value}
      onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
    >
      {Object.entries(LANGUAGES).map(([code, { name, tag }]) => (
        <option key={code} value={code} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}

const HUES = 8;

/** The same person has the same colour everywhere. */
function hueOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? '')][0] ?? '?';
  if (/\p{Script=Han}/u.test(first)) return first;
  return first + ([...(words[words.length > 1 ? words.length - 1 : 1] ?? '')][0] ?? '');
}

export function Avatar({ id, name }: { id: string; name: string }) {
  return (
    <span class={`avatar hue-${hueOf(id)}`} aria-hidden="true">
      {initialsOf(name).toUpperCase()}
    </span>
  );
}

/** The head of a page beside the rooms; on a phone it leads back. */
export function PageHeader({ id, heading, back = ROOMS_HREF }: { id: string; heading: string; back?: string }) {
  return (
    <header class="page-header">
      <a class="icon-button back" href={back} aria-label={t('action.back')} title={t('action.back')}>
        <Icon name="back" />
      </a>
      <h1 id={id} dir="auto">
        {heading}
      </h1>
    </header>
  );
}

/** A page of its own around a form, before one is in the club. */
export function Card({ heading, children }: { heading: string; children: ComponentChildren }) {
  return (
    <div class="front">
      <header class="front-header">
        <span class="brand">{facts.value?.name ?? t('club.brand')}</span>
        <LanguageChoice />
      </header>
      <main class="card">
        <h1>{heading}</h1>
        {children}
      </main>
    </div>
  );
}
