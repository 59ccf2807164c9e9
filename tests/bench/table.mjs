// Figures and how they are printed.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor((sorted.length - 1) / 2)] : NaN;
};

/** `key=value key=value` as the load generator prints it. */
export const readResult = (line) => Object.fromEntries(line.trim().split(' ').map((pair) => {
  const [key, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  return [key, value === '' || Number.isNaN(Number(value)) ? value : Number(value)];
}));

export const thousands = (number) => Number.isFinite(number) ? Math.round(number).toLocaleString('en-US') : '–';
export const decimals = (number, digits = 2) => Number.isFinite(number) ? number.toFixed(digits) : '–';

export const table = (head, rows) => [head, head.map(() => '---'), ...rows]
  .map((cells) => `| ${cells.join(' | ')} |`).join('\n');
