// A network of the tests' own: this process at one end of a bridge, each part of the club in a namespace at another. What
// passes between any two of them, and in which direction, is decided by rules inside. It is gone when this process ends.
// All of it lies in a namespace that `inNamespaces` makes, so that nothing of the machine's own network is touched.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sleep } from '../../../wire/support/club.mjs';

const MARK = 'CLUB_OWN_NETWORK';
const NET = '10.77.0';
const MADE_MS = 5000;
const HEAP = '--max-old-space-size=8192'; // megabytes: the journals of an hour
const TOOLS = ['unshare', 'nsenter', 'setpriv', 'ip', 'iptables', 'prlimit', 'haproxy'];
/** Undefined where it is not installed. */
export const FAKETIME = readdirSync('/usr/lib').map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`).find(existsSync);

const execute = promisify(execFile);
const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const run = (...words) => execute(words[0], words.slice(1), { env: environment, timeout: MADE_MS });

/** Runs this program again in namespaces of its own, and ends with its status; returns where that has happened already. */
export async function inNamespaces() {
  if (process.env[MARK]) return;
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  chmodSync(folder, 0o755); // PostgreSQL runs as another user
  process.prependListener('exit', () => rmSync(folder, { recursive: true, force: true }));
  // The shell is the first process there: it buries those whose parents were killed. All end with `unshare`. The library
  // that sets clocks leaves files in /dev/shm, which is one of its own, too: what lies in the other one is not seen there.
  const script = 'mount --bind "$TMPDIR" /mnt && mount -t tmpfs tmpfs /dev/shm && TMPDIR=/mnt "$@"; exit $?';
  const shell = ['sh', '-c', script, 'sh', process.execPath, HEAP, ...process.argv.slice(1)];
  const words = ['--kill-child', '--net', '--mount', '--pid', '--fork', '--mount-proc', ...shell];
  const env = { ...environment, POSTGRES_FILES: '', TMPDIR: folder, [MARK]: 'yes' };
  const child = spawn('unshare', words, { env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGKILL'));
  const [status] = await once(child, 'exit');
  process.exit(status ?? 1);
}

/** One end of the network, with an address of its own. */
class Place {
  #holder;

  constructor(name, number) {
    Object.assign(this, { name, address: `${NET}.${number}` });
  }

  async make() {
    // It keeps the namespace, and ends with this process.
    this.#holder = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', 'infinity'], { env: environment, stdio: 'ignore' });
    const { pid } = this.#holder;
    const own = readlinkSync('/proc/self/ns/net');
    for (const end = Date.now() + MADE_MS; readlinkSync(`/proc/${pid}/ns/net`) === own; await sleep(5)) {
      if (Date.now() > end) throw new Error(`no network for ${this.name}`);
    }
    this.wrapper = ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
    const near = `to-${this.name}`.slice(0, 15);
    await run('ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
    await run('ip', 'link', 'set', near, 'master', 'club', 'up');
    await this.#within('ip', 'addr', 'add', `${this.address}/24`, 'dev', 'eth0');
    for (const link of ['lo', 'eth0']) await this.#within('ip', 'link', 'set', link, 'up');
    return this;
  }

  #within(...words) {
    return run(...this.wrapper, ...words);
  }

  #rule(...words) {
    return this.#within('iptables', '-w', '-A', ...words);
  }

  /** Nothing comes in from there. */
  deafTo(address) {
    return this.#rule('INPUT', '-s', address, '-j', 'DROP');
  }

  /** Nothing gets out to there. */
  muteTo(address) {
    return this.#rule('OUTPUT', '-d', address, '-j', 'DROP');
  }

  /** A part of all packets is lost, both ways. */
  async lossy(part) {
    const some = ['-m', 'statistic', '--mode', 'random', '--probability', String(part), '-j', 'DROP'];
    await this.#rule('INPUT', '-i', 'eth0', ...some);
    await this.#rule('OUTPUT', '-o', 'eth0', ...some);
  }

  /** Whoever says something, on either side, is told that nobody knows the connection. */
  async resets(address) {
    const refusal = ['-p', 'tcp', '-j', 'REJECT', '--reject-with', 'tcp-reset'];
    await this.#rule('INPUT', '-s', address, ...refusal);
    await this.#rule('OUTPUT', '-d', address, ...refusal);
  }

  /** Packets that were kept from getting through since the rules were made. */
  async caught() {
    const { stdout } = await this.#within('iptables', '-w', '-nvxL');
    return [...stdout.matchAll(/^ *(\d+) +\d+ +(?:DROP|REJECT) /gm)].reduce((sum, [, packets]) => sum + Number(packets), 0);
  }

  /** All goes through again: whatever rules there are, they are of these tests. */
  heal() {
    return this.#within('iptables', '-w', '-F');
  }
}

export class Network {
  /** Where this process is: as its members, as what stands before PostgreSQL, and before Redis. */
  members = `${NET}.1`;
  toPostgres = `${NET}.2`;
  toRedis = `${NET}.3`;
  #next = 10;

  static async make() {
    const network = new Network();
    await run('ip', 'link', 'set', 'lo', 'up');
    await run('ip', 'link', 'add', 'club', 'type', 'bridge');
    for (const address of [network.members, network.toPostgres, network.toRedis]) await run('ip', 'addr', 'add', `${address}/24`, 'dev', 'club');
    await run('ip', 'link', 'set', 'club', 'up');
    return network;
  }

  place(name) {
    return new Place(name, ++this.#next).make();
  }
}

/** Why there can be none here, if so. */
export function whyNoNetworks() {
  if (process.env[MARK]) return undefined;
  if (process.getuid() !== 0) return 'networks, disks and clocks are broken here: that takes root';
  const lacking = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { env: environment }).status !== 0);
  if (!FAKETIME) lacking.push('libfaketime');
  if (lacking.length) return `not here: ${lacking.join(', ')}`;
  const script = 'ip link add club type bridge && iptables -w -A INPUT -j ACCEPT';
  const { status, stderr } = spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', '--mount-proc', 'sh', '-ec', script], { env: environment, encoding: 'utf8' });
  return status === 0 ? undefined : `no network of its own: ${stderr.trim() || `unshare ended with ${status}`}`;
}
