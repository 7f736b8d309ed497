import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { QUEUED_KINDS } from '../../src/jobs/job-kinds.js';
import { ROOT } from '../docs/pages.js';
import { ROUTES } from '../schema/permissions.js';
import { startedConfig } from '../support/started-config.js';
import { CHART_VALUES } from './chart-values.js';
import { instructionsOf, readDockerfile } from './dockerfile.js';

const CHART = `${ROOT}deploy/chart`;
const rendered = (name: string): string => `${ROOT}test/deploy/chart/${name}.yaml`;
const image = readDockerfile().at(-1)!;

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly livenessProbe: Probe;
  readonly startupProbe: Probe;
  readonly readinessProbe?: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

type Labels = Readonly<Record<string, string>>;

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Labels };
  readonly spec: {
    readonly selector: Labels & { readonly matchLabels?: Labels };
    readonly replicas?: number;
    /** Of a Service. */
    readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: { readonly runAsUser: number; readonly runAsNonRoot: boolean };
        readonly containers: readonly [Container];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
    readonly triggers: readonly { readonly metadata: { readonly query: string } }[];
  };
}

const resourcesOf = (name: string): Resource[] =>
  parseAllDocuments(readFileSync(rendered(name), 'utf8')).map((document) => document.toJS() as Resource);

const isIn = (wanted: Labels, labels: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

describe.skipIf(spawnSync('helm', ['version']).status !== 0)('helm', { timeout: 180_000 }, () => {
  const helm = (...args: readonly string[]) => spawnSync('helm', args, { encoding: 'utf8' });

  it.each(Object.entries(CHART_VALUES))(
    'renders the chart with the values "%s" as test/deploy/chart has it',
    async (name, values) => {
      const set = values.flatMap((value) => ['--set', value]);
      const { stdout, stderr } = helm('template', 'hub', CHART, '--namespace', 'hub', ...set);
      expect(stderr).toBe('');
      await expect(stdout).toMatchFileSnapshot(rendered(name));
    },
  );

  it('finds no fault with the chart', () => {
    const { status, stdout } = helm(
      'lint',
      CHART,
      '--strict',
      ...CHART_VALUES.default!.flatMap((value) => ['--set', value]),
    );
    expect(status, stdout).toBe(0);
  });

  it.each([
    ['the database', 'blobs.url=s3://my-bucket/hub', 'database.secret is required'],
    ['the bucket', 'database.secret=hub-database', 'blobs.url is required'],
  ])('refuses to render it without %s, and says what is missing', (_, value, message) => {
    expect(helm('template', 'hub', CHART, '--set', value).stderr).toContain(message);
  });
});

describe.each(Object.keys(CHART_VALUES))('the chart with the values "%s"', (name) => {
  const resources = resourcesOf(name);
  const pods = resources.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.template);
  const containers = pods.map(({ spec }) => spec.containers[0]);

  it('starts hubs of both roles with options that there are, as the image declares its port and folder', () => {
    const configs = containers.map(({ args, env }) => {
      const given = env.flatMap(({ name: variable, value }) => (value === undefined ? [] : [[variable, value]]));
      return startedConfig(args, Object.fromEntries(given));
    });
    expect(configs.map(({ roles }) => [...roles].join())).toEqual(['api,serve', 'train']);
    for (const { host, data, port } of configs) {
      expect(host).toBe('0.0.0.0');
      expect(data).toBe(instructionsOf(image, 'VOLUME')[0]?.text);
      expect(`${port}`).toBe(instructionsOf(image, 'EXPOSE')[0]?.text);
    }
    for (const [i, { ports }] of containers.entries()) {
      const { port, grpcPort } = configs[i]!;
      const grpc = grpcPort === undefined ? [] : [{ name: 'grpc', containerPort: grpcPort }];
      expect(ports).toEqual([{ name: 'http', containerPort: port }, ...grpc]);
    }
  });

  it('leads gRPC to the processes that answer, where they listen for it', () => {
    const opened = containers.flatMap(({ ports }) => ports.filter((port) => port.name === 'grpc'));
    expect(opened.map(({ containerPort }) => containerPort)).toEqual(name === 'everything' ? [8001] : []);
    const services = resources.filter(({ kind }) => kind === 'Service').flatMap(({ spec }) => spec.ports);
    const led = services.filter((port) => port.name === 'grpc');
    expect(led).toEqual(opened.map(({ containerPort }) => ({ name: 'grpc', port: containerPort, targetPort: 'grpc' })));
  });

  it('takes the database and the keys from Secrets', () => {
    for (const { env } of containers) {
      const secrets = env.filter(({ name: variable }) => /DATABASE_URL|KEY/.test(variable));
      expect(secrets.length).toBeGreaterThan(0);
      expect(secrets.filter(({ valueFrom }) => !valueFrom)).toEqual([]);
    }
  });

  it('probes routes that need no token', () => {
    const probes = containers.flatMap((each) =>
      [each.livenessProbe, each.startupProbe, each.readinessProbe ?? []].flat(),
    );
    expect(probes).toHaveLength(5);
    for (const { httpGet } of probes) expect(ROUTES[`GET ${httpGet.path}`], httpGet.path).toBe('open');
  });

  it('takes no process that serves out of the service while the database is away', () => {
    const paths = containers.flatMap(({ readinessProbe, livenessProbe }) =>
      [readinessProbe ?? [], livenessProbe].flat(),
    );
    expect(paths.map(({ httpGet }) => httpGet.path)).not.toContain('/ready');
  });

  it('gives a process more time to load its versions than the liveness probe would, and to stop than it takes', () => {
    for (const [i, { startupProbe, livenessProbe, lifecycle }] of containers.entries()) {
      const seconds = ({ periodSeconds, failureThreshold }: Probe): number => periodSeconds * failureThreshold;
      expect(seconds(startupProbe)).toBeGreaterThan(seconds(livenessProbe));
      const before = Number(lifecycle?.preStop.exec.command[1] ?? 0);
      expect(pods[i]?.spec.terminationGracePeriodSeconds).toBeGreaterThan(before + 10); // SHUTDOWN_LIMIT of src/cli/start.ts
    }
  });

  it('runs as the user of the image and writes to volumes only', () => {
    for (const { spec } of pods) {
      expect(`${spec.securityContext.runAsUser}`).toBe(instructionsOf(image, 'USER')[0]?.text.split(':')[0]);
      expect(spec.securityContext.runAsNonRoot).toBe(true);
      const mounts = spec.containers[0].volumeMounts;
      expect(mounts.map((mount) => mount.name)).toEqual(spec.volumes.map((volume) => volume.name));
      expect(mounts.map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp']);
    }
  });

  it('selects pods that there are', () => {
    const selecting = resources.filter(({ kind }) => ['Deployment', 'Service', 'PodDisruptionBudget'].includes(kind));
    const roles = selecting.map(({ kind, spec: { selector } }) => {
      const found = pods.filter(({ metadata }) => isIn(selector.matchLabels ?? selector, metadata.labels));
      return [kind, ...found.map(({ metadata }) => metadata.labels['app.kubernetes.io/component'])];
    });
    expect(roles.toSorted()).toEqual([
      ['Deployment', 'serve'],
      ['Deployment', 'train'],
      ['PodDisruptionBudget', 'serve'],
      ['Service', 'serve'],
      ['Service', 'train'],
    ]);
  });
});

describe('autoscaling', () => {
  const resources = resourcesOf('everything');

  it('counts jobs of the kinds that have a worker process', () => {
    const query = resources.find(({ kind }) => kind === 'ScaledObject')?.spec.triggers[0]?.metadata.query;
    const kinds = [.../name IN \(([^)]+)\)/.exec(query ?? '')![1]!.matchAll(/'(\w+)'/g)].map(([, kind]) => kind);
    expect(kinds).toEqual([...QUEUED_KINDS]);
  });

  it('alone sets the number of processes that train', () => {
    const train = resources.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('-train'));
    expect(train?.spec.replicas).toBeUndefined();
  });
});
