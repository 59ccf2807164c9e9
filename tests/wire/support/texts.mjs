// Texts that people wrote, in the club's three languages, from Debian's fortunes packages.
import { existsSync, readFileSync } from 'node:fs';

const FOLDER = '/usr/share/games/fortunes';
const files = {
  en: ['wisdom', 'work', 'literature'],
  ru: ['ru/art', 'ru/computer', 'ru/book', 'ru/citates'],
  zh: ['tang300', 'song100', 'chinese'],
};
// Control characters other than tab and newline are refused by the club; the Chinese ones are coloured for terminals.
const plain = (text) => text.replace(/\x1b\[[0-9;]*m/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').trim();

function read(language) {
  const found = files[language]
    .map((name) => `${FOLDER}/${name}`)
    .filter(existsSync)
    .flatMap((path) => readFileSync(path, 'utf8').split(/^%\s*$/m))
    .map(plain)
    .filter((text) => text && [...text].length <= 4000 && !text.includes('\ufffd'));
  if (found.length < 20) throw new Error(`fortunes in ${language} are missing: tests/install.sh test`);
  return found;
}

export const english = read('en');
export const russian = read('ru');
export const chinese = read('zh');
/** A long list that goes round the languages. */
export const mixed = Array.from({ length: 3 * Math.min(english.length, russian.length, chinese.length) }, (_, index) => {
  return [russian, chinese, english][index % 3][Math.floor(index / 3)];
});
