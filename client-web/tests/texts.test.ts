import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, TYPE } from '@formatjs/icu-messageformat-parser';
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import { isolate, listText, pickLanguage } from '../src/app/texts.js';

declare const CLIENT_FOLDER: string;

const LANGUAGES = ['en', 'ru', 'zh'] as const;

function read(language: string): Record<string, string> {
  return JSON.parse(readFileSync(join(CLIENT_FOLDER, `src/locales/${language}.json`), 'utf8')) as Record<
    string,
    string
  >;
}

const catalogs = Object.fromEntries(LANGUAGES.map((language) => [language, read(language)])) as Record<
  string,
  Record<string, string>
>;

function elementsOf(text: string): MessageFormatElement[] {
  const all: MessageFormatElement[] = [];
  const walk = (elements: MessageFormatElement[]): void => {
    for (const element of elements) {
      all.push(element);
      if (element.type === TYPE.plural) for (const option of Object.values(element.options)) walk(option.value);
    }
  };
  walk(parse(text, { ignoreTag: true }));
  return all;
}

function placeholders(text: string): string[] {
  const names = elementsOf(text)
    .filter((element) => element.type !== TYPE.literal && element.type !== TYPE.pound)
    .map((element) => ('value' in element ? String(element.value) : ''));
  return [...new Set(names)].sort();
}

test('All languages have the same texts, none of them empty', () => {
  const keys = Object.keys(catalogs['en'] ?? {});
  for (const language of LANGUAGES) {
    assert.deepEqual(Object.keys(catalogs[language] ?? {}), keys, language);
    for (const key of keys) assert.notEqual(catalogs[language]?.[key]?.trim(), '', `${language}: ${key}`);
  }
});

test('A text has the same placeholders in every language', () => {
  for (const [key, text] of Object.entries(catalogs['en'] ?? {})) {
    for (const language of LANGUAGES) {
      assert.deepEqual(placeholders(catalogs[language]?.[key] ?? ''), placeholders(text), `${language}: ${key}`);
    }
  }
});

test('Russian plurals have all four forms, English ones two', () => {
  const forms: Record<string, string[]> = { en: ['one', 'other'], ru: ['one', 'few', 'many', 'other'] };
  for (const [language, wanted] of Object.entries(forms)) {
    for (const [key, text] of Object.entries(catalogs[language] ?? {})) {
      for (const element of elementsOf(text)) {
        if (element.type !== TYPE.plural) continue;
        const has = Object.keys(element.options);
        // Words that do not change with the number need no form of their own.
        if (has.length === 2 && has.includes('one') && language === 'ru' && key === 'room.typing') continue;
        for (const form of wanted) assert.ok(has.includes(form), `${language}: ${key} lacks ${form}`);
      }
    }
  }
});

test('Numbers and words agree in Russian', () => {
  const say = (key: string, count: number): string =>
    String(new IntlMessageFormat(catalogs['ru']?.[key] ?? '', 'ru').format({ count }));
  assert.deepEqual(
    [1, 3, 5, 11, 21, 104].map((count) => say('rooms.unread', count)),
    [
      '1 непрочитанное сообщение',
      '3 непрочитанных сообщения',
      '5 непрочитанных сообщений',
      '11 непрочитанных сообщений',
      '21 непрочитанное сообщение',
      '104 непрочитанных сообщения',
    ],
  );
});

test('Each reason that the protocol names has its words', () => {
  const protocol = readFileSync(join(CLIENT_FOLDER, '../build/client/protocol.ts'), 'utf8');
  const reasons = [...protocol.matchAll(/^export type (?:Http)?Reason = (.+);$/gm)].flatMap(
    (match) => (match[1] ?? '').match(/\w+/g) ?? [],
  );
  assert.ok(reasons.length > 15);
  for (const reason of reasons) assert.ok(`reason.${reason}` in (catalogs['en'] ?? {}), reason);
});

test('Chinese and Russian are written in their own scripts', () => {
  const foreign = new Set([
    'room.pair',
    'title.club',
    'title.room',
    'title.unread',
    'title.mentioned',
    'bell.body',
    'message.label',
    'reactions.count',
    'notice.failed',
    'notice.in_room',
    'report.reason.with',
  ]);
  for (const [key, text] of Object.entries(catalogs['zh'] ?? {})) {
    if (!foreign.has(key)) assert.match(text, /\p{Script=Han}/u, `zh: ${key}`);
  }
  for (const [key, text] of Object.entries(catalogs['ru'] ?? {})) {
    if (!foreign.has(key)) assert.match(text, /\p{Script=Cyrillic}/u, `ru: ${key}`);
  }
});

test('The language is the one chosen before, else the first that is spoken here, else English', () => {
  assert.equal(pickLanguage('zh', ['ru']), 'zh');
  assert.equal(pickLanguage(null, ['kk-KZ', 'ru-KZ', 'en']), 'ru');
  assert.equal(pickLanguage(null, ['zh-Hant-TW']), 'zh');
  assert.equal(pickLanguage('klingon', ['fa']), 'en');
});

test('A name that is written from right to left stands by itself in a sentence', () => {
  assert.equal(isolate('Анна'), 'Анна');
  assert.equal(isolate('王博'), '王博');
  assert.equal(isolate('رضا کریمی'), '\u2068رضا کریمی\u2069');
  assert.equal(listText(['Anna', 'عائشہ', 'Bo']), 'Anna, \u2068عائشہ\u2069, and Bo');
});
