// Runs the parts of `make test`, prints each, and counts: the last line is "N passed, N failed".
//   node tests/run.mjs [PART …] [--only WORD]    all parts by default; --only: programs whose path holds WORD
// A part is a list of programs. What a program prints is shown when something in it failed; it is counted by the
// summary that cmocka (TAP) and node:test (TAP or spec) write, or as one test by its exit status.
import { spawn } from 'node:child_process';
import { readdirSync, existsSync } from 'node:fs';
import { join, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const BUILD = process.env.BUILD || 'build';
const ASAN_BUILD = process.env.ASAN_BUILD || `${BUILD}/asan`;
const PROGRAM_SECONDS = 420;
const OUTPUT_LIMIT = 4_000_000;

// Those that take longest begin first, so that the others fill the time beside them.
const LONG = /simulation|test_socket|operating|herd|hostile|browser\/line|cluster\/(faults|browser)/;

// At full speed, too: under the sanitizers it tries few seeds.
const SIMULATION = /test_simulation/;

const sanitized = {
  CLUBD: `${ASAN_BUILD}/clubd`,
  CLUBD_SLOW: '1',
  ASAN_OPTIONS: 'abort_on_error=1:detect_leaks=1:quarantine_size_mb=32', // what is freed is gone soon: tests weigh a server
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

function filesUnder(folder, matches) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((item) => {
      const path = join(folder, item.name);
      if (item.isDirectory()) return filesUnder(path, matches);
      return matches.test(path) ? [path] : [];
    })
    .sort((a, b) => LONG.test(b) - LONG.test(a) || (a < b ? -1 : 1));
}

const unitPrograms = (build, env) =>
  filesUnder('tests/unit', /\/test_[^/]*\.c$/).map((source) => {
    const path = source.replace(/^tests\/unit/, `${build}/unit`).replace(/\.c$/, '');
    return { name: source, argv: [path], env: { CMOCKA_MESSAGE_OUTPUT: 'TAP', ...env } };
  });

const nodePrograms = (folder, env = {}) =>
  filesUnder(folder, /\.test\.mjs$/).map((path) => ({ name: path, argv: [process.execPath, path], env }));

// `together`: how many of a part's programs run at a time. Wire tests wait more than they work.
const parts = {
  layers: { title: 'Who may call whom', programs: () => [{ name: 'make layers', argv: ['make', '-s', 'layers'] }] },
  reference: {
    title: 'The protocol reference agrees with the description of the methods',
    programs: () => [{ name: 'server/wire/generate.mjs', argv: ['node', 'server/wire/generate.mjs', '--check'] }],
  },
  simulation: {
    title: 'Thousands of seeds of the simulation',
    programs: () => unitPrograms(BUILD).filter(({ name }) => SIMULATION.test(name)),
  },
  client: {
    title: 'Browser client, without a browser',
    programs: () => [
      { name: 'client-web: tsc', argv: ['npm', 'run', '--silent', 'typecheck'], cwd: 'client-web' },
      { name: 'client-web', argv: ['npm', 'test', '--silent'], cwd: 'client-web' },
    ],
  },
  wire: { title: 'Wire: the real server', together: 4, programs: () => nodePrograms('tests/wire') },
  cluster: { title: 'Several instances', together: 3, programs: () => nodePrograms('tests/cluster') },
  browser: { title: 'Browser: the real client in Chromium', together: 2, programs: () => nodePrograms('tests/browser') },
  'unit-asan': {
    title: 'Units under AddressSanitizer and UBSan',
    together: 2,
    programs: () => unitPrograms(ASAN_BUILD, sanitized),
  },
  'wire-asan': {
    title: 'Wire under AddressSanitizer and UBSan',
    together: 4,
    programs: () => nodePrograms('tests/wire', sanitized),
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

function run(program) {
  return new Promise((resolve) => {
    const began = Date.now();
    const { NODE_TEST_CONTEXT, ...environment } = process.env;
    const child = spawn(program.argv[0], program.argv.slice(1), {
      cwd: program.cwd,
      env: { ...environment, ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own, so that what it started can be ended with it
    });
    let output = '';
    let late = false;
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
      resolve({ program, output: text, ...count(text, status), seconds: (Date.now() - began) / 1000 });
    };
    child.on('error', (error) => finish(1, `${error.message}\n`));
    child.on('close', (status, signal) => finish(status ?? 1, signal ? `${output}\nended by ${signal}\n` : output));
  });
}

function show(result, progress) {
  const { program, passed, failed, seconds } = result;
  const mark = failed ? 'FAILED' : 'ok';
  const counts = `${passed} passed${failed ? `, ${failed} failed` : ''}`;
  console.log(`  ${mark.padEnd(7)}${progress} ${program.name}: ${counts} (${seconds.toFixed(1)} s)`);
  if (failed) console.log(result.output.replace(/^/gm, '    | '));
}

async function runPart(name, only) {
  const part = parts[name];
  const waiting = part.programs().filter((program) => !only || relative(root, program.name).includes(only));
  const count = waiting.length;
  const results = [];
  const worker = async () => {
    for (let program = waiting.shift(); program; program = waiting.shift()) {
      const result = await run(program);
      results.push(result);
      show(result, `[${name} ${String(results.length).padStart(String(count).length)}/${count}]`);
    }
  };
  await Promise.all(Array.from({ length: part.together ?? 1 }, worker));
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
const done = [];
for (const name of wanted) {
  const { title } = parts[name];
  const began = Date.now();
  console.log(`${name}: ${title}`);
  const results = await runPart(name, only);
  done.push({ title, passed: sum(results, 'passed'), failed: sum(results, 'failed'), seconds: (Date.now() - began) / 1000 });
}
console.log('');
for (const { title, passed, failed, seconds } of done) {
  console.log(`${seconds.toFixed(0).padStart(5)} s ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed  ${title}`);
}
const [passed, failed] = [sum(done, 'passed'), sum(done, 'failed')];
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
