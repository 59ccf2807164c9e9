// Starts programs, each on its core, and ends every one of them by its id, whatever happens.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';

const running = new Set();

export const endAll = () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
process.on('exit', endAll);

/** Runs on one core; `log` takes what it writes to standard error. taskset becomes the program, so the id is its own. */
export const start = (core, program, words, {log, environment = {}} = {}) => {
  const to = log ? fs.openSync(log, 'a') : 'inherit';
  const child = spawn('taskset', ['-c', String(core), program, ...words],
    {stdio: ['ignore', 'pipe', to], env: {...process.env, ...environment}});
  if (log) fs.closeSync(to);
  running.add(child);
  child.output = '';
  child.stdout.on('data', (bytes) => { child.output = (child.output + bytes).slice(-65536); });
  child.ended = new Promise((resolve) => {
    child.on('error', (error) => { running.delete(child); resolve(error.message); });
    child.on('close', (code, signal) => { running.delete(child); resolve(signal ?? code); });
  });
  return child;
};

export const end = async (child, signal = 'SIGKILL') => {
  if (running.has(child)) child.kill(signal);
  await child.ended;
};

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const isListening = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

export const untilListening = async (child, port, seconds = 20) => {
  const until = Date.now() + seconds * 1e3;
  while (Date.now() < until) {
    if (!running.has(child)) throw new Error(`the server ended at once: ${await child.ended}`);
    if (await isListening(port)) return;
    await pause(20);
  }
  throw new Error(`nobody listens on ${port} after ${seconds} seconds`);
};
