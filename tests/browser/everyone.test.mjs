// What everybody needs, on every page: axe finds nothing in light and dark, and targets are large enough.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { clubForFile } from '../wire/support/club.mjs';
import { everybodyLeaves } from './support/browser.mjs';
import { furnish, walk } from './support/pages.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const club = await clubForFile({ members: ['anna', 'bo', 'admin'] });
await furnish(club);
after(everybodyLeaves);

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds: the rule, and where. */
async function faults(page, runOnly) {
  const violations = await page.evaluate(async (rules) => (await window.axe.run(document, { preload: false, runOnly: rules, resultTypes: ['violations'] })).violations, runOnly);
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, html, failureSummary }) => `${id} (${help}): ${target.join(' ')} ${html.slice(0, 200)} ${failureSummary}`));
}

async function faultsInBothThemes(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const light = await faults(page, RULES);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  return [...light, ...(await faults(page, ['color-contrast'])).map((fault) => `dark: ${fault}`)];
}

/** Targets below 24 by 24 pixels (WCAG 2.2, 2.5.8), but for links in a sentence; of a labelled box the label counts. */
function smallTargets(page) {
  return page.evaluate(() => {
    const least = 24;
    const all = [];
    const collect = (root) => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) collect(element.shadowRoot);
        if (element.matches('a[href], button, input, select, textarea, summary, [role=button], [role=tab], [role=menuitem], [role=option]')) all.push(element);
      }
    };
    collect(document);
    const target = (element) => (element.matches('[type=checkbox], [type=radio]') ? (element.labels?.[0] ?? element) : element);
    return all
      .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest('[inert]') && !element.matches('.text a, p a'))
      .map((element) => ({ element, box: target(element).getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && box.height > 1 && (box.width < least - 0.1 || box.height < least - 0.1))
      .map(({ element, box }) => `${Math.round(box.width)} by ${Math.round(box.height)}: ${element.outerHTML.slice(0, 150)}`);
  });
}

for (const view of [
  { language: 'en', locale: 'en-GB', width: 1280, height: 800 },
  { language: 'zh', locale: 'zh-CN', width: 390, height: 844 },
]) {
  test(`axe finds nothing and targets are large enough: ${view.language}, ${view.width} wide`, async () => {
    const wrong = await walk(club, view, async (page) => [...(await faultsInBothThemes(page)), ...(await smallTargets(page))]);
    assert.deepEqual(wrong, []);
    await everybodyLeaves();
  });
}
