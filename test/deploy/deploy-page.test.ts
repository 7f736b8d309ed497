import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { codeBlocks, ROOT, readPage } from '../docs/pages.js';
import { startedConfig } from '../support/started-config.js';

const PAGE = readPage('docs/deploy.md');
const blocks = (language: string): string[] =>
  codeBlocks(PAGE).flatMap((block) => (block.language === language ? [block.code] : []));
const has = (program: string, option: string): boolean => spawnSync(program, [option]).status === 0;

describe('the examples of docs/deploy.md', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-deploy-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes a file for a program that checks it. @returns its path. */
  function file(name: string, text: string): string {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  it('start a service with options that there are', () => {
    const [, words] = /^ExecStart=\/usr\/bin\/node \S+\/dist\/hub\.js (.+)$/m.exec(blocks('ini')[0]!)!;
    expect(startedConfig(words!.split(' ')).data).toBe('/var/lib/model-hub');
    expect(blocks('ini')[0]).toContain('StateDirectory=model-hub\n');
  });

  it('set values that the chart has', () => {
    const values = parse(readFileSync(`${ROOT}deploy/chart/values.yaml`, 'utf8')) as Record<string, unknown>;
    const set = [...PAGE.matchAll(/--set ([\w.]+)=/g)].map(([, path]) => path!);
    const spans = [...PAGE.matchAll(/`((?:blobs|serve|train|autoscaling|monitor|serviceAccount)\.\w+)`/g)];
    const paths = [...set, ...spans.map(([, path]) => path!)];
    expect(paths.length).toBeGreaterThan(8);
    const found = (path: string): unknown =>
      path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);
    expect(paths.filter((path) => found(path) === undefined)).toEqual([]);
  });

  it('name services that compose.yaml has', () => {
    const { services } = parse(readFileSync(`${ROOT}deploy/compose.yaml`, 'utf8')) as { services: object };
    const named = [...PAGE.matchAll(/compose\.yaml (?:exec|stop) ([\w -]+?)(?: cat|`)/g)].flatMap(([, names]) =>
      names!.split(' '),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !(name in services))).toEqual([]);
  });

  it.skipIf(!has('systemd-analyze', '--version'))('are units that systemd takes', () => {
    const names = ['model-hub.service', 'model-hub-backup.service', 'model-hub-backup.timer'];
    const paths = names.map((name, i) => file(name, blocks('ini')[i]!));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });

  it.skipIf(!has('nginx', '-v'))('are a configuration that nginx takes', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'hub.example.com' }]);
    const [certificate, secret] = [file('cert.pem', cert), file('key.pem', key)];
    const server = blocks('nginx')
      .join('\n')
      .replaceAll('/etc/ssl/hub.example.com.pem', certificate)
      .replaceAll('/etc/ssl/hub.example.com.key', secret);
    const config = file('nginx.conf', `pid ${folder}/nginx.pid; events {} http { access_log off; ${server} }`);
    const { status, stderr } = spawnSync('nginx', ['-t', '-c', config], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });

  it.skipIf(!has('caddy', 'version')).each(blocks('caddyfile'))(
    'are a configuration that Caddy takes: block %#',
    (text) => {
      const args = ['validate', '--adapter', 'caddyfile', '--config', file('Caddyfile', text)];
      const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder };
      const { status, stderr } = spawnSync('caddy', args, { encoding: 'utf8', env });
      expect(status, stderr).toBe(0);
    },
  );
});
