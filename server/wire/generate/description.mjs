// The description with its references looked up where a reader wants the thing itself.

function lookUp(document, reference) {
  let found = document;
  for (const part of reference.replace(/^#\//, "").split("/")) {
    found = found?.[part];
  }
  if (found === undefined) {
    throw new Error(`openrpc.json: nothing at ${reference}`);
  }
  return found;
}

/** The schema behind a reference; what stands beside `$ref` (a description) wins. */
export function schemaOf(document, schema) {
  if (!schema.$ref) {
    return schema;
  }
  const { $ref, ...beside } = schema;
  return { ...schemaOf(document, lookUp(document, $ref)), ...beside };
}

/** "Member" of `{"$ref": "#/components/schemas/Member"}`, else undefined. */
export function schemaName(schema) {
  return schema?.$ref?.match(/^#\/components\/schemas\/(\w+)$/)?.[1];
}

/** Params and results that are named once are put where they are used; schemas stay references. */
export function resolve(document) {
  const descriptor = (value) => (value.$ref ? lookUp(document, value.$ref) : value);
  const methods = document.methods.map((method) => ({
    ...method,
    params: method.params.map(descriptor),
    result: descriptor(method.result),
  }));
  return { ...document, methods, bodies: document["x-http"].filter((request) => request["x-body"]) };
}

/** Params of a method or fields of a body, in one form: name, required, summary, schema (looked up). */
export function fieldsOfMethod(document, method) {
  return method.params.map((param) => ({
    name: param.name,
    required: param.required === true,
    summary: param.summary ?? "",
    reference: param.schema,
    schema: schemaOf(document, param.schema),
  }));
}

export function fieldsOfSchema(document, schema) {
  const whole = schemaOf(document, schema);
  const own = Object.entries(whole.properties ?? {}).map(([name, property]) => ({
    name,
    required: (whole.required ?? []).includes(name),
    summary: property.description ?? "",
    reference: property,
    schema: schemaOf(document, property),
  }));
  return (whole.allOf ?? []).flatMap((part) => fieldsOfSchema(document, part)).concat(own);
}
