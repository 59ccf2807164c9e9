// A picture of chaos over time: what was broken when, and what members were answered and told meanwhile.
const WIDTH = 960;
const LEFT = 190;
const RIGHT = 20;
const ROW = 20;
const CHART = 90;
const GAP = 34;
const COLUMNS = 375;
const INK = '#24292f';
const FAINT = '#8c959f';
const ROWS = [
  ['instances', ['instance', 'clock'], '#cf222e'],
  ['lines of instances', ['line'], '#bc4c00'],
  ['balancer', ['balancer'], '#9a6700'],
  ['Redis, lines to it', ['redis', 'redisLink'], '#8250df'],
  ['PostgreSQL', ['postgres'], '#0550ae'],
  ['its standby', ['standby'], '#1b7c83'],
  ['lines to PostgreSQL', ['postgresLink'], '#0a7ea4'],
  ['thousands cut off', ['herd'], '#bf3989'],
];

/** What is seen of a fault that begins at the end. */
const LAST_MS = 1000;

/**
 * What happened when: `log` of [{on, at, time, over, since}] of faults as they were told, `time` as of the journal's clock;
 * {ms, faults: [{on, from, to}], answered, delivered}, these two counted in as many equal parts of the time.
 */
export function timeline(log, journal, least) {
  const ms = Math.max(least, ...log.map(({ since = 0 }) => since + LAST_MS)); // some begin late
  const begin = log.length ? log[0].time - log[0].at : 0;
  const faults = [];
  for (const { on, since, time, over } of log) if (over) faults.push({ on, from: since, to: Math.min(time - begin, ms) });
  const [answered, delivered] = [new Array(COLUMNS).fill(0), new Array(COLUMNS).fill(0)];
  const count = (columns, time) => {
    const column = Math.floor(((time - begin) / ms) * COLUMNS);
    if (column >= 0 && column < COLUMNS) columns[column]++;
  };
  for (const { attempts } of journal.writes) {
    const answer = attempts.find(({ outcome }) => outcome === 'answered');
    if (answer) count(answered, answer.answeredAt);
  }
  for (const { events } of journal.followers.values()) for (const { what, at } of events) if (what === 'entry') count(delivered, at);
  return { ms, faults, answered, delivered };
}

const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${words}</text>`;

/** Its height depends on nothing but what is drawn: SVG. */
export function picture({ ms, faults, answered, delivered }, title) {
  const width = WIDTH - LEFT - RIGHT;
  const x = (at) => LEFT + (at / ms) * width;
  const parts = [text(LEFT, 24, title, `font-weight="600"`)];
  let y = 44;
  for (const [name, ons, colour] of ROWS) {
    const own = faults.filter(({ on }) => ons.includes(on));
    parts.push(text(LEFT - 12, y + 13, name, `text-anchor="end"`));
    parts.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y + 9}" y2="${y + 9}" stroke="${FAINT}" stroke-width="0.5"/>`);
    const bars = own.map(({ from, to }) => `M${x(from).toFixed(1)} ${y + 3}h${Math.max(1, ((to - from) / ms) * width).toFixed(1)}v12h${-Math.max(1, ((to - from) / ms) * width).toFixed(1)}z`);
    parts.push(`<path d="${bars.join('')}" fill="${colour}" fill-opacity="0.55"/>`);
    y += ROW;
  }
  for (const [name, columns, colour] of [['writes answered', answered, '#1a7f37'], ['messages told', delivered, '#57606a']]) {
    y += GAP;
    parts.push(chart({ name, columns, colour, ms, x, y }));
    y += CHART;
  }
  for (let i = 0; i <= 6; i++) parts.push(text(x((ms * i) / 6), y + 18, clock((ms * i) / 6), `text-anchor="middle" fill="${FAINT}"`));
  const height = y + 30;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="${INK}">`,
    `<title>${title}</title><rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

const clock = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.round(ms / 1000) % 60).padStart(2, '0')}`;

function chart({ name, columns, colour, ms, x, y }) {
  const seconds = ms / COLUMNS / 1000;
  const most = Math.max(1, ...columns);
  const points = columns.map((count, i) => `${x((i * ms) / COLUMNS).toFixed(1)},${(y + CHART - (count / most) * CHART).toFixed(1)}`);
  const area = `M${x(0)},${y + CHART} L${points.join(' ')} ${x(ms)},${y + CHART}z`;
  return [
    text(LEFT - 12, y + 13, name, `text-anchor="end"`),
    text(LEFT - 12, y + 30, `up to ${(most / seconds).toFixed(0)} a second`, `text-anchor="end" fill="${FAINT}"`),
    `<path d="${area}" fill="${colour}" fill-opacity="0.35" stroke="${colour}"/>`,
  ].join('\n');
}
