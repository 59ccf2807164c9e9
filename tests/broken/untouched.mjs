// `make untouched`: nothing of the breaks (include/club/broken.h) is in an ordinary build. Each source that names one is
// compiled as it is, and with the breaks cut out of its text: the compiler must make the same of both. Prints nothing and
// ends with 0 when all is well.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BUILD = process.env.BUILD || 'build';
const [compiler, ...flags] = process.env.COMPILE.split(' ').filter(Boolean);
const MARK = 'broken on purpose'; // BROKEN_WORDS begins with it
const NAMES = /\bBROKEN(_ANY|_WORDS)?\b/;
const problems = [];

/** The text without its breaks, in the forms that the header allows. */
function cut(text) {
  return text
    .replace(/^[ \t]*if \(BROKEN(?:\(\w+\)|_ANY)[^;{}]*;\n/gm, '')
    .replace(/\s+&& !BROKEN\(\w+\)|!BROKEN\(\w+\) && /g, '')
    .replace(/BROKEN\(\w+\) \? [^:;]*? : /g, '');
}

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '');

async function compile(folder, path, text) {
  const source = join(folder, basename(path));
  const object = source.replace(/c$/, 'o');
  mkdirSync(folder, { recursive: true });
  writeFileSync(source, text);
  // -g0: lines and names of what was cut are no code. -w: a function that only a break calls is called by nobody.
  await run(compiler, [...flags, '-g0', '-w', `-I${dirname(path)}`, '-c', source, '-o', object]);
  return readFileSync(object);
}

async function look(folder, path, place) {
  const text = readFileSync(path, 'utf8');
  const rest = cut(text);
  if (NAMES.test(withoutComments(rest))) return problems.push(`${path}: a break in a form that cannot be cut out`);
  const [whole, without] = [await compile(join(folder, `${place}a`), path, text), await compile(join(folder, `${place}b`), path, rest)];
  if (!whole.equals(without)) problems.push(`${path}: the ordinary build has something of a break`);
}

const sources = execFileSync('grep', ['-rlE', '--include=*.[ch]', '\\bBROKEN(\\(|_)', 'server'], { encoding: 'utf8' }).trim().split('\n').sort();
const folder = mkdtempSync(join(tmpdir(), 'untouched-'));
try {
  const left = sources.entries();
  const worker = async () => {
    for (const [i, path] of left) await look(folder, path, i);
  };
  await Promise.all([worker(), worker()]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (existsSync(`${BUILD}/clubd`) && readFileSync(`${BUILD}/clubd`).includes(MARK)) problems.push(`${BUILD}/clubd says that it is broken`);
for (const line of problems) console.log(line);
process.exitCode = problems.length ? 1 : 0;
