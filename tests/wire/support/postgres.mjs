// A real PostgreSQL of Debian's packages, in a folder and on a port of its own, that a test may kill, freeze and restart.
// It ends with the process that started it, however that one ends. POSTGRES_FILES: the files of an empty one, made before.
import { spawn, execFile, execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './port.mjs';

const VERSIONS = '/usr/lib/postgresql';
const STARTS_MS = 60_000;
const ENDS_MS = 20_000;
const MEMORY = '/dev/shm';
const MEMORY_BYTES = 1e9;
const SETTINGS = {
  unix_socket_directories: '',
  dynamic_shared_memory_type: 'mmap', // in the folder, so that it goes with it
  shared_buffers: '16MB',
  max_connections: '100',
  max_wal_size: '128MB',
  log_checkpoints: 'off',
  timezone: 'UTC',
};

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The folder of its programs, of the newest version that is installed. */
export function programs() {
  const newest = readdirSync(VERSIONS).sort((a, b) => Number(a) - Number(b)).at(-1);
  return join(VERSIONS, newest, 'bin');
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
export function owner() {
  if (process.getuid() !== 0) return {};
  const number = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

/** Where there is much memory to spare, starting again after a crash takes no time there. */
function memoryFolder() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > MEMORY_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

const CHECKS_MS = 600_000;

export function execute(program, words, options = {}) {
  return new Promise((done, reject) => {
    const child = execFile(program, words, { timeout: STARTS_MS, maxBuffer: 1 << 28, ...options }, (error, output, errors) => {
      if (error) reject(new Error(`${program} ${words.join(' ')}: ${error.message}\n${errors}`));
      else done(output);
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/** What pg_amcheck complains of: every page of the club's tables and indexes, or of all that there are, is read, and each row
 * looked for in each index. `server`: the words that lead there. */
export async function complaintsOf(bin, server, options, { all = false } = {}) {
  const words = [...server, '-U', 'postgres', '-d', 'club', '--install-missing', '--heapallindexed', '--parent-check', ...(all ? [] : ['--schema', 'public'])];
  try {
    return (await execute(join(bin, 'pg_amcheck'), words, { timeout: CHECKS_MS, ...options })).split('\n').filter(Boolean);
  } catch (error) {
    return [error.message.slice(0, 2000)];
  }
}

// Waits until the end of its standard input, which is the end of the process that started it.
const GUARDIAN = `
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && grep -qs "$1/data" "/proc/$pid/cmdline"; then
  children=$(cat "/proc/$pid/task/$pid/children")
  kill -KILL $pid $children 2>/dev/null
fi
sleep 0.2
rm -rf "$1"
`;

export class Postgres {
  /** Another network than this process's, `{address, wrapper, folder?}`. */
  place = { address: '127.0.0.1', wrapper: [] };
  #bin = programs();
  #owner = owner();
  #guardian;
  #child;

  /**
   * `settings`: of postgresql.conf. `memory`: the files need no disk, whose speed is not what matters. The club's role may
   * do what an owner of a database may, no more.
   */
  static async start({ settings = {}, memory = false, place } = {}) {
    const postgres = new Postgres();
    if (place) postgres.place = place;
    postgres.#prepare(memory);
    await postgres.#fill();
    postgres.settings = { ...SETTINGS, ...settings };
    postgres.port = await freePort();
    if (place) postgres.#letIn();
    await postgres.#run();
    await postgres.query('CREATE ROLE club LOGIN', { database: 'postgres' });
    await postgres.database('club');
    return postgres;
  }

  /** Only the files, in a folder that is to be POSTGRES_FILES for those who begin with them. */
  static async files(folder) {
    const postgres = new Postgres();
    postgres.folder = folder;
    postgres.data = folder;
    if (postgres.#owner.uid !== undefined) chownSync(folder, postgres.#owner.uid, postgres.#owner.gid);
    await postgres.#initialise();
  }

  /** Copying what initdb made once takes a tenth of its time. */
  async #fill() {
    const { POSTGRES_FILES: files } = process.env;
    if (files) await execute('cp', ['-R', `${files}/.`, this.data], this.#options());
    else await this.#initialise();
  }

  async #initialise() {
    const words = ['-D', this.data, '-U', 'postgres', '--auth=trust', '--locale=C.UTF-8', '-E', 'UTF8', '--no-sync'];
    await execute(join(this.#bin, 'initdb'), words, this.#options());
  }

  /** Whoever is on that network. */
  #letIn() {
    appendFileSync(join(this.data, 'pg_hba.conf'), 'host all all samenet trust\nhost replication all samenet trust\n');
  }

  #prepare(memory) {
    this.memory = memory;
    this.folder = mkdtempSync(join(this.place.folder ?? (memory ? memoryFolder() : tmpdir()), 'postgres-'));
    this.data = join(this.folder, 'data');
    mkdirSync(this.data, { mode: 0o700 });
    if (this.#owner.uid !== undefined) for (const path of [this.folder, this.data]) chownSync(path, this.#owner.uid, this.#owner.gid);
    chmodSync(this.folder, 0o755);
    this.#guardian = spawn('sh', ['-c', GUARDIAN, 'guardian', this.folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.#guardian.unref();
    this.#guardian.stdin.unref();
  }

  #options() {
    return { cwd: this.folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: this.folder }, ...this.#owner };
  }

  /** Entering another network takes root: it becomes the other user inside. */
  #asOwner() {
    const { uid, gid } = this.#owner;
    return this.place.wrapper.length && uid !== undefined ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : [];
  }

  get pid() {
    return this.#child.pid;
  }

  get runs() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get url() {
    return this.urlOf('club');
  }

  /** `user`: `postgres` is the one who may do everything. */
  urlOf(database, { user = 'club', port = this.port } = {}) {
    return `postgresql://${user}@${this.place.address}:${port}/${database}`;
  }

  get log() {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  /** One more database of the club's role: its URL. */
  async database(name) {
    await this.query(`CREATE DATABASE ${name} OWNER club`, { database: 'postgres' });
    return this.urlOf(name);
  }

  /** Rows as lines of fields, through psql, as the one who may do everything: `[[field, …], …]`. */
  async query(sql, { database = 'club' } = {}) {
    const words = ['-X', '-q', '-A', '-t', '-0', '-F', '\x1f', '-v', 'ON_ERROR_STOP=1', '-d', this.urlOf(database, { user: 'postgres' }), '-f', '-'];
    const output = await execute(join(this.#bin, 'psql'), words, { ...this.#options(), input: `${sql};\n` });
    return output.split('\0').filter(Boolean).map((line) => line.split('\x1f'));
  }

  complaints() {
    return complaintsOf(this.#bin, ['-h', this.place.address, '-p', String(this.port)], this.#options());
  }

  async #run() {
    const words = Object.entries({ listen_addresses: this.place.address, port: this.port, ...this.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const shell = 'exec "$@" >>log 2>&1'; // a pipe's reader would have to stay
    const [first, ...rest] = [...this.place.wrapper, ...this.#asOwner(), 'sh', '-c', shell, 'sh', join(this.#bin, 'postgres'), '-D', this.data, ...words];
    this.#child = spawn(first, rest, {
      ...(this.place.wrapper.length ? { ...this.#options(), uid: undefined, gid: undefined } : this.#options()),
      stdio: 'ignore',
    });
    this.#child.unref();
    const child = this.#child;
    child.ended = new Promise((done) => child.once('exit', done));
    const until = Date.now() + STARTS_MS;
    while (Date.now() < until && child.exitCode === null && child.signalCode === null) {
      if (await this.answers()) return;
      await sleep(25);
    }
    throw new Error(`PostgreSQL did not start:\n${this.log.slice(-3000)}`);
  }

  /** Does it take connections and carry out statements? */
  async answers() {
    const ready = execute(join(this.#bin, 'pg_isready'), ['-q', '-h', this.place.address, '-p', String(this.port)], this.#options());
    return ready.then(() => true, () => false);
  }

  get #children() {
    const { pid } = this;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children ? children.split(' ').map(Number) : [];
  }

  get #family() {
    return [this.pid, ...this.#children];
  }

  #signalAll(name) {
    for (const pid of this.#family) {
      try {
        process.kill(pid, name);
      } catch {} // a backend that has just ended
    }
  }

  /** As a power cut, but for the kernel's cache: all its processes at once. */
  async kill() {
    process.kill(this.pid, 'SIGSTOP'); // no new children meanwhile
    this.#signalAll('SIGKILL');
    await this.#end();
  }

  /** A child that nobody waits for does not keep this process from ending. */
  async #end() {
    this.#child.ref();
    await this.#child.ended;
  }

  pause() {
    process.kill(this.pid, 'SIGSTOP');
    this.#signalAll('SIGSTOP');
  }

  /** To one of its processes, whatever it does, but the first one; false: it had just ended. Where one is killed it ends the
   * others and recovers by itself. */
  signalOne(name, random) {
    try {
      return process.kill(random.pick(this.#children), name);
    } catch {
      return false;
    }
  }

  resume() {
    this.#signalAll('SIGCONT');
  }

  /** After kill(), or halt(). */
  async serve() {
    const until = Date.now() + STARTS_MS;
    for (;;) {
      try {
        return await this.#run();
      } catch (error) {
        // Backends of a killed one may hold its shared memory for a moment.
        if (Date.now() > until || !/still in use|lock file/.test(this.log.slice(-1000))) throw error;
        await sleep(100);
      }
    }
  }

  /** `fast`: sessions are ended and all is written; `immediate`: as a crash. */
  async halt({ mode = 'fast' } = {}) {
    this.#child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    const timer = setTimeout(() => this.#signalAll('SIGKILL'), ENDS_MS);
    await this.#end();
    clearTimeout(timer);
  }

  async restart(options) {
    await this.halt(options);
    await this.serve();
  }

  /** Ends all backends of the club's role: how many. */
  async terminate() {
    const rows = await this.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'club'");
    return rows.length;
  }

  /** A server of its own that follows this one, and may be promoted. */
  async standby({ place, settings = {} } = {}) {
    const standby = new Postgres();
    if (place) standby.place = place;
    standby.#prepare(this.memory);
    standby.settings = { ...this.settings, ...settings };
    standby.port = await freePort();
    const words = ['-D', standby.data, '-R', '--no-sync', '-c', 'fast', '-d', this.urlOf('', { user: 'postgres' })];
    await execute(join(this.#bin, 'pg_basebackup'), words, this.#options());
    await standby.#run();
    return standby;
  }

  /** Of a standby: it goes on on a timeline of its own. */
  async promote() {
    await this.query('SELECT pg_promote(true, 30)', { database: 'postgres' });
  }

  /** Of one that has ended: its files, too. */
  discard() {
    rmSync(this.folder, { recursive: true, force: true });
    this.#guardian.stdin.end();
  }

  async stop() {
    if (this.#child && this.runs) {
      this.#signalAll('SIGCONT');
      await this.halt({ mode: 'immediate' });
    }
    this.discard();
  }
}
