import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { expectPart, markdownTable } from './generated.js';
import { optionRow } from './options.js';
import { ROOT, readPage } from './pages.js';

const PAGE = 'docs/configuration.md';

/** Headings of the page, and the options under each, in the order of the page. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Address and data': ['--data', '--host', '--port', '--grpc-port', '--base-path', '--database-url', '--roles'],
  'Blobs and downloads': ['--blobs', '--blob-cache', '--downloads'],
  'What requests may reach': ['--allow', '--allow-private-urls'],
  Training: ['--engine', '--device', '--worker-threads', '--worker-memory', '--feature-cache', '--share-features'],
  'Model versions': ['--int8-margin', '--calibration-images', '--false-alarm-rate'],
  Serving: ['--serving-deadline', '--serving-queue', '--serving-batch', '--serving-wait', '--serving-versions'],
  Limits: [
    ...['--max-photo-memory', '--max-requests', '--max-connections', '--max-uploads', '--max-queued-runs'],
    '--max-disk',
  ],
  'Log, metrics and traces': ['--log-level', '--open-metrics', '--otlp'],
};

const start = buildProgram().commands.find((command) => command.name() === 'start')!;

it('docs/configuration.md has every option of hub start, as the command describes it', () => {
  const options = new Map(start.options.map((option) => [option.long!, option]));
  expect(Object.values(GROUPS).flat().toSorted()).toEqual([...options.keys()].toSorted());
  const parts = Object.entries(GROUPS).map(([heading, names]) => {
    const rows = names.map((name) => optionRow(options.get(name)!));
    return `\n## ${heading}\n\n${markdownTable(['Option', 'Meaning', 'Default'], rows)}`;
  });
  expectPart(PAGE, 'options', `${parts.join('')}\n`);
});

/** Variables that libraries read, and their documentation describes. */
const OF_LIBRARIES = /^(AWS|OTEL)_|^MALLOC_ARENA_MAX$/;

/** Variables that the hub sets for itself and its workers, whatever they were. */
const SET = ['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'CUDA_VISIBLE_DEVICES', 'TF_NUM_INTRAOP_THREADS'];

it('docs/configuration.md has every environment variable that the code reads, and no other', () => {
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.replaceAll('\\', '/').includes('storage/generated/'))
    .map((path) => readFileSync(`${ROOT}src/${path}`, 'utf8'));
  const patterns = [
    /\benv\.([A-Z][A-Z_0-9]+)/g,
    /'([A-Z][A-Z_0-9]+)' in process\.env/g,
    /\.env\(\s*'([A-Z_]+)'/g,
    /\bconst \{ ([A-Z][^}]*) \} = (?:process\.env|environment)\b/g,
    /variableOf\((?:`\$\{[^}]+\}|')(_?[a-z_]+)['`]\)/g,
  ];
  const found = sources.flatMap((source) =>
    patterns.flatMap((pattern) => [...source.matchAll(pattern)].flatMap(([, names]) => names!.split(', '))),
  );
  const read = new Set(found.map((name) => name.split(':')[0]!.toUpperCase()).filter((name) => !SET.includes(name)));
  expect(read).toContain('DATABASE_URL');
  expect(read).toContain('NO_PROXY');
  const [, table = ''] = readPage(PAGE).split('\n## Environment variables\n');
  const named = [...table.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`([A-Z_0-9]+)`/g)]);
  const names = new Set(named.map(([, name]) => name!));
  // The scheme of an address chooses between these two.
  read.delete('_PROXY');
  read.add('HTTPS_PROXY').add('HTTP_PROXY');
  expect([...read].filter((name) => !names.has(name))).toEqual([]);
  expect([...names].filter((name) => !read.has(name) && !OF_LIBRARIES.test(name))).toEqual([]);
});
