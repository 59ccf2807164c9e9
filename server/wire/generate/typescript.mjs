// protocol.ts: everything that goes over the wire as strict TypeScript types, nothing that runs.
import { fieldsOfMethod, fieldsOfSchema, schemaName } from "./description.mjs";

const HEAD = `// Made by server/wire/generate.mjs from server/wire/openrpc.json.
// A client ignores what it does not know: more fields, more types of entries and more reasons may come.
`;

const quoted = (text) => JSON.stringify(text);
const comment = (text, indent = "") => (text ? `${indent}/** ${text.replace(/\*\//g, "* /")} */\n` : "");
const indented = (text) => text.replace(/\n/g, "\n  ");

/** The type of a schema where it is used: its name, or the thing itself. */
function typeOf(document, schema) {
  const name = schemaName(schema);
  if (name) {
    return name;
  }
  if (typeof schema.const === "string") {
    return quoted(schema.const);
  }
  if (schema.const === true) {
    return "true";
  }
  if (schema.enum) {
    return schema.enum.map(quoted).join(" | ");
  }
  if (schema.oneOf) {
    return schema.oneOf.map((one) => typeOf(document, one)).join(" | ");
  }
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf(document, { ...schema, type })).join(" | ");
  }
  switch (schema.type) {
    case "null":
      return "null";
    case "string":
    case "boolean":
      return schema.type;
    case "integer":
    case "number":
      return "number";
    case "array": {
      const item = typeOf(document, schema.items);
      return /[ {]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return objectType(document, schema);
    default:
      return "unknown";
  }
}

function objectType(document, schema) {
  if (schema.additionalProperties) {
    return `Record<string, ${typeOf(document, schema.additionalProperties)}>`;
  }
  return members(document, fieldsOfSchema(document, schema));
}

function members(document, fields) {
  if (fields.length === 0) {
    return "Nothing";
  }
  const lines = fields.map((field) => {
    const type = typeOf(document, field.reference);
    return `${comment(field.summary, "  ")}  ${field.name}${field.required ? "" : "?"}: ${indented(type)};\n`;
  });
  return `{\n${lines.join("")}}`;
}

function named(document, name, schema) {
  const described = comment(schema.description);
  if (schema.allOf) {
    const bases = schema.allOf.map(schemaName).filter(Boolean);
    const own = schema.allOf.filter((part) => !part.$ref).flatMap((part) => fieldsOfSchema(document, part));
    return `${described}export interface ${name} extends ${bases.join(", ")} ${members(document, own)}\n`;
  }
  const isInterface = schema.type === "object" && schema.properties && !schema.additionalProperties;
  if (name === "Nothing") {
    return `${described}export type Nothing = Record<string, never>;\n`;
  }
  return isInterface
    ? `${described}export interface ${name} ${members(document, fieldsOfSchema(document, schema))}\n`
    : `${described}export type ${name} = ${typeOf(document, schema)};\n`;
}

function methods(document) {
  const rows = document.methods.map((method) => {
    const params = indented(indented(members(document, fieldsOfMethod(document, method))));
    const result = indented(indented(typeOf(document, method.result.schema)));
    return `${comment(method.summary, "  ")}  ${quoted(method.name)}: {\n    params: ${params};\n    result: ${result};\n  };\n`;
  });
  return `/** What can be asked: by name, what it takes and what it answers. */\nexport interface Methods {\n${rows.join("")}}\n`;
}

function notifications(document) {
  const rows = document["x-notifications"].map(
    (one) => `${comment(one.summary, "  ")}  ${one.name}: ${indented(typeOf(document, one.params))};\n`,
  );
  return `/** What the server tells unasked, by name. */\nexport interface Notifications {\n${rows.join("")}}\n`;
}

function http(document) {
  const rows = document["x-http"].map((request) => {
    const answer = request.answers.find((one) => one.status < 300);
    const body = request.body ? typeOf(document, request.body) : "undefined";
    const result = answer.schema ? typeOf(document, answer.schema) : "undefined";
    const name = quoted(`${request.method} ${request.path}`);
    return `${comment(request.summary, "  ")}  ${name}: { body: ${body}; answer: ${result} };\n`;
  });
  return `/** Over HTTP: by method and path, the body and the answer when all is well. */\nexport interface Http {\n${rows.join("")}}\n`;
}

const REST = `export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]["params"];
export type Result<M extends Method> = Methods[M]["result"];
export type NotificationName = keyof Notifications;

export type RequestId = string | number;

export interface Request<M extends Method = Method> {
  jsonrpc: "2.0";
  /** Without one the request is carried out and never answered. */
  id?: RequestId;
  method: M;
  params: Params<M>;
}

export interface RpcError {
  /** -32700, -32600, -32601, -32602, or 1000: refused, \`data.reason\` says why. */
  code: number;
  message: string;
  data?: {
    reason?: Reason;
    /** The param that does not fit. */
    field?: string;
    /** Seconds after which trying again helps. */
    retry_after?: number;
  };
}

export interface Answer<M extends Method = Method> {
  jsonrpc: "2.0";
  id: RequestId;
  result: Result<M>;
}

export interface Failure {
  jsonrpc: "2.0";
  id: RequestId | null;
  error: RpcError;
}

/** A notification of the server's, to be told apart by \`method\`. */
export type Notification = {
  [N in NotificationName]: { jsonrpc: "2.0"; method: N; params: Notifications[N] };
}[NotificationName];

export type FromServer = Answer | Failure | Notification;

/** The body of an HTTP answer that is an error. */
export interface HttpFailure {
  error: { reason: HttpReason; message: string; field?: string };
}
`;

export function typescript(document) {
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => named(document, name, schema));
  const wholes = [...schemas, methods(document), notifications(document), http(document), REST];
  return `${HEAD}\n${wholes.join("\n")}`;
}
