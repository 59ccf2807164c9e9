// Makes from openrpc.json what must agree with it:
//   node generate.mjs FOLDER    methods.h, methods.c and protocol.ts in FOLDER
//   node generate.mjs --page    PROTOCOL.md beside this file
//   node generate.mjs --check   fails when PROTOCOL.md is not what --page would write
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { resolve } from "./generate/description.mjs";
import { methodsHeader, methodsSource } from "./generate/c.mjs";
import { typescript } from "./generate/typescript.mjs";
import { page } from "./generate/page.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const read = (name) => readFileSync(join(here, name), "utf8");
const description = resolve(JSON.parse(read("openrpc.json")));
const argument = process.argv[2];

const isFolder = argument !== undefined && !argument.startsWith("-");

if (!isFolder && argument !== "--page" && argument !== "--check") {
  console.error("usage: generate.mjs FOLDER | --page | --check");
  process.exit(2);
} else if (argument === "--page") {
  writeFileSync(join(here, "PROTOCOL.md"), page(description, read("conventions.md")));
} else if (argument === "--check") {
  if (read("PROTOCOL.md") !== page(description, read("conventions.md"))) {
    console.error("server/wire/PROTOCOL.md does not agree with openrpc.json and conventions.md: run `make protocol`");
    process.exit(1);
  }
} else {
  mkdirSync(argument, { recursive: true });
  writeFileSync(join(argument, "methods.h"), methodsHeader(description));
  writeFileSync(join(argument, "methods.c"), methodsSource(description));
  writeFileSync(join(argument, "protocol.ts"), typescript(description));
}
