// methods.h: enums and structs of params. methods.c: the rules as tables, with offsets into those structs.
import { fieldsOfMethod, fieldsOfSchema, schemaOf } from "./description.mjs";

const FORMS = {
  any: "FORM_ANY",
  text: "FORM_TEXT",
  "free-text": "FORM_FREE_TEXT",
  "client-id": "FORM_CLIENT_ID",
  identifier: "FORM_IDENTIFIER",
  "free-identifier": "FORM_FREE_IDENTIFIER",
  emoji: "FORM_EMOJI",
};
const HEAD = "/* Made by server/wire/generate.mjs from server/wire/openrpc.json. */\n";

const cName = (name) => name.replace(/\./g, "_");
const upper = (name) => cName(name).toUpperCase();
/** `["integer", "null"]` is an integer that may be null, which then counts as not given. */
const typeName = (schema) => (Array.isArray(schema.type) ? schema.type.find((type) => type !== "null") : schema.type);
const isNullable = (schema) => Array.isArray(schema.type);
const memberName = (field) => field.schema["x-c-name"] ?? field.name;

/** Everything with params, in one form: what it is called in C and its fields. */
function things(document) {
  const methods = document.methods.map((method) => ({
    name: method.name,
    id: `METHOD_${upper(method.name)}`,
    member: cName(method.name),
    struct: `${cName(method.name)}_params`,
    fields: fieldsOfMethod(document, method),
  }));
  const bodies = document.bodies.map((request) => ({
    name: request["x-body"],
    id: `BODY_${upper(request["x-body"])}`,
    member: `${request["x-body"]}_body`,
    struct: `${request["x-body"]}_body`,
    fields: fieldsOfSchema(document, request.body),
  }));
  return { methods, bodies, all: [...methods, ...bodies] };
}

function members(field) {
  const name = memberName(field);
  const optional = !field.required || isNullable(field.schema);
  switch (typeName(field.schema)) {
    case "string":
      return [`struct slice ${name};`];
    case "array":
      return [`struct slices ${name};`, ...(field.required ? [] : [`bool has_${name};`])];
    case "integer":
      return [`int64_t ${name};`, ...(optional ? [`bool has_${name};`] : [])];
    case "boolean":
      return [`bool ${name};`, ...(field.required ? [] : [`bool has_${name};`])];
    default:
      throw new Error(`openrpc.json: a param of type ${field.schema.type} (${field.name})`);
  }
}

function enumeration(name, ids, last) {
  return `enum ${name} {\n${[...ids, last].map((id) => `  ${id}`).join(",\n")}\n};\n`;
}

export function methodsHeader(document) {
  const { methods, bodies, all } = things(document);
  const filled = all.filter((thing) => thing.fields.length > 0);
  const structs = filled.map((thing) => {
    const lines = thing.fields.flatMap(members).map((line) => `  ${line}\n`);
    return `/* ${thing.name} */\nstruct ${thing.struct} {\n${lines.join("")}};\n`;
  });
  const union = filled.map((thing) => `  struct ${thing.struct} ${thing.member};\n`);
  return [
    "#ifndef CLUB_METHODS_H\n#define CLUB_METHODS_H\n",
    HEAD,
    '#include <stdbool.h>\n#include <stdint.h>\n\n#include "club/entry.h"\n#include "club/slice.h"\n\n',
    enumeration("method_id", methods.map((thing) => thing.id), "METHOD_COUNT"),
    "\n",
    enumeration("body_id", bodies.map((thing) => thing.id), "BODY_COUNT"),
    "\n",
    structs.join("\n"),
    `\nunion params {\n${union.join("")}};\n#endif\n`,
  ].join("");
}

function rule(document, thing, field) {
  const { schema } = field;
  const struct = `struct ${thing.struct}`;
  const name = memberName(field);
  const row = {
    name: `"${field.name}"`,
    name_size: String(field.name.length),
    required: String(field.required),
    offset: `offsetof(${struct}, ${name})`,
  };
  row.has_offset = "RULE_NO_OFFSET";
  const type = typeName(schema);
  if (type === "integer" || type === "boolean") {
    row.type = type === "integer" ? "RULE_INTEGER" : "RULE_BOOLEAN";
  }
  if (type !== "string" && (!field.required || isNullable(schema))) {
    row.has_offset = `offsetof(${struct}, has_${name})`;
  }
  if (isNullable(schema)) {
    row.nullable = "true";
  }
  if (type === "integer") {
    row.minimum = `INT64_C(${schema.minimum})`;
    row.maximum = `INT64_C(${schema.maximum})`;
  }
  if (schema.type === "string" || schema.type === "array") {
    row.type = schema.type === "string" ? "RULE_STRING" : "RULE_LIST";
    const string = schema.type === "string" ? schema : schemaOf(document, schema.items);
    row.form = string.enum ? "FORM_WORD" : FORMS[string["x-rule"]];
    if (!row.form) {
      throw new Error(`openrpc.json: no x-rule for ${thing.name}, ${field.name}`);
    }
    if (string.enum) {
      row.words = `(const char *const[]){${string.enum.map((word) => `"${word}"`).join(", ")}, NULL}`;
    }
    row.maximum = string.maxLength === undefined ? "INT64_MAX" : `INT64_C(${string.maxLength})`;
    if (schema.type === "array") {
      row.items = String(schema.maxItems);
    }
  }
  return `  {${Object.entries(row)
    .map(([key, value]) => `.${key} = ${value}`)
    .join(", ")}},\n`;
}

function tables(document, list, array, count) {
  const rows = list
    .filter((thing) => thing.fields.length > 0)
    .map((thing) => {
      const rules = thing.fields.map((field) => rule(document, thing, field)).join("");
      return `static const struct rule ${thing.struct}_rules[] = {\n${rules}};\n\n`;
    });
  const index = list.map((thing) => {
    const rules = `${thing.struct}_rules`;
    const filled = thing.fields.length > 0;
    return `  [${thing.id}] = {"${thing.name}", ${thing.name.length}, ${filled ? rules : "NULL"}, ${thing.fields.length}},\n`;
  });
  return `${rows.join("")}static const struct rules ${array}[${count}] = {\n${index.join("")}};\n\n`;
}

/** The numbers of the description that also stand in limits.h: the build fails when they differ. */
function assertions(document) {
  const found = new Map();
  const walk = (value) => {
    if (value === null || typeof value !== "object") {
      return;
    }
    if (typeof value["x-limit"] === "string") {
      const number = value.const ?? value.maxItems ?? value.maxLength ?? value.maximum;
      found.set(`${value["x-limit"]} == ${number}`, value["x-limit"]);
    }
    Object.values(value).forEach(walk);
  };
  walk(document);
  return [...found].map(([claim, limit]) => `_Static_assert(${claim}, "openrpc.json: ${limit}");\n`).join("");
}

const FUNCTIONS = `bool methods_find(struct slice name, enum method_id *method) {
  for (enum method_id each = 0; each < METHOD_COUNT; each++) {
    if (slice_equal(name, (struct slice){method_table[each].name, method_table[each].name_size})) {
      *method = each;
      return true;
    }
  }
  return false;
}

const struct rules *methods_rules(enum method_id method) {
  return &method_table[method];
}

const struct rules *methods_body_rules(enum body_id body) {
  return &body_table[body];
}
`;

export function methodsSource(document) {
  const { methods, bodies } = things(document);
  return [
    HEAD,
    '#include "methods.h"\n\n#include <stddef.h>\n\n#include "club/limits.h"\n#include "rule.h"\n\n',
    assertions(document),
    "\n",
    tables(document, methods, "method_table", "METHOD_COUNT"),
    tables(document, bodies, "body_table", "BODY_COUNT"),
    FUNCTIONS,
  ].join("");
}
