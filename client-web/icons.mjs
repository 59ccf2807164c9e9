// Draws the icons of the installed client from src/icon.svg, with the browser of the tests:   node icons.mjs
// What it draws is checked in, so that a build needs no browser.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CHROMIUM } from '../tests/browser/support/chromium.mjs';

const { chromium } = createRequire(new URL('../tests/package.json', import.meta.url))('playwright-core');
const svg = readFileSync(new URL('src/icon.svg', import.meta.url), 'utf8');
/** Any shape may be cut out of it: the ground goes to the edges, and the sign stands inside of the safe circle. */
const whole = svg
  .replace(' rx="15"', '')
  .replace(/(<path.*)<\/svg>/, '<g transform="translate(8 8) scale(.75)">$1</g></svg>');

const drawings = [
  ['icon-192', 192, svg],
  ['icon-512', 512, svg],
  ['maskable-512', 512, whole],
  ['touch-180', 180, whole],
];
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox'],
});
for (const [name, size, drawing] of drawings) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`);
  writeFileSync(new URL(`src/icons/${name}.png`, import.meta.url), await page.screenshot({ omitBackground: true }));
}
await browser.close();
