// Large text and narrow windows: nothing is cut off, nothing is scrolled to the side.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { clubForFile } from '../wire/support/club.mjs';
import { everybodyLeaves } from './support/browser.mjs';
import { furnish, walk } from './support/pages.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'admin'] });
await furnish(club);
after(everybodyLeaves);

/** What sticks out to the right, where a page must not be scrolled to the side. */
function outOfSight(page) {
  return page.evaluate(() => {
    const right = document.documentElement.clientWidth;
    const found = document.documentElement.scrollWidth > right ? [`the page is ${document.documentElement.scrollWidth} wide in ${right}`] : [];
    for (const element of document.querySelectorAll('button, input, select, textarea, h1, h2, p, a, label, dd, .text')) {
      const box = element.getBoundingClientRect();
      const hidden = element.closest('.visually-hidden, [hidden]') || box.width <= 1;
      if (!hidden && (box.right > right + 1 || box.left < -1)) found.push(`${Math.round(box.left)} to ${Math.round(box.right)} of ${right}: ${element.outerHTML.slice(0, 150)}`);
    }
    return found;
  });
}

for (const { what, size, ...view } of [
  { what: 'in a window of 320 pixels, as at 400 %', width: 320, height: 640, size: '100%' },
  { what: 'with text at 200 %', width: 1280, height: 800, size: '200%' },
]) {
  test(`nothing is lost ${what}`, async () => {
    const wrong = await walk(club, { language: 'ru', locale: 'ru-RU', ...view }, async (page) => {
      await page.evaluate((fontSize) => (document.documentElement.style.fontSize = fontSize), size);
      return outOfSight(page);
    });
    assert.deepEqual(wrong, []);
    await everybodyLeaves();
  });
}
