// Holds what the server says against server/wire/openrpc.json: every answer and every notification that a wire test
// receives goes through here.
import { readFileSync } from 'node:fs';

const description = JSON.parse(readFileSync(new URL('../../../server/wire/openrpc.json', import.meta.url), 'utf8'));
const methods = new Map(description.methods.map((method) => [method.name, method]));
const notifications = new Map(description['x-notifications'].map((one) => [one.name, one]));

const once = (make) => {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, make(key));
    return known.get(key);
  };
};
const referred = once((reference) => resolve(reference.slice(2).split('/').reduce((at, key) => at[key], description)));
const resolve = (part) => (part?.$ref ? referred(part.$ref) : part);
const expression = once((pattern) => new RegExp(pattern));

const types = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  number: (value) => typeof value === 'number',
  integer: Number.isSafeInteger,
};
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function* complaints(schema, value, path) {
  schema = resolve(schema);
  if (schema.allOf) for (const part of schema.allOf) yield* complaints(part, value, path);
  if (schema.oneOf) {
    const fitting = schema.oneOf.filter((part) => complaints(part, value, path).next().done);
    if (fitting.length !== 1) yield `${path} fits ${fitting.length} of its forms`;
  }
  if ('const' in schema && value !== schema.const) yield `${path} is not ${JSON.stringify(schema.const)}`;
  if (schema.enum && !schema.enum.includes(value)) yield `${path} is none of ${schema.enum.join(', ')}`;
  if (schema.type && ![schema.type].flat().some((type) => types[type](value))) {
    yield `${path} is no ${schema.type}`;
    return;
  }
  if (schema.minimum !== undefined && value < schema.minimum) yield `${path} is below ${schema.minimum}`;
  if (schema.maximum !== undefined && value > schema.maximum) yield `${path} is above ${schema.maximum}`;
  if (schema.minLength !== undefined && value.length < schema.minLength) yield `${path} is too short`;
  if (schema.maxLength !== undefined && [...value].length > schema.maxLength) yield `${path} is too long`;
  if (schema.pattern && !expression(schema.pattern).test(value)) yield `${path} does not match ${schema.pattern}`;
  if (schema.format === 'date-time' && value !== null && !INSTANT.test(value)) yield `${path} is no time with milliseconds: ${value}`;
  if (types.array(value) && schema.items) {
    for (const [index, item] of value.entries()) yield* complaints(schema.items, item, `${path}[${index}]`);
  }
  if (types.object(value)) {
    for (const name of schema.required ?? []) if (!(name in value)) yield `${path}.${name} is missing`;
    for (const [name, part] of Object.entries(value)) {
      const known = schema.properties?.[name] ?? schema.additionalProperties;
      if (known) yield* complaints(known, part, `${path}.${name}`);
      else if (schema.properties && part === null) yield `${path}.${name} is null`;
    }
  }
}

function hold(schema, value, path) {
  const found = [...complaints(schema, value, path)];
  if (found.length) throw new Error(`not as described: ${found.slice(0, 5).join('; ')} in ${JSON.stringify(value).slice(0, 400)}`);
}

export function holdResult(method, result) {
  const row = methods.get(method);
  if (row) hold(resolve(row.result).schema, result, `${method}.result`);
}

// Reasons that every method may give: the description lists those of its own.
export function holdError(method, error) {
  if (!types.object(error) || !types.integer(error.code) || !types.string(error.message)) {
    throw new Error(`no error object: ${JSON.stringify(error)}`);
  }
  if (error.code !== 1000) return;
  const reasons = methods.get(method)?.['x-reasons'];
  if (reasons && !reasons.includes(error.data?.reason)) {
    throw new Error(`${method} is not described to be refused with ${JSON.stringify(error)}`);
  }
}

const MOST_HELD = 1000;
const held = new Set(); // notifications, as they came: many are told the same

/** `text`: its frame, where it is alone there. */
export function holdNotification(message, text) {
  if (text && held.has(text)) return;
  const row = notifications.get(message.method);
  if (!row) throw new Error(`an undescribed notification: ${message.method}`);
  hold(row.params, message.params, message.method);
  if (!text) return;
  if (held.size === MOST_HELD) held.clear();
  held.add(text);
}

export function holdHttp(method, path, answer) {
  const row = description['x-http'].find((one) => one.method === method && one.path === path.split('?')[0]);
  const form = row?.answers.find((one) => one.status === answer.status);
  if (form?.schema) hold(form.schema, answer.json, `${method} ${path}`);
  if (answer.status >= 400) {
    const reason = answer.json?.error?.reason;
    const reasons = resolve({ $ref: '#/components/schemas/HttpReason' }).enum;
    if (!reasons.includes(reason)) throw new Error(`${method} ${path}: ${answer.status} without a known reason: ${answer.text}`);
  }
}
