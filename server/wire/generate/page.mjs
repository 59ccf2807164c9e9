// PROTOCOL.md: the reference page, for people who write a client.
import { fieldsOfMethod, fieldsOfSchema, schemaName, schemaOf } from "./description.mjs";

const cell = (text) => text.replace(/\|/g, "\\|").replace(/\n/g, " ");
const code = (text) => `\`${text}\``;
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |\n`).join("");

/** Simple things say what they are where they are used; the others have a section of their own. */
const isThing = (document, name) => {
  const schema = document.components.schemas[name];
  return Boolean(schema.properties || schema.allOf || schema.oneOf) && !/Body$|^NewMember$/.test(name);
};
const link = (name) => `[${name}](#${name.toLowerCase()})`;

function bounds(schema) {
  const unit = schema["x-unit"] ?? "characters";
  const least = schema.minLength ?? 0;
  if (schema.type === "string" && schema.maxLength !== undefined) {
    return `, ${least === 0 ? `at most ${schema.maxLength}` : `${least} to ${schema.maxLength}`} ${unit}`;
  }
  if (schema.type === "integer" && schema.maximum !== undefined) {
    return schema.maximum === Number.MAX_SAFE_INTEGER
      ? `, ${schema.minimum} or more`
      : `, ${schema.minimum} to ${schema.maximum}`;
  }
  return schema.maxItems === undefined ? "" : `, at most ${schema.maxItems}`;
}

function typeText(document, reference) {
  const name = schemaName(reference);
  if (name === "Nothing") {
    return code("{}");
  }
  if (name && isThing(document, name)) {
    return link(name);
  }
  const schema = schemaOf(document, reference);
  if (schema.const !== undefined) {
    return code(JSON.stringify(schema.const));
  }
  if (schema.enum) {
    return schema.enum.map((word) => code(JSON.stringify(word))).join(", ");
  }
  if (schema.type === "array") {
    return `list of ${typeText(document, schema.items)}${bounds(schema)}`;
  }
  if (schema.type === "object") {
    return objectText(document, schema);
  }
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeText(document, { ...schema, type })).join(" or ");
  }
  const format = { ClientId: "client id", Identifier: "identifier", Instant: "time" }[name];
  return `${format ?? schema.type ?? "anything"}${format === "time" || format === "identifier" ? "" : bounds(schema)}`;
}

function objectText(document, schema) {
  if (schema.additionalProperties) {
    return `object, by key: ${typeText(document, schema.additionalProperties)}`;
  }
  const fields = fieldsOfSchema(document, schema);
  return fields.map((field) => `${code(field.name + (field.required ? "" : "?"))} ${typeText(document, field.reference)}`).join("; ");
}

const fieldTable = (document, fields, name) =>
  table(
    [name, "type", ""],
    fields.map((field) => [
      code(field.name + (field.required ? "" : "?")),
      typeText(document, field.reference),
      field.summary,
    ]),
  );

function method(document, one) {
  const fields = fieldsOfMethod(document, one);
  const reasons = one["x-reasons"].map(code).join(", ");
  return [
    `### ${code(one.name)}\n${one.summary}${one.description ? ` ${one.description}` : ""}\n`,
    fields.length > 0 ? `${fieldTable(document, fields, "param")}` : "No params.\n",
    `Result: ${typeText(document, one.result.schema)}.${reasons ? ` Refused with: ${reasons}.` : ""}\n`,
  ].join("\n");
}

function notification(document, one) {
  const name = schemaName(one.params);
  const whole = name && isThing(document, name);
  return [
    `### Notification ${code(one.name)}\n${one.summary}\n`,
    whole ? `Params: ${link(name)}.\n` : fieldTable(document, fieldsOfSchema(document, one.params), "field"),
  ].join("\n");
}

function request(document, one) {
  const parts = [`### ${code(`${one.method} ${one.path}`)}\n${one.summary}\n`];
  if (one.body) {
    parts.push(fieldTable(document, fieldsOfSchema(document, one.body), "field"));
  }
  const rows = one.answers.map((answer) => [
    String(answer.status),
    answer.schema ? typeText(document, answer.schema) : answer.reason ? code(answer.reason) : "",
    answer.description ?? "",
  ]);
  parts.push(table(["status", "answer", ""], rows));
  return parts.join("\n");
}

function thing(document, name, schema) {
  const parts = [`### ${name}\n${schema.description ? `${schema.description}\n` : ""}`];
  if (schema.oneOf) {
    parts.push(`One of ${schema.oneOf.map((one) => link(schemaName(one))).join(", ")}.\n`);
  } else {
    parts.push(fieldTable(document, fieldsOfSchema(document, schema), "field"));
  }
  return parts.join("\n");
}

function reasons(document, name) {
  const schema = document.components.schemas[name];
  return table(["reason", ""], schema.enum.map((word) => [code(word), schema["x-descriptions"][word]]));
}

export function page(document, conventions) {
  const things = Object.entries(document.components.schemas).filter(([name]) => isThing(document, name));
  const closes = document["x-close-codes"].map((one) => [String(one.code), one.description]);
  return [
    conventions,
    "Over the WebSocket:\n",
    reasons(document, "Reason"),
    "Over HTTP:\n",
    reasons(document, "HttpReason"),
    "Close codes, as far as the line still carries them (a client that does not read may see 1006):\n",
    table(["code", ""], closes),
    "## Methods\n",
    ...document.methods.map((one) => method(document, one)),
    "## Notifications\n",
    ...document["x-notifications"].map((one) => notification(document, one)),
    "## HTTP requests\n",
    ...document["x-http"].map((one) => request(document, one)),
    "## Things\nA `?` behind a name: it may be absent.\n",
    ...things.map(([name, schema]) => thing(document, name, schema)),
  ].join("\n");
}
