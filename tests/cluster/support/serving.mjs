// `make run-cluster` as a test uses it: what it printed, its parts by their names, killed and come back.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CLUBD, sleep } from '../../wire/support/club.mjs';

const LOOK_MS = 50;
const WAIT_MS = 90_000;
const program = fileURLToPath(new URL('../run.mjs', import.meta.url));

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** A process and what it started, all at once: none has the time to see another one go. */
function killFamily(pid) {
  process.kill(pid, 'SIGSTOP'); // no new children meanwhile
  for (const one of [...childrenOf(pid), pid]) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {} // a child that has just ended
  }
}

export class Serving {
  output = '';

  static async start(settings = {}) {
    const serving = new Serving();
    serving.child = spawn(process.execPath, [program], { env: { ...process.env, CLUBD, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [serving.child.stdout, serving.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (serving.output += text));
    }
    serving.ended = new Promise((done) => serving.child.once('exit', (status) => done(status)));
    try {
      await serving.says(/Ctrl-C/);
    } catch (error) {
      await serving.kill();
      throw error;
    }
    return serving;
  }

  /** Waits until it has printed this. */
  async says(words, ms = WAIT_MS) {
    for (const end = Date.now() + ms; ; await sleep(LOOK_MS)) {
      const found = words.exec(this.output);
      if (found) return found;
      assert.ok(Date.now() < end && this.child.exitCode === null, `it does not say ${words}:\n${this.output}`);
    }
  }

  get origin() {
    return /The club is at (\S+)/.exec(this.output)[1];
  }

  get folder() {
    return /lies in (\S+)/.exec(this.output)[1];
  }

  /** What the instances have said. */
  get logs() {
    return [...this.output.matchAll(/\/metrics; (\S+)$/gm)].map(([, file]) => `${file}:\n${readFileSync(file, 'utf8')}`).join('\n');
  }

  /** The first admin's. */
  get link() {
    return /\n {2}(https:\S+#invite=\S+)\n/.exec(this.output)[1];
  }

  /** The parts by their names, in the order in which they were started. */
  get parts() {
    return [...this.output.matchAll(/^ {2}([a-z]+(?: \d)?) +pid \d+/gm)].map(([, name]) => name);
  }

  pid(part) {
    const lines = new RegExp(`(?:^ {2}${part} +| ${part} runs again: )pid (\\d+)`, 'gm');
    return Number([...this.output.matchAll(lines)].at(-1)[1]);
  }

  /** kill -9 of the process that was printed, or of its children too: what to wait for until it runs again. */
  killPart(part, { family = false, ms = WAIT_MS } = {}) {
    const pid = this.pid(part);
    if (family) killFamily(pid);
    else process.kill(pid, 'SIGKILL');
    return () => this.says(new RegExp(`${part} \\(pid ${pid}\\) was ended[^]*${part} runs again`), ms);
  }

  /** What is killed stays away until letGo(). */
  hold() {
    this.child.kill('SIGSTOP');
  }

  letGo() {
    this.child.kill('SIGCONT');
  }

  /** As with Ctrl-C: its status. */
  end() {
    this.letGo();
    this.child.kill('SIGINT');
    return this.ended;
  }

  kill() {
    this.child.kill('SIGKILL');
    return this.ended;
  }
}
