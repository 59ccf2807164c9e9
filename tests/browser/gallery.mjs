// A picture of every page and dialog, in three languages, on a desktop and a phone, in light and dark: to be looked at.
//   node tests/browser/gallery.mjs FOLDER [pattern of names]
import { after, test } from 'node:test';
import { mkdirSync } from 'node:fs';
import { clubForFile } from '../wire/support/club.mjs';
import { everybodyLeaves } from './support/browser.mjs';
import { furnish, walk } from './support/pages.mjs';

const [folder, pattern = '.'] = process.argv.slice(2);
if (!folder) throw new Error('usage: node tests/browser/gallery.mjs FOLDER [pattern of names]');
mkdirSync(folder, { recursive: true });

const club = await clubForFile({ members: ['anna', 'bo', 'admin'] });
await furnish(club);
after(everybodyLeaves);

const languages = { en: 'en-GB', ru: 'ru-RU', zh: 'zh-CN' };
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

async function shoot(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    const file = `${name} ${colorScheme}`.replace(/[^a-z]+/g, '-');
    if (!new RegExp(pattern).test(file)) continue;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${folder}/${file}.png` });
  }
  return [];
}

for (const [language, locale] of Object.entries(languages))
  for (const [size, view] of Object.entries(sizes))
    test(`${language}, ${size}`, async () => {
      await walk(club, { language, locale, ...view }, (page, name) => shoot(page, `${name} ${language} ${size}`));
      await everybodyLeaves();
    });
