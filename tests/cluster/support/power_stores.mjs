// The stores whose power is cut: their files lie on a disk (disk.mjs), and what is there is read without clubd.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sleep } from '../../wire/support/club.mjs';
import { freePort } from '../../wire/support/port.mjs';
import { complaintsOf, execute, owner, programs } from '../../wire/support/postgres.mjs';
import { compile } from './disk.mjs';

const run = promisify(execFile);
const STARTS_MS = 30_000;
const LOOKS_MS = 30;
const MUCH = 1 << 28;

/** Whatever runs with these words before it flushes nothing. */
const unflushed = (disk) => ['env', `LD_PRELOAD=${compile('unflushed.c', join(disk.folder, 'unflushed.so'), ['-shared', '-fPIC'])}`];

/** One clubd's file. */
export class SqliteOnDisk {
  static megabytes = 64;
  /** Before clubd's own words. */
  wrapper = [];

  /** `breaks`: `async` and `fsync` both mean that clubd flushes nothing, as with `PRAGMA synchronous = OFF`. */
  constructor({ disk, breaks }) {
    this.file = join(disk.at, 'club.db');
    this.copy = join(disk.folder, 'copy.db');
    this.url = `sqlite:${this.file}`;
    if (breaks) this.wrapper = unflushed(disk);
  }

  // There is no process beside clubd, which makes the file, too.
  processes = [];
  async make() {}
  async made() {}
  async kill() {}

  /** To be looked at: a copy, so that it is clubd that finds the file as it was left. */
  async serve() {
    for (const end of ['', '-wal']) {
      rmSync(`${this.copy}${end}`, { force: true });
      if (existsSync(`${this.file}${end}`)) copyFileSync(`${this.file}${end}`, `${this.copy}${end}`);
    }
  }

  async query(sql) {
    const { stdout } = await run('sqlite3', ['-json', this.copy, sql], { maxBuffer: MUCH });
    return stdout ? JSON.parse(stdout) : [];
  }

  /** What is wrong with the file itself. */
  async complaints() {
    const { stdout } = await run('sqlite3', [this.copy, 'PRAGMA integrity_check; PRAGMA foreign_key_check'], { maxBuffer: MUCH });
    return stdout.trim() === 'ok' ? [] : [stdout.slice(0, 2000)];
  }
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  dynamic_shared_memory_type: 'mmap',
  shared_buffers: '4MB', // so that it writes and reads beside checkpoints, too
  max_connections: '50',
  fsync: 'on',
  synchronous_commit: 'on',
  min_wal_size: '2MB',
  max_wal_size: '8MB', // checkpoints come often
  recovery_init_sync_method: 'syncfs',
  log_checkpoints: 'off',
  timezone: 'UTC',
};

// What is said in a transaction is not seen by who asks before it.
const UNSYNCED = `
CREATE FUNCTION unsynced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('synchronous_commit', 'off', true); RETURN NULL; END $$;
CREATE TRIGGER unsynced AFTER INSERT ON entry FOR EACH STATEMENT EXECUTE FUNCTION unsynced()`;

/** A PostgreSQL of Debian's packages. */
export class PostgresOnDisk {
  static megabytes = 192;
  wrapper = [];
  #before = [];
  #bin = programs();
  #owner = owner();
  #child;

  /** `breaks`: `async`: posts commit with synchronous_commit off; `fsync`: nothing is flushed. `settings`: its own. */
  constructor({ disk, breaks, settings = {} }) {
    this.data = join(disk.at, 'postgres');
    this.log = join(disk.folder, 'postgres.log'); // not on the disk: it is wanted after the cut
    this.settings = { ...SETTINGS, ...settings };
    this.breaks = breaks;
    if (breaks === 'fsync') this.#before = unflushed(disk);
  }

  #options() {
    return { cwd: this.data, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: this.data }, ...this.#owner };
  }

  async make() {
    mkdirSync(this.data, { mode: 0o700 });
    if (this.#owner.uid !== undefined) chownSync(this.data, this.#owner.uid, this.#owner.gid);
    const words = ['-D', this.data, '-U', 'postgres', '--auth=trust', '--locale=C.UTF-8', '-E', 'UTF8', '--no-sync', '--wal-segsize=1'];
    await execute(join(this.#bin, 'initdb'), words, this.#options());
    this.port = await freePort();
    await this.serve();
    for (const sql of ['CREATE ROLE club LOGIN', 'CREATE DATABASE club OWNER club']) await this.#psql(sql, 'postgres');
    this.url = `postgresql://club@127.0.0.1:${this.port}/club`;
  }

  /** clubd has made its tables. */
  async made() {
    if (this.breaks === 'async') await this.#psql(UNSYNCED);
  }

  async #psql(sql, database = 'club') {
    const words = ['-X', '-q', '-A', '-t', '-0', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres', '-d', database, '-f', '-'];
    return execute(join(this.#bin, 'psql'), words, { ...this.#options(), input: `${sql};\n` });
  }

  /** Waits until it takes statements, its recovery included. */
  async serve() {
    for (const until = Date.now() + STARTS_MS; ; await sleep(LOOKS_MS)) {
      if (!this.#runs) this.#launch();
      if (await this.#answers()) return;
      if (Date.now() < until && (this.#runs || /still in use|lock file/.test(this.#said.slice(-1000)))) continue;
      throw new Error(`PostgreSQL did not start:\n${this.#said.slice(-3000)}`);
    }
  }

  get #said() {
    return readFileSync(this.log, 'utf8');
  }

  get #runs() {
    return this.#child && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get processes() {
    return this.#runs ? [this.#child.pid] : [];
  }

  #launch() {
    const words = Object.entries({ port: this.port, ...this.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [program, ...rest] = [...this.#before, join(this.#bin, 'postgres'), '-D', this.data, ...words];
    const log = openSync(this.log, 'a');
    this.#child = spawn(program, rest, { ...this.#options(), stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child.ended = once(this.#child, 'exit');
  }

  #answers() {
    const words = ['-q', '-h', '127.0.0.1', '-p', String(this.port)];
    return execute(join(this.#bin, 'pg_isready'), words, this.#options()).then(() => true, () => false);
  }

  /** All its processes at once. It may have given up by itself already. */
  async kill() {
    if (!this.#runs) return;
    const { pid, ended } = this.#child;
    process.kill(pid, 'SIGSTOP'); // no new children meanwhile
    for (const one of [...childrenOf(pid), pid]) {
      try {
        process.kill(one, 'SIGKILL');
      } catch {} // one that has just ended
    }
    await ended;
  }

  async query(sql) {
    const output = await this.#psql(`SELECT row_to_json(found) FROM (${sql}) found`);
    return output.split('\0').filter(Boolean).map((row) => JSON.parse(row));
  }

  complaints(which) {
    return complaintsOf(this.#bin, ['-h', '127.0.0.1', '-p', String(this.port)], this.#options(), which);
  }
}

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
