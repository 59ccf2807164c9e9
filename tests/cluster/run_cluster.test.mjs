// make run-cluster: what is printed is there, what is killed comes back, and nothing stays behind.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { sleep } from '../wire/support/club.mjs';
import { statusOf } from './support/page.mjs';
import { Serving } from './support/serving.mjs';

const WAIT_MS = 90_000;

test('each part that is killed is started again, and the end leaves nothing behind', async () => {
  const serving = await Serving.start();
  try {
    const { origin, folder, link, parts } = serving;
    assert.match(link, new RegExp(`^${origin}/#invite=[A-Za-z0-9_-]{43}$`));
    assert.equal(await statusOf(`${origin}/api/club`), 200);
    assert.deepEqual(parts, ['postgresql', 'redis', 'instance 1', 'instance 2', 'haproxy']);
    for (const returns of parts.map((part) => serving.killPart(part))) await returns();
    for (const until = Date.now() + WAIT_MS; (await statusOf(`${origin}/api/club`)) !== 200; await sleep(100)) {
      assert.ok(Date.now() < until, `the club did not come back:\n${serving.output}`);
    }
    assert.equal(await serving.end(), 0, serving.output);
    assert.equal(existsSync(folder), false);
    assert.equal(await statusOf(`${origin}/api/club`), undefined);
  } finally {
    await serving.kill();
  }
});
