// Writes the types and documents of clients/typescript from schema.graphql and clients/operations.   (npm run clients)
// `--print` prints them instead.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocuments from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';
import { ROOT } from './bundle.mjs';

const OPERATIONS = join(ROOT, 'clients', 'operations');
const GENERATED = join(ROOT, 'clients', 'typescript', 'src', 'operations.ts');

const SETTINGS = {
  documentMode: 'string',
  useTypeImports: true,
  enumsAsTypes: true,
  skipTypename: true,
  immutableTypes: true,
  strictScalars: true,
  scalars: { DateTime: 'string', BigInt: 'string', JSON: 'unknown', JSONObject: 'unknown', Upload: 'Blob' },
};

/** The text of the generated file. */
async function generateOperations() {
  const names = (await readdir(OPERATIONS)).filter((name) => name.endsWith('.graphql')).sort();
  const read = async (location) => ({ location, document: parse(await readFile(location, 'utf8')) });
  const text = await codegen({
    filename: GENERATED,
    schema: parse(await readFile(join(ROOT, 'schema.graphql'), 'utf8')),
    documents: await Promise.all(names.map((name) => read(join(OPERATIONS, name)))),
    config: SETTINGS,
    plugins: [{ operations: {} }, { typedDocuments: {} }],
    pluginMap: { operations, typedDocuments },
  });
  return `// Made by "npm run clients" from schema.graphql and clients/operations; do not edit.\n${text}\n`;
}

const text = await generateOperations();
if (process.argv.includes('--print')) process.stdout.write(text);
else await writeFile(GENERATED, text);
