import { IntlMessageFormat } from 'intl-messageformat';
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { computed, signal } from '@preact/signals';
import type english from '../locales/en.json';

export type TextKey = keyof typeof english;
export type Language = 'en' | 'ru' | 'zh';
export type Values = Record<string, string | number | Date>;
/** Texts with placeholders are read while building; here they come as what the formatter works on. */
type Text = string | MessageFormatElement[];
type Catalog = Record<string, Text>;

/** Each language in its own words, so that everybody finds theirs. */
export const LANGUAGES: Record<Language, { name: string; tag: string }> = {
  en: { name: 'English', tag: 'en' },
  ru: { name: 'Русский', tag: 'ru' },
  zh: { name: '中文', tag: 'zh-Hans' },
};

const KEPT = 'club.language';

const LOADERS: Record<Language, () => Promise<{ default: Catalog }>> = {
  en: () => import('../locales/en.json'),
  ru: () => import('../locales/ru.json'),
  zh: () => import('../locales/zh.json'),
};

const current = signal<{ language: Language; catalog: Catalog }>({ language: 'en', catalog: {} });
const formats = computed(() => ({ ...current.value, ready: new Map<string, IntlMessageFormat>() }));

export const language = computed(() => current.value.language);

function isLanguage(value: string | null | undefined): value is Language {
  return value === 'en' || value === 'ru' || value === 'zh';
}

/** The language that was chosen here, else the first that the browser's owner reads, else English. */
export function pickLanguage(kept: string | null, preferred: readonly string[]): Language {
  if (isLanguage(kept)) return kept;
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    if (isLanguage(primary)) return primary;
  }
  return 'en';
}

async function load(chosen: Language): Promise<void> {
  const catalog = (await LOADERS[chosen]()).default;
  current.value = { language: chosen, catalog };
  document.documentElement.lang = LANGUAGES[chosen].tag;
  document.querySelector('link[rel="manifest"]')?.setAttribute('href', `/manifest-${chosen}.webmanifest`);
}

function keptLanguage(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

const RETRY = 4000;

/** Without its words the page shows nothing, so it is loaded again until it has them. */
export async function loadLanguage(): Promise<void> {
  try {
    await load(pickLanguage(keptLanguage(), navigator.languages));
  } catch (error) {
    setTimeout(() => location.reload(), RETRY);
    throw error;
  }
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // A browser that keeps nothing still shows the language.
  }
  try {
    await load(chosen);
  } catch {
    // The page is older than the server's files, or there is no line: a new page knows.
    location.reload();
  }
}

function formatOf(key: string, text: MessageFormatElement[]): IntlMessageFormat {
  const { language: locale, ready } = formats.value;
  const known = ready.get(key);
  if (known !== undefined) return known;
  const format = new IntlMessageFormat(text, locale);
  ready.set(key, format);
  return format;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/** A Persian or Urdu name must not turn around the words and numbers that stand beside it (Unicode's FSI and PDI). */
export function isolate(value: string): string {
  return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
}

function isolated(values: Values): Values {
  const pairs = Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? isolate(value) : value]);
  return Object.fromEntries(pairs) as Values;
}

export function t(key: TextKey, values?: Values): string {
  const text = current.value.catalog[key] ?? key;
  if (typeof text === 'string') return text;
  return String(formatOf(key, text).format(values === undefined ? undefined : isolated(values)));
}

/** A text whose key is put together from what the server said; `otherwise` where there is none for it. */
export function tOr(key: string, otherwise: TextKey, values?: Values): string {
  return key in current.value.catalog ? t(key as TextKey, values) : t(otherwise, values);
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

const dates = computed(() => {
  const locale = current.value.language;
  return {
    time: new Intl.DateTimeFormat(locale, CLOCK),
    day: new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }),
    dayOfYear: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' }),
    moment: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', ...CLOCK }),
    momentOfYear: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', ...CLOCK }),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }),
    languages: new Intl.DisplayNames(locale, { type: 'language' }),
    list: new Intl.ListFormat(locale, { type: 'conjunction' }),
    sort: new Intl.Collator(locale),
  };
});

export function timeText(at: string): string {
  return dates.value.time.format(new Date(at));
}

/** The year is said of another year only. */
export function momentText(at: string): string {
  const date = new Date(at);
  const { moment, momentOfYear } = dates.value;
  return (date.getFullYear() === new Date().getFullYear() ? moment : momentOfYear).format(date);
}

export function dateText(at: string): string {
  return dates.value.dayOfYear.format(new Date(at));
}

/** One after the other; behind a wide full stop there is no space. */
export function sentencesText(sentences: readonly string[]): string {
  return sentences.reduce(
    (said, next) => (said === '' || /[。！？]$/u.test(said) ? said + next : `${said} ${next}`),
    '',
  );
}

/** The reader's own day of a time, as a key that sorts. */
export function dayOf(at: string): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase(current.value.language) + text.slice(1);
}

export function dayText(at: string, now: Date): string {
  const date = new Date(at);
  const days = Math.round((Date.parse(dayOf(now.toISOString())) - Date.parse(dayOf(at))) / 86_400_000);
  if (days === 0 || days === 1) return capital(dates.value.relative.format(-days, 'day'));
  const format = date.getFullYear() === now.getFullYear() ? dates.value.day : dates.value.dayOfYear;
  return capital(format.format(date));
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Seconds in the largest unit that fits them. */
export function durationText(seconds: number): string {
  const [unit, size] =
    UNITS.find(([, candidate]) => seconds >= candidate && seconds % candidate === 0) ?? (['second', 1] as const);
  const format = new Intl.NumberFormat(current.value.language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(seconds / size);
}

export function listText(words: readonly string[]): string {
  return dates.value.list.format(words.map(isolate));
}

/** One beside the other, as in a table. */
export function enumerated(words: readonly string[]): string {
  return words.join(current.value.language === 'zh' ? '、' : ', ');
}

function languageWord(code: string): string {
  try {
    return dates.value.languages.of(code) ?? code;
  } catch {
    return code;
  }
}

export function languageName(code: string): string {
  return capital(languageWord(code));
}

/** In Russian only the first begins with a capital. */
export function languagesText(codes: readonly string[]): string {
  return capital(enumerated(codes.map(languageWord)));
}

export function compareTexts(a: string, b: string): number {
  return dates.value.sort.compare(a, b);
}
