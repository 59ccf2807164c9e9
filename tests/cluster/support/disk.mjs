// An ext4 file system in a file, on a loop device, whose power can be cut: what was written without being flushed need not
// be there when it is mounted again. What is mounted and attached is taken down with the process that made it, however
// that one ends.
//
// What ext4 has handed to the device counts as written: a device that forgets its own cache is not played.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sleep } from '../../wire/support/club.mjs';

const run = promisify(execFile);
const LETS_GO_MS = 20_000;
const DETACHES_MS = 200;
const AGAIN_MS = 20;
const PIECE = 1 << 20;
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C' };

/** The power cannot be cut here, for the reason that it names: not root, no loop device. */
export class NoPowerCuts extends Error {}

/** Why the power cannot be cut here; undefined where it can. */
export function whyNoPowerCuts() {
  if (process.getuid() !== 0) return 'mounting a file system takes root';
  try {
    execFileSync('mkfs.ext4', ['-V'], { env, stdio: 'ignore' });
  } catch {
    return 'there is no mkfs.ext4 (Debian package e2fsprogs)';
  }
  try {
    execFileSync('losetup', ['--find'], { env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return `there is no loop device: ${error.stderr || error.message}`.trim();
  }
  return undefined;
}

/** Compiles a C file of this folder. */
export function compile(name, to, words = []) {
  execFileSync('gcc', ['-O1', ...words, '-o', to, fileURLToPath(new URL(name, import.meta.url))]);
  return to;
}

// Waits until the end of its standard input, which is the end of the process that started it, if not before. Whoever has
// something open there is ended.
const GUARDIAN = `
trap '' INT TERM HUP
cat >/dev/null
mounted() { grep -qs " $1/disk " /proc/self/mounts; }
tries=0
while mounted "$1" && [ $tries -lt 50 ]; do
  umount "$1/disk" 2>/dev/null && continue
  find /proc/[0-9]*/cwd /proc/[0-9]*/fd -maxdepth 1 -lname "$1/disk*" 2>/dev/null | cut -d/ -f3 | sort -u | xargs -r kill -KILL 2>/dev/null
  tries=$((tries + 1))
  sleep 0.1
done
mounted "$1" || rm -rf "$1"
`;

export class Disk {
  #guardian;
  #knife;

  /** Empty and mounted at `at`, or NoPowerCuts. */
  static async make({ megabytes }) {
    const reason = whyNoPowerCuts();
    if (reason) throw new NoPowerCuts(reason);
    const disk = new Disk();
    disk.folder = mkdtempSync(join(tmpdir(), 'club-disk-'));
    chmodSync(disk.folder, 0o755); // PostgreSQL goes through it as another user
    disk.#guard();
    disk.at = join(disk.folder, 'disk');
    disk.image = join(disk.folder, 'image');
    compile('shutdown.c', join(disk.folder, 'shutdown'));
    mkdirSync(disk.at);
    writeFileSync(disk.image, '');
    truncateSync(disk.image, megabytes * 2 ** 20);
    await run('mkfs.ext4', ['-q', '-F', '-b', '4096', '-J', 'size=4', '-E', 'lazy_itable_init=0,lazy_journal_init=0', disk.image], { env });
    await disk.#mountFirst();
    return disk;
  }

  /** Ready for the cut: what is asked of it happens at once. */
  #arm() {
    this.#knife = spawn(join(this.folder, 'shutdown'), [this.at], { stdio: ['pipe', 'ignore', 'inherit'] });
    this.#knife.ended = once(this.#knife, 'exit');
    this.#knife.unref();
    this.#knife.stdin.unref();
  }

  #guard() {
    this.#guardian = spawn('sh', ['-c', GUARDIAN, 'guardian', this.folder], { cwd: '/', env, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.#guardian.ended = once(this.#guardian, 'exit');
    this.#guardian.unref();
    this.#guardian.stdin.unref();
  }

  async #mountFirst() {
    try {
      await this.#mount();
    } catch (error) {
      await this.finish();
      if (/permi|superuser/i.test(error.stderr)) throw new NoPowerCuts(error.stderr.trim());
      throw error;
    }
  }

  /** The loop device goes with the mount. */
  async #mount() {
    await run('mount', ['-t', 'ext4', '-o', 'loop,noatime', this.image, this.at], { env });
    this.#arm();
  }

  /** What is there now is there after any cut. */
  flush() {
    return run('sync', ['--file-system', this.at], { env });
  }

  /**
   * From now on nothing is written or read; who tries is told of an error. `processes`: those whose word counts, by their
   * numbers: they and their children are stopped at that moment, and are to be killed.
   */
  async cut(processes = []) {
    this.#knife.ref();
    this.#knife.stdin.end(`${processes.join(' ')}\n`);
    const [status] = await this.#knife.ended;
    if (status !== 0) throw new Error('the power could not be cut');
  }

  /**
   * After a cut, once all that had something open there has ended: as it is after the replay of its journal. That it was made
   * free again may be lost with the power: it is free.
   */
  async mountAgain() {
    for (const until = Date.now() + LETS_GO_MS; ; await sleep(AGAIN_MS)) {
      try {
        await run('umount', [this.at], { env });
        break;
      } catch (error) {
        if (Date.now() > until || !/busy/.test(error.stderr)) throw error;
      }
    }
    if (await this.#isHeld()) await this.#moveOn();
    await this.#mount();
    this.free();
  }

  /** A mount namespace that was made meanwhile has the dead file system, too, and would give it back. */
  async #isHeld() {
    for (const until = Date.now() + DETACHES_MS; ; await sleep(AGAIN_MS)) {
      const { stdout } = await run('losetup', ['--associated', this.image], { env });
      if (!stdout.trim()) return false;
      if (Date.now() > until) return true;
    }
  }

  /** To a copy of what was written. */
  async #moveOn() {
    const copy = `${this.image}-copy`;
    await run('cp', ['--sparse=always', this.image, copy], { env });
    renameSync(copy, this.image);
  }

  get #filler() {
    return join(this.at, 'filler');
  }

  /** Nothing more can be written. */
  fill() {
    const file = openSync(this.#filler, 'w');
    const piece = Buffer.alloc(PIECE, 0x5a);
    try {
      for (let size = piece.length; size > 0; ) {
        try {
          writeSync(file, piece, 0, size);
        } catch (error) {
          if (error.code !== 'ENOSPC') throw error;
          size >>= 1;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free() {
    rmSync(this.#filler, { force: true });
  }

  /** Ends whoever still has something open there. */
  async finish() {
    this.#knife?.stdin.end();
    this.#guardian.ref();
    this.#guardian.stdin.end();
    await this.#guardian.ended;
    if (existsSync(this.folder)) throw new Error(`${this.at} could not be taken down`);
  }
}
