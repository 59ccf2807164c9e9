// Who may call whom, checked: prints nothing and ends with 0 when the house is as it was laid out.
//   - a folder includes its own headers and the public ones of folders that it may use
//   - a folder's code calls functions of the folders named by DEPS_… in the Makefile only
//   - a library is named in the one place that is made for it
//   - no folder keeps mutable data outside of what its owner holds
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BUILD = process.env.BUILD || 'build';
const problems = [];
const problem = (where, text) => problems.push(`${where}: ${text}`);

// Public headers by the folder that keeps their promise. `interfaces` are plain data and handed-in functions: whoever
// is given one may include it, without calling the folder behind it.
const owners = {
  base: ['address', 'arena', 'broken', 'buffer', 'clock', 'club', 'config', 'cookie', 'csv', 'digest', 'entry', 'limits', 'log', 'metrics', 'password',
    'reason', 'rights', 'seal', 'slice', 'terms', 'text', 'version', 'wheel', 'workers'],
  interfaces: ['bus', 'http', 'poller', 'services', 'store', 'store_moderating', 'transport'],
  bus: ['bus_redis'],
  wire: ['wire'],
  store: ['store_driver'],
  room: ['room'],
  member: ['chorus', 'member'],
  method: ['method'],
  api: ['api'],
  connection: ['connection'],
  instance: ['server'],
  net: ['net'],
};
// Interfaces that a folder is handed, and headers that it may see for their data alone.
const handed = {
  base: [],
  wire: [],
  store: ['store'],
  bus: ['bus', 'poller'],
  room: ['store', 'bus'],
  member: ['store', 'bus', 'room'],
  method: ['store', 'bus', 'services', 'http'],
  api: ['store', 'bus', 'services', 'http', 'room', 'transport'],
  connection: ['store', 'bus', 'services', 'http', 'transport'],
  instance: ['store', 'bus', 'services', 'http', 'transport', 'store_driver'],
  net: ['http', 'poller', 'transport'],
};
// A library, how it is named in code, and where it may be.
const libraries = [
  { name: 'libwebsockets', pattern: /\b(?:lws_\w+|struct lws|LWS_\w+|libwebsockets\.h)\b/, places: ['server/net/'] },
  { name: 'libuv', pattern: /\b(?:uv_\w+|UV_\w+|uv\.h)\b/, places: ['server/net/'] },
  { name: 'hiredis', pattern: /\b(?:redis[A-Z]\w+|hiredis)\b/, places: ['server/bus/'] },
  { name: 'SQLite', pattern: /\b(?:sqlite3\w*\.h|sqlite3_\w+|SQLITE_\w+)\b/, places: ['server/store/'] },
  { name: 'libpq', pattern: /\b(?:PQ[a-z]\w+|PGconn|libpq)\b/, places: ['server/store/'] },
  {
    name: 'SQL',
    pattern: /"\s*(?:SELECT(?!")|INSERT INTO|INSERT OR|UPDATE \w+ SET|DELETE FROM|CREATE (?:TABLE|INDEX|UNIQUE)|PRAGMA|BEGIN IMMEDIATE)\b/,
    places: ['server/store/'],
  },
  { name: 'jansson', pattern: /\b(?:json_t|json_(?:loads?b?|loadf|decref|object_get|array_get|dumps?b?)|jansson\.h)\b/, places: ['server/wire/', 'server/base/club'] },
  { name: 'OpenSSL', pattern: /<openssl\//, places: ['server/net/', 'server/base/digest.c', 'server/bus/redis_tls.c'] },
  { name: 'Argon2', pattern: /<argon2\.h>/, places: ['server/base/password', 'server/member/password'] },
  { name: 'Snowball', pattern: /<libstemmer\.h>/, places: ['server/base/terms_fold.c'] },
  { name: 'ICU', pattern: /<unicode\//, places: ['server/base/', 'server/wire/', 'server/member/'] },
];
// Mutable data of the process and not of a server in it, each with its reason.
const allowedData = {
  least_level: 'lines of libraries and of every thread obey the one level of the log',
  spare: 'jansson hands its memory functions no context',
};

function sourcesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourcesUnder(path);
    return /\.[ch]$/.test(name) ? [path] : [];
  });
}

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '));

function allowedCalls() {
  const calls = {};
  for (const [, folder, list] of readFileSync('Makefile', 'utf8').matchAll(/^DEPS_(\w+) :=(.*)$/gm)) {
    calls[folder] = list.split(/\s+/).filter(Boolean);
  }
  return calls;
}

function checkCircles(calls) {
  const visit = (folder, path) => {
    if (path.includes(folder)) return problem('Makefile', `the folders call each other in a circle: ${[...path, folder].join(' → ')}`);
    for (const next of calls[folder] ?? []) visit(next, [...path, folder]);
  };
  for (const folder of Object.keys(calls)) visit(folder, []);
}

function checkIncludes(calls) {
  for (const folder of Object.keys(calls)) {
    const reachable = [folder, ...calls[folder]];
    const allowed = new Set([...reachable.flatMap((name) => owners[name] ?? []), ...(handed[folder] ?? [])]);
    for (const path of sourcesUnder(`server/${folder}`)) {
      const text = readFileSync(path, 'utf8');
      for (const [, header] of text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
        const name = /^club\/(\w+)\.h$/.exec(header)?.[1];
        if (name && !allowed.has(name)) problem(path, `includes ${header}, and ${folder}/ may not use that`);
        if (header.includes('..')) problem(path, `reaches out of its folder for ${header}`);
      }
    }
  }
}

function checkHeaders() {
  const known = new Set(Object.values(owners).flat());
  for (const path of sourcesUnder('include/club')) {
    const name = /(\w+)\.h$/.exec(path)[1];
    if (!known.has(name)) problem(path, 'belongs to no folder: name its owner in tests/layers.mjs');
  }
}

function checkLibraries() {
  for (const path of [...sourcesUnder('server'), ...sourcesUnder('include')]) {
    const lines = withoutComments(readFileSync(path, 'utf8')).split('\n');
    for (const { name, pattern, places } of libraries) {
      if (places.some((place) => path.startsWith(place))) continue;
      const at = lines.findIndex((line) => pattern.test(line));
      if (at >= 0) problem(`${path}:${at + 1}`, `names ${name}, whose place is ${places.join(', ')}`);
    }
  }
}

function symbols(archive) {
  const defined = new Set();
  const wanted = new Map();
  let object = '';
  for (const line of execFileSync('nm', ['-g', archive], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n')) {
    const named = /^(\S+\.o):$/.exec(line);
    if (named) object = named[1];
    const [, kind, name] = /^[0-9a-f ]* ([A-Za-z]) (\S+)$/.exec(line) ?? [];
    if (kind === 'U') wanted.set(name, object);
    else if (kind) defined.add(name);
  }
  return { defined, wanted };
}

function checkCalls(calls) {
  const built = Object.keys(calls).filter((folder) => existsSync(`${BUILD}/lib${folder}.a`));
  const tables = Object.fromEntries(built.map((folder) => [folder, symbols(`${BUILD}/lib${folder}.a`)]));
  for (const folder of built) {
    for (const [name, object] of tables[folder].wanted) {
      if (tables[folder].defined.has(name)) continue;
      const other = built.find((one) => one !== folder && tables[one].defined.has(name));
      if (other && !calls[folder].includes(other)) {
        problem(`server/${folder}/${object.replace(/o$/, 'c')}`, `calls ${name} of ${other}/, which DEPS_${folder} does not name`);
      }
    }
  }
}

function checkMutableData(calls) {
  for (const folder of Object.keys(calls)) {
    const archive = `${BUILD}/lib${folder}.a`;
    if (!existsSync(archive)) continue;
    let object = '';
    for (const line of execFileSync('objdump', ['-t', archive], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n')) {
      object = /^(\S+\.o):/.exec(line)?.[1] ?? object;
      const found = /^[0-9a-f]+ .{6}O \.(?:data|bss|tdata|tbss)(?!\.rel\.ro)\S*\s+[0-9a-f]+\s+(?:\.hidden )?(\S+)$/.exec(line);
      if (!found) continue;
      const name = found[1].replace(/\.\d+$/, '');
      if (!(name in allowedData)) problem(`server/${folder}/${object.replace(/o$/, 'c')}`, `keeps mutable data of its own: ${name}`);
    }
  }
}

const calls = allowedCalls();
checkCircles(calls);
checkHeaders();
checkIncludes(calls);
checkLibraries();
checkCalls(calls);
checkMutableData(calls);
for (const line of problems) console.log(line);
process.exitCode = problems.length ? 1 : 0;
