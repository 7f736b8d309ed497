import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildClientSchema,
  buildSchema,
  findBreakingChanges,
  getIntrospectionQuery,
  type IntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { PACKAGE_FOLDER } from '../../package.js';
import { connect, urlOf } from '../connection.js';
import { type Finding, ok, problem, reasonOf, warning } from './finding.js';
import type { DoctorOptions } from './options.js';

/** Checks that a hub answers, accepts the token and has the API of this program. */
export async function* hubFindings(options: DoctorOptions): AsyncGenerator<Finding> {
  const url = await urlOf(options);
  const answer = await fetch(`${url.replace(/\/+$/, '')}/health`).catch((error: Error) => error);
  if (answer instanceof Error) {
    const say = options.isElsewhere ? problem : warning;
    return yield say('hub', `none answers at ${url}`, 'Start one with "hub start", or give its address with --url.');
  }
  if (!answer.ok)
    return yield problem('hub', `the server at ${url} is not a hub`, "Give the hub's address with --url.");
  yield ok('hub', `answers at ${url}`);
  const introspection = await askSchema(options).catch((error: Error) => error);
  if (introspection instanceof Error) {
    yield problem(
      'token',
      reasonOf(introspection),
      "Give this hub's token with --token, or its data folder with --data.",
    );
    return;
  }
  yield ok('token', 'accepted');
  yield await versionFinding(introspection);
}

async function askSchema(options: DoctorOptions): Promise<IntrospectionQuery> {
  return (await connect(options)).request<IntrospectionQuery>(
    getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true }),
  );
}

async function versionFinding(introspection: IntrospectionQuery): Promise<Finding> {
  const own = buildSchema(await readFile(join(PACKAGE_FOLDER, 'schema.graphql'), 'utf8'));
  const hubs = buildClientSchema(introspection);
  const [first, ...others] = findBreakingChanges(own, hubs);
  if (first) {
    const more = others.length > 0 ? `, and ${others.length} more` : '';
    return problem('API', `differs: ${first.description.replace(/\.$/, '')}${more}`, SAME_VERSION);
  }
  const text = (schema: typeof own): string => printSchema(lexicographicSortSchema(schema));
  if (text(own) === text(hubs)) return ok('API', 'same as in this program');
  return warning('API', 'the hub has more than this program knows', SAME_VERSION);
}

const SAME_VERSION = 'Use the same version of Model Hub for both.';
