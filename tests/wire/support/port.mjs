// A port that nobody listens on, and that stays free for a server that is ended and started again: one of the ports that
// the system gives to outgoing connections would be taken in between, and so would one that another test program chose: a
// file says whose it is.
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOWEST = 10_000;
const TRIES = 200;
const given = new Set();
const fileOf = (port) => join(tmpdir(), `clubd-port-${port}`);
process.on('exit', () => {
  for (const port of given) rmSync(fileOf(port), { force: true });
});

/** One whose program was killed is free again. */
function isForgotten(port) {
  try {
    process.kill(Number(readFileSync(fileOf(port), 'utf8')) || process.pid, 0);
    return false;
  } catch ({ code }) {
    return code === 'ESRCH';
  }
}

function take(port) {
  try {
    writeFileSync(fileOf(port), String(process.pid), { flag: isForgotten(port) ? 'w' : 'wx' });
    return true;
  } catch ({ code }) {
    if (code === 'EEXIST') return false;
    throw new Error(`${fileOf(port)}: ${code}`);
  }
}

/** The range of ports below those that the system gives out by itself. */
function range() {
  const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
  return first > LOWEST + 1000 ? { lowest: LOWEST, count: first - LOWEST } : { lowest: 1024, count: Math.max(first - 1024, 1000) };
}

async function isFree(port) {
  const server = net.createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

export async function freePort() {
  const { lowest, count } = range();
  for (let i = 0; i < TRIES; i++) {
    const port = lowest + Math.floor(Math.random() * count);
    if (!(await isFree(port)) || !take(port)) continue;
    given.add(port);
    return port;
  }
  throw new Error('no free port found');
}
