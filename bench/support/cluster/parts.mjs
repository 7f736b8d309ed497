// The servers that the tests start, bundled from test/support: benches run without a compiler.
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { bundleOptions, ROOT } from '../../../scripts/bundle.mjs';

const INTO = join(ROOT, 'out', 'support');
const NAMES = ['postgres-server', 's3-process'];

const entries = Object.fromEntries(NAMES.map((name) => [name, `test/support/${name}.ts`]));
const { output, ...options } = bundleOptions({ entries, into: INTO, isDevelopment: true });
const built = await rolldown(options);
await built.write(output);
await built.close();

export const { PostgresServer, hasPostgres } = await import(join(INTO, 'postgres-server.js'));
export const { startS3Process, HAS_S3 } = await import(join(INTO, 's3-process.js'));
