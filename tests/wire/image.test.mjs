// The image's first stage builds from what it copies, and from nothing else of the checkout.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const left = (from) => !/node_modules|\/dist\b/.test(from);

/** [[what, where to], …] of the stage, in folders of the checkout. */
function copied() {
  const [stage] = readFileSync(join(root, 'docker/Dockerfile'), 'utf8').split(/^FROM .* AS clubd$/m);
  return [...stage.matchAll(/^COPY (?!--)(.+) (\S+)$/gm)].flatMap(([, from, to]) => from.split(' ').map((one) => [one, to]));
}

test('what the image copies is enough to build it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    for (const [from, to] of copied()) {
      const target = to.endsWith('/') ? join(folder, to, from.split('/').at(-1)) : join(folder, to);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(root, from), target, { recursive: true, filter: left });
    }
    const { status, stderr } = spawnSync('make', ['--dry-run', '--silent', 'build/clubd'], { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
