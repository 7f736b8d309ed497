import { execFile, spawnSync } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where Debian and its kin keep PostgreSQL's programs. */
const BIN = ['18', '17', '16', '15', '14'].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync);
/** PostgreSQL does not run as root. */
const USER = userInfo().uid === 0 ? spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' }).stdout.trim() : undefined;

const run = promisify(execFile);

/** Whether this machine has PostgreSQL. */
export const hasPostgres = BIN !== undefined && USER !== '';

/** A PostgreSQL server on a socket in a folder of its own. */
export class PostgresServer {
  private constructor(
    private readonly folder: string,
    private readonly connections: number,
  ) {}

  /** @param parent folder for all of its files. @param connections most at the same time. */
  static async start(parent = tmpdir(), connections = 20): Promise<PostgresServer> {
    const server = new PostgresServer(await mkdtemp(join(parent, 'hub-postgres-')), connections);
    if (USER) chownSync(server.folder, Number(USER), Number(USER));
    await server.#run('initdb', '-D', server.#data, '-U', 'hub', '-A', 'trust', '--no-sync');
    await server.start();
    return server;
  }

  /** For node-postgres, which takes an address without a host. */
  get url(): string {
    return `postgresql://hub@/postgres?host=${encodeURIComponent(this.folder)}`;
  }

  /** For a hub. */
  get databaseUrl(): string {
    return this.url.replace('@/', '@localhost/');
  }

  /** Starts it again after `stop`. */
  async start(): Promise<void> {
    const options = `-c listen_addresses= -c max_connections=${this.connections} -k ${this.folder}`;
    await this.#run('pg_ctl', '-D', this.#data, '-w', '-l', join(this.folder, 'log'), '-o', options, 'start');
  }

  /** @param mode of `pg_ctl`: `fast` ends connections in order, `immediate` is a crash. */
  async stop(mode: 'fast' | 'immediate' = 'immediate'): Promise<void> {
    await this.#run('pg_ctl', '-D', this.#data, '-w', '-m', mode, 'stop');
  }

  /** Whether it still runs: it stops by itself when it cannot write its log. */
  async runs(): Promise<boolean> {
    return this.#run('pg_ctl', '-D', this.#data, 'status').then(
      () => true,
      () => false,
    );
  }

  /** Lets it hang, with connections that stay open, while the work runs. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    const pid = Number((await readFile(join(this.#data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    const children = spawnSync('ps', ['--ppid', String(pid), '-o', 'pid='], { encoding: 'utf8' }).stdout;
    const all = [pid, ...children.trim().split(/\s+/).map(Number)];
    for (const each of all) process.kill(each, 'SIGSTOP');
    return work().finally(() => {
      for (const each of all) process.kill(each, 'SIGCONT');
    });
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  async #run(program: string, ...args: string[]): Promise<void> {
    const ids = USER ? { uid: Number(USER), gid: Number(USER) } : {};
    await run(join(BIN as string, program), args, { cwd: '/', ...ids });
  }
}
