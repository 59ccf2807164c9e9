// Runs the parts of `make test`, prints each program, and counts: the last line is "N passed, N failed".
//   node tests/run.mjs [PART …] [--only WORD]    all parts by default; --only: programs whose path holds WORD
// A part is a list of programs. What a program prints is shown when something in it failed; it is counted by the
// summary that cmocka (TAP) and node:test (TAP or spec) write, or as one test by its exit status.
// The programs of all parts wait in one line: whoever fits beside those that run begins, and one more while cores are idle.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulated } from './broken/rules.mjs';
import { Idleness } from './idleness.mjs';
import { Postgres } from './wire/support/postgres.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const BUILD = process.env.BUILD || 'build';
const ASAN_BUILD = process.env.ASAN_BUILD || `${BUILD}/asan`;
const PROGRAM_SECONDS = 420;
const OUTPUT_LIMIT = 4_000_000;
const MEMORY = '/dev/shm';
const MEMORY_BYTES = 4e9;

// Those that take longest begin first, so that the others fill the time beside them.
const LONG =
  /chaos|simulation|store\/test_postgres\.c|test_(driver|postgres_faults|postgres_moderating\.|torture|socket|hash_threads|http)|herd|hostile|browser\/(line|moderation|offline|people|reports|scrolling|slow)|cluster\/(faults|browser)|broken\/faults/;

// At full speed, too: under the sanitizers it tries few seeds.
const SIMULATION = /test_simulation/;
const CHAOS = /chaos/;

// Rules that are broken in a build that is there: `make test` says which.
const today = (process.env.BROKEN_TODAY ?? '').split(' ').filter(Boolean);

const sanitized = {
  CLUBD: `${ASAN_BUILD}/clubd`,
  ...(existsSync(`${BUILD}/clubd`) ? { CLUBD_HANDY: `${BUILD}/clubd` } : {}),
  CLUBD_SLOW: '1',
  ASAN_OPTIONS: 'abort_on_error=1:detect_leaks=1:quarantine_size_mb=32:malloc_context_size=12', // what is freed is gone soon, since tests weigh a server; whole stacks of each piece of memory take their time
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

/** For what the programs write: in memory where there is room, since browsers and stores keep a disk busy. */
function folderInMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < MEMORY_BYTES) return undefined;
    const folder = mkdtempSync(`${MEMORY}/clubd-tests-`);
    chmodSync(folder, 0o711); // PostgreSQL runs as another user there
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
    return folder;
  } catch {
    return undefined;
  }
}

/** What initdb makes is the same for everybody: made once. */
async function postgresFiles(folder) {
  const files = join(folder, 'postgres');
  mkdirSync(files, { mode: 0o700 });
  await Postgres.files(files);
  process.env.POSTGRES_FILES = files;
}

function filesUnder(folder, matches) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((item) => {
      const path = join(folder, item.name);
      if (item.isDirectory()) return filesUnder(path, matches);
      return matches.test(path) ? [path] : [];
    })
    .sort();
}

const unitPrograms = (build, env) =>
  filesUnder('tests/unit', /\/test_[^/]*\.c$/).map((source) => {
    const path = source.replace(/^tests\/unit/, `${build}/unit`).replace(/\.c$/, '');
    return { name: source, argv: [path], env: { CMOCKA_MESSAGE_OUTPUT: 'TAP', ...env } };
  });

const nodePrograms = (folder, env = {}, words = []) =>
  filesUnder(folder, /\.test\.mjs$/).map((path) => ({ name: path, argv: [process.execPath, ...words, path], env }));

// What the sanitizers make gentler, or leave out, is marked `only` and shown at full speed, too; the rest is the same in both
// builds.
const atFullSpeed = ({ name }) => /\bonly: true\b|\bonlyFast\b/.test(readFileSync(name, 'utf8'));

// `load`: how much of a core one of its programs takes, about: wire tests wait more than they work. `together`: how many of
// them run at a time at most, whatever there is room for. In the order in which they begin.
const parts = {
  chaos: {
    title: 'Networks, disks and clocks break, too',
    load: Infinity, // alone, unless cores idle: what it breaks takes all there is
    programs: () => nodePrograms('tests/cluster').filter(({ name }) => CHAOS.test(name)),
  },
  layers: { title: 'Who may call whom', load: 1, programs: () => [{ name: 'make layers', argv: ['make', '-s', 'layers'] }] },
  untouched: {
    title: 'Nothing of the broken builds is in the ordinary one',
    load: 1,
    programs: () => [{ name: 'make untouched', argv: ['make', '-s', 'untouched'] }],
  },
  reference: {
    title: 'The protocol reference agrees with the description of the methods',
    load: 1,
    programs: () => [{ name: 'server/wire/generate.mjs', argv: ['node', 'server/wire/generate.mjs', '--check'] }],
  },
  browser: {
    title: 'Browser: the real client in Chromium',
    load: 0.75,
    together: 2,
    programs: () => nodePrograms('tests/browser'),
  },
  cluster: {
    title: 'Several instances',
    load: 0.65,
    together: 3,
    programs: () => nodePrograms('tests/cluster').filter(({ name }) => !CHAOS.test(name)),
  },
  wire: { title: 'Wire: the real server at full speed', load: 0.5, programs: () => nodePrograms('tests/wire', {}, ['--test-only']).filter(atFullSpeed) },
  'wire-asan': {
    title: 'Wire under AddressSanitizer and UBSan',
    load: 0.5,
    programs: () => nodePrograms('tests/wire', sanitized),
  },
  simulation: {
    title: 'Thousands of seeds of the simulation',
    load: 1,
    programs: () => unitPrograms(BUILD).filter(({ name }) => SIMULATION.test(name)),
  },
  proves: {
    title: 'The simulation finds what is broken on purpose',
    load: 1,
    programs: () => simulated.map((rule) => ({ name: `tests/broken/simulation.mjs ${rule}`, argv: ['node', 'tests/broken/simulation.mjs', rule] })),
  },
  found: {
    title: 'Faults find what is broken on purpose, a rule each day',
    load: 0.65,
    programs: () => today.map((rule) => ({ name: `tests/broken/faults.mjs ${rule}`, argv: ['node', 'tests/broken/faults.mjs', '--short', rule] })),
  },
  client: {
    title: 'Browser client, without a browser',
    load: 1,
    together: 1,
    programs: () => [
      { name: 'client-web: tsc', argv: ['npm', 'run', '--silent', 'typecheck'], cwd: 'client-web' },
      { name: 'client-web', argv: ['npm', 'test', '--silent'], cwd: 'client-web' },
    ],
  },
  'unit-asan': {
    title: 'Units under AddressSanitizer and UBSan',
    load: 1,
    programs: () => unitPrograms(ASAN_BUILD, sanitized),
  },
};
const groups = { asan: ['unit-asan', 'wire-asan'] };

function count(output, status) {
  let passed = 0;
  let failed = 0;
  let summaries = 0;
  for (const line of output.split('\n')) {
    const summary = /^(?:#|ℹ) (pass|fail|cancelled) (\d+)$/.exec(line);
    if (!summary) continue;
    summaries++;
    if (summary[1] === 'pass') passed += Number(summary[2]);
    else failed += Number(summary[2]);
  }
  if (!summaries) {
    for (const line of output.split('\n')) {
      if (/^ok \d+/.test(line)) passed++;
      else if (/^not ok \d+(?! # SKIP)/.test(line)) failed++;
    }
  }
  if (passed + failed === 0) return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  if (status !== 0 && failed === 0) failed = 1; // it died, or a sanitizer spoke at its end
  return { passed, failed };
}

/** Seconds of CPU that ended children took, with theirs. */
function childrenCpu() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

let cpuSeen = childrenCpu();

function run(program) {
  return new Promise((resolve) => {
    const began = Date.now();
    const { NODE_TEST_CONTEXT, ...environment } = process.env;
    const child = spawn(program.argv[0], program.argv.slice(1), {
      cwd: program.cwd,
      env: { ...environment, ...(folder ? { TMPDIR: folder } : {}), ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own, so that what it started can be ended with it
    });
    let output = '';
    let late = false;
    let cpu = 0;
    child.on('exit', () => {
      const now = childrenCpu();
      cpu = now - cpuSeen;
      cpuSeen = now;
    });
    const take = (piece) => {
      if (output.length < OUTPUT_LIMIT) output += piece;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const timer = setTimeout(() => {
      late = true;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {}
    }, PROGRAM_SECONDS * 1000);
    const finish = (status, text) => {
      clearTimeout(timer);
      if (late) text += `\nended after ${PROGRAM_SECONDS} s\n`;
      resolve({ program, output: text, ...count(text, status), began, ended: Date.now(), cpu });
    };
    child.on('error', (error) => finish(1, `${error.message}\n`));
    child.on('close', (status, signal) => finish(status ?? 1, signal ? `${output}\nended by ${signal}\n` : output));
  });
}

const secondsOf = ({ began, ended }) => (ended - began) / 1000;

function show(result, progress) {
  const { program, passed, failed } = result;
  const mark = failed ? 'FAILED' : 'ok';
  const skipped = new Set([...result.output.matchAll(/ # SKIP (\S.*)$/gm)].map(([, reason]) => reason));
  const counts = `${passed} passed${failed ? `, ${failed} failed` : ''}${skipped.size ? `, some skipped (${[...skipped].join('; ')})` : ''}`;
  console.log(`  ${mark.padEnd(7)}${progress} ${program.name}: ${counts} (${secondsOf(result).toFixed(1)} s, CPU ${result.cpu.toFixed(1)} s)`);
  if (failed) console.log(result.output.replace(/^/gm, '    | '));
}

const ROOM = Math.max(2, availableParallelism?.() ?? cpus().length);
// While a share of the cores idles for some looks in a row, one more begins, up to so many.
const LOOK_MS = 500;
const LOOKS = 2;
const IDLE_SHARE = 0.15;
const MOST = 3 * ROOM;

/** Runs the programs that wait, each as soon as there is room for its load: their results. */
async function runAll(waiting) {
  const running = new Set();
  const results = [];
  const counts = {};
  for (const { part } of waiting) counts[part] = { all: (counts[part]?.all ?? 0) + 1, done: 0 };
  const load = () => [...running].reduce((total, { part }) => total + parts[part].load, 0);
  const beside = (part) => [...running].filter((other) => other.part === part).length;
  const fits = ({ part }) =>
    !running.size || ((spare || load() + parts[part].load <= ROOM) && beside(part) < (parts[part].together ?? Infinity));
  const begin = (program) => {
    running.add(program);
    program.ends = run(program).then((result) => {
      running.delete(program);
      results.push(result);
      const { part } = program;
      show(result, `[${results.length}/${count}, ${part} ${++counts[part].done}/${counts[part].all}]`);
    });
  };
  const count = waiting.length;
  let spare = false;
  let looks = 0;
  const admit = () => {
    for (let next = waiting.findIndex(fits); next >= 0; next = waiting.findIndex(fits)) {
      begin(waiting.splice(next, 1)[0]);
      spare = false;
      looks = 0;
    }
  };
  const timer = setInterval(() => {
    looks = idleness.look() < IDLE_SHARE ? 0 : looks + 1;
    spare = looks >= LOOKS && running.size < MOST;
    if (spare) admit();
    spare = false;
  }, LOOK_MS);
  while (waiting.length || running.size) {
    admit();
    await Promise.race([...running].map(({ ends }) => ends));
  }
  clearInterval(timer);
  return results;
}

const sum = (results, name) => results.reduce((total, result) => total + result[name], 0);

const words = process.argv.slice(2);
const at = words.indexOf('--only');
const only = at < 0 ? undefined : words.splice(at, 2)[1];
const wanted = words.length ? words.flatMap((word) => groups[word] ?? [word]) : Object.keys(parts);
const unknown = wanted.find((name) => !parts[name]);
if (unknown) {
  console.error(`no such part: ${unknown}; there are: ${Object.keys(parts).join(' ')}`);
  process.exit(2);
}
const waiting = wanted
  .flatMap((part) => parts[part].programs().map((program) => ({ ...program, part })))
  .filter((program) => !only || relative(root, program.name).includes(only));
waiting.sort((a, b) => LONG.test(b.name) - LONG.test(a.name)); // of equals the order stays

const began = Date.now();
const folder = folderInMemory();
if (folder) await postgresFiles(folder).catch((error) => console.log(`  initdb: ${error.message}`));
const idleness = new Idleness();
const results = await runAll(waiting);

console.log('\nThe slowest:');
for (const result of [...results].sort((a, b) => secondsOf(b) - secondsOf(a)).slice(0, 10)) {
  const { program, cpu } = result;
  console.log(`${secondsOf(result).toFixed(0).padStart(5)} s, CPU ${cpu.toFixed(0).padStart(4)} s  ${program.part} ${program.name}`);
}
console.log('\nFrom its first program to its last:');
for (const part of wanted) {
  const own = results.filter(({ program }) => program.part === part);
  const span = own.length ? (Math.max(...own.map(({ ended }) => ended)) - Math.min(...own.map(({ began }) => began))) / 1000 : 0;
  const times = `${span.toFixed(0).padStart(5)} s, CPU ${sum(own, 'cpu').toFixed(0).padStart(4)} s`;
  console.log(`${times} ${String(sum(own, 'passed')).padStart(5)} passed ${String(sum(own, 'failed')).padStart(3)} failed  ${parts[part].title}`);
}
console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(5)} s, CPU ${sum(results, 'cpu').toFixed(0).padStart(4)} s in all; cores idle: ${(100 * idleness.whole()).toFixed(0)} %`);
const [passed, failed] = [sum(results, 'passed'), sum(results, 'failed')];
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
