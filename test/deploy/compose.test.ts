import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Config } from '../../src/config.js';
import { ROOT } from '../docs/pages.js';
import { ROUTES } from '../schema/permissions.js';
import { HAS_S3 } from '../support/s3-server.js';
import { startedConfig } from '../support/started-config.js';
import { instructionsOf, readDockerfile } from './dockerfile.js';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly replicas: number };
}

const read = (file: string): string => readFileSync(`${ROOT}deploy/${file}`, 'utf8');
const TEXT = read('compose.yaml');
const { services, volumes, networks } = parse(TEXT, { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
  networks: object;
};
const all = Object.entries(services);
const hubs = all.filter(([, { image }]) => image === 'model-hub');

/** The configuration with which a service starts a hub; variables have a value. */
function configOf({ command = [], environment = {} }: Service): Config {
  const values = Object.entries(environment).map(([name, value]) => [name, value.replaceAll(/\$\{[^}]+\}/g, 'secret')]);
  return startedConfig(command, Object.fromEntries(values));
}

const withRoles = (roles: string) => hubs.filter(([, service]) => [...configOf(service).roles].join() === roles);

describe('compose.yaml', () => {
  it('starts hubs with options that there are, on one database and one bucket, in the folder of the volume', () => {
    const configs = hubs.map(([, service]) => configOf(service));
    const [volume] = instructionsOf(readDockerfile().at(-1)!, 'VOLUME');
    const [port] = instructionsOf(readDockerfile().at(-1)!, 'EXPOSE');
    for (const { data, port: listens, host, databaseUrl, blobs } of configs) {
      expect({ data, port: `${listens}`, host }).toEqual({ data: volume!.text, port: port!.text, host: '0.0.0.0' });
      expect({ databaseUrl, blobs }).toEqual({
        databaseUrl: 'postgres://hub:secret@postgres/hub',
        blobs: 's3://hub/hub',
      });
    }
  });

  it('has two processes that answer and two that train', () => {
    expect(withRoles('api,serve')).toHaveLength(2);
    const trains = withRoles('train').map(([, { deploy }]) => deploy?.replicas);
    expect(trains).toEqual([2]);
  });

  it('builds the image of deploy/Dockerfile', () => {
    for (const [, { build }] of hubs) expect(build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile' });
  });

  it('starts a service after those that it needs are healthy, and one of the hubs first', () => {
    const isChecked = (name: string): boolean =>
      services[name]?.healthcheck !== undefined || hubs.some(([hub]) => hub === name); // their image has a check
    for (const [name, { depends_on: needs = {} }] of all) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect(`${name}: ${condition}`).toBe(`${name}: service_healthy`);
        expect(isChecked(needed), needed).toBe(true);
      }
    }
    const [[first], ...others] = hubs as [[string, Service], ...[string, Service][]];
    for (const [, { depends_on }] of others) expect(Object.keys(depends_on ?? {})).toEqual([first]);
    expect(Object.keys(services[first]?.depends_on ?? {})).toEqual(['postgres', 's3']);
  });

  it('declares the volumes and networks that it uses, and mounts files that there are', () => {
    const mounted = all.flatMap(([, { volumes: used = [] }]) => used.map((volume) => volume.split(':')[0]!));
    const files = mounted.filter((path) => path.startsWith('./'));
    expect(files.filter((path) => !existsSync(`${ROOT}deploy/${path}`))).toEqual([]);
    expect(mounted.filter((name) => !files.includes(name)).toSorted()).toEqual(Object.keys(volumes).toSorted());
    const joined = all.flatMap(([, { networks: used = [] }]) => used).filter((name) => name !== 'default');
    expect([...new Set(joined)]).toEqual(Object.keys(networks));
  });

  it('publishes the port of the proxy alone', () => {
    expect(all.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['proxy']);
    expect(read('Caddyfile')).toContain('\n:80 {');
    expect(services.proxy?.ports?.map((port) => port.split(':').at(-1))).toEqual(['80', '8001']);
  });

  it('takes its passwords from variables, all of which example.env has', () => {
    const used = new Set([...TEXT.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!));
    const listed = [...read('example.env').matchAll(/^(\w+)=/gm)].map(([, name]) => name!);
    expect([...used].toSorted()).toEqual(listed.toSorted());
  });

  it('gives the S3 server the keys and the bucket that the hubs use', () => {
    const { command = [], environment = {} } = services.s3!;
    for (const [, hub] of hubs) expect(hub.environment).toMatchObject(environment);
    const bucket = new URL(configOf(hubs[0]![1]).blobs!).hostname;
    const endpoint = new URL(hubs[0]![1].environment!.AWS_ENDPOINT_URL_S3!);
    expect(command).toContain(`-bucket=${bucket}`);
    expect(command).toContain(`-${endpoint.hostname}.port=${endpoint.port}`);
    expect(services.s3?.healthcheck?.test.at(-1)).toMatch(new RegExp(` ${bucket}$`));
  });

  it.skipIf(!HAS_S3)('starts the S3 server with options that it has', () => {
    const [name, ...options] = services.s3!.command!;
    const { stderr, stdout } = spawnSync('weed', [name!, '-h'], { encoding: 'utf8' });
    const known = new Set([...(stdout + stderr).matchAll(/^ {2}(-[\w.]+)/gm)].map(([, option]) => option!));
    expect(options.map((option) => option.split('=')[0]!).filter((option) => !known.has(option))).toEqual([]);
  });
});

describe('its proxy', () => {
  it('sends requests to each process that answers, and asks whether the versions that serve are loaded', () => {
    const caddyfile = read('Caddyfile');
    const port = instructionsOf(readDockerfile().at(-1)!, 'EXPOSE')[0]!.text;
    const to = withRoles('api,serve').map(([name]) => `${name}:${port}`);
    expect(/reverse_proxy (.+) \{/.exec(caddyfile)?.[1]).toBe(to.join(' '));
    const path = /health_uri (\S+)/.exec(caddyfile)?.[1];
    expect(ROUTES[`GET ${path}`]).toBe('open');
    expect(path).not.toBe('/ready'); // which fails while the database is away
  });

  it('sends calls over gRPC, without TLS, to the port at which those processes listen for them', () => {
    const answering = withRoles('api,serve');
    const { grpcPort } = configOf(answering[0]![1]);
    const caddyfile = read('Caddyfile');
    const [, site] = caddyfile.split(`\n:${grpcPort} {`);
    const to = answering.map(([name]) => `h2c://${name}:${grpcPort}`);
    expect(/reverse_proxy (.+) \{/.exec(site!)?.[1]).toBe(to.join(' '));
    expect(caddyfile).toMatch(new RegExp(`servers :${grpcPort} \\{\\s+protocols h1 h2 h2c`));
  });

  it.skipIf(spawnSync('caddy', ['version']).status !== 0)('has a configuration that Caddy takes', () => {
    const args = ['validate', '--adapter', 'caddyfile', '--config', `${ROOT}deploy/Caddyfile`];
    const { status, stderr } = spawnSync('caddy', args, { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });
});
