// The rooms of src, from top to bottom: a file imports from its own room and from rooms further down. `npm run rooms` checks it.
// docs/architecture.md says what is in each.
const ROOMS = [
  'cli',
  'app',
  'http',
  'metrics',
  'schema',
  'domain',
  'jobs',
  'cluster',
  'maintenance',
  'training',
  'serving',
  'calibration',
  'engines',
  'network',
  'datasets',
  'storage',
  'tracing',
];

const folder = (room) => `^src/${room}/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'circle', severity: 'error', from: {}, to: { circular: true } },
    ...ROOMS.slice(1).map((room, i) => ({
      name: `${room}-imports-downwards`,
      severity: 'error',
      from: { path: folder(room) },
      to: { path: ROOMS.slice(0, i + 1).map(folder) },
    })),
    {
      name: 'top-level-files-know-no-room',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: '^src/config\\.ts$' },
      to: { path: '^src/[^/]+/' },
    },
    {
      name: 'graphql-stays-in-schema',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(schema|http)/' },
      to: { path: 'node_modules/type-graphql' },
    },
    {
      name: 'domain-knows-no-transport',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { path: ['^(node:)?(child_process|http|https)$', 'node_modules/(express|graphql|ws)/'] },
    },
    {
      name: 'resolvers-call-services',
      severity: 'error',
      from: { path: '^src/schema/' },
      to: { path: ['^src/(storage|engines)/', 'node_modules/(sharp|@prisma)/'] },
    },
    { name: 'page-knows-only-the-schema', severity: 'error', from: { path: '^web/' }, to: { path: '^(src|test)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/storage/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
};
