import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT, readPage } from '../docs/pages.js';
import { ROUTES } from '../schema/permissions.js';
import { startedConfig } from '../support/started-config.js';
import { copied, instructionsOf, readDockerfile, type Stage, wordsOf } from './dockerfile.js';

const stages = readDockerfile();
const image = stages.at(-1) as Stage;
const [healthcheck] = instructionsOf(image, 'HEALTHCHECK');
const { bin, engines } = JSON.parse(readPage('package.json')) as { bin: { hub: string }; engines: { node: string } };

describe('the image', () => {
  it('is made of files that a clean clone has and .dockerignore lets through', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
    const allowed = [...readFileSync(`${ROOT}.dockerignore`, 'utf8').matchAll(/^!(.+)$/gm)].map(([, path]) => path!);
    const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
    const sources = stages
      .flatMap((stage) => instructionsOf(stage, 'COPY'))
      .filter(({ flags }) => flags.from === undefined)
      .flatMap((copy) => copied(copy).sources);
    expect(sources.filter((source) => !tracked.some((path) => isIn(path, source)))).toEqual([]);
    expect(sources.filter((source) => !allowed.some((path) => isIn(source, path)))).toEqual([]);
    expect(allowed.filter((path) => !sources.some((source) => isIn(source, path)))).toEqual([]);
  });

  it('copies from stages that come before', () => {
    const from = instructionsOf(image, 'COPY').flatMap(({ flags }) => flags.from ?? []);
    expect(from.toSorted()).toEqual(
      stages
        .slice(0, -1)
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  it('has one Node in all stages, which the hub runs on', () => {
    const versions = new Set(stages.map(({ image: from }) => /^node:(\d+)-slim$/.exec(from)?.[1]));
    expect([...versions]).toEqual([readFileSync(`${ROOT}.nvmrc`, 'utf8').trim()]);
    expect(Number([...versions][0])).toBeGreaterThanOrEqual(Number(/^>=(\d+)/.exec(engines.node)?.[1]));
  });

  it('runs as a user that is not root, named by number as Kubernetes requires', () => {
    expect(instructionsOf(image, 'USER').map(({ text }) => text)).toEqual(['1000:1000']);
  });

  it('starts a hub with a command that there is, on the port and the folder that it declares', () => {
    const entry = wordsOf(instructionsOf(image, 'ENTRYPOINT')[0]!);
    expect(entry).toEqual(['node', bin.hub]);
    const { host, port, data } = startedConfig(wordsOf(instructionsOf(image, 'CMD')[0]!));
    expect(host).toBe('0.0.0.0');
    expect(instructionsOf(image, 'EXPOSE').map(({ text }) => text)).toEqual([`${port}`]);
    expect(instructionsOf(image, 'VOLUME').map(({ text }) => text)).toEqual([data]);
  });

  it('asks for its health at a route that needs no token', () => {
    const url = new URL(/'(http:[^']+)'/.exec(healthcheck!.text)![1]!);
    expect(ROUTES[`GET ${url.pathname}`]).toBe('open');
    expect(url.port).toBe(instructionsOf(image, 'EXPOSE')[0]!.text);
  });
});
