import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import type { PrismaClient } from '../storage/database.js';
import { parseColumns } from '../storage/parse-columns.js';
import type { Notices } from './notices.js';

/** Milliseconds between two writes of a process's row, and after which a process that writes none is taken for dead. */
const [BEAT_MS, LEASE_MS] = [4000, 15_000];
/** Rows of processes that were last seen before this long are deleted. */
const FORGOTTEN = '1 day';
/** Milliseconds for which others may take to serve what was promoted, and between two looks where no notice comes. */
const REACH_MS = 60_000;
const LOOK_MS = 1000;

const servingSchema = z.object({
  model: z.string(),
  alias: z.string(),
  /** Number and form of the version that serves; null when none does. */
  version: z.number().nullable(),
  precision: z.string().nullable(),
  /** Missing in reports of processes of an earlier release. */
  runtime: z.string().nullable().default(null),
  /** The form of the version that the alias points to, as `servedForm` names it, */
  form: z.string(),
  /** and why it does not serve; null when it does. */
  error: z.string().nullable(),
});
/** What a process serves under an alias, or fails to serve. */
export type ServingReport = z.output<typeof servingSchema>;

const workSchema = z.object({ kind: z.string(), id: z.string() });
/** A job that a process runs. */
export type WorkReport = z.output<typeof workSchema>;

const rowSchema = z.object({ serving: z.array(servingSchema), working: z.array(workSchema) });

/** A process of the hub. */
export interface ProcessInfo {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly version: string;
  /** Engine, device and kind of processor that its workers compute with; null in a process of an earlier release. */
  readonly computer: string | null;
  readonly address: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** Whether it was seen within the time of its lease. */
  readonly isLive: boolean;
  /** Whether it has loaded what it serves. */
  readonly isReady: boolean;
  readonly serving: readonly ServingReport[];
  readonly working: readonly WorkReport[];
}

interface ProcessesParts {
  readonly prisma: PrismaClient;
  readonly notices: Notices;
  readonly log: Logger;
  /** Whether other processes may share the database. */
  readonly isShared: boolean;
  readonly about: Pick<ProcessInfo, 'name' | 'roles' | 'version' | 'computer'>;
  readonly serving: () => readonly ServingReport[];
  readonly working: () => readonly WorkReport[];
  readonly isReady: () => boolean;
}

/** The processes of the hub: what each serves and works on. A process that has its data alone writes no row. */
export class Processes {
  readonly id = uuid();
  readonly #startedAt = new Date();
  #address = '';
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(private readonly parts: ProcessesParts) {}

  /** Whether other processes may share the database. */
  get isShared(): boolean {
    return this.parts.isShared;
  }

  /** Announces this process. @param address where it listens. */
  async begin(address: string): Promise<void> {
    this.#address = address;
    if (!this.parts.isShared) return;
    await this.parts.prisma.$executeRaw`DELETE FROM processes WHERE seen_at < now() - ${FORGOTTEN}::interval`;
    await this.#write();
    this.#timer = setInterval(() => void this.#write().catch(() => undefined), BEAT_MS).unref();
  }

  /** Tells the others what this process serves now. They are told later where the database is away. */
  report(): void {
    if (!this.#timer) return;
    const report = this.#write().then(() => this.parts.notices.tell('process', this.id));
    report.catch((err: unknown) => this.parts.log.debug({ err }, 'what this process serves was not written'));
  }

  /** All processes, the oldest first. Without others, this one. */
  async list(): Promise<ProcessInfo[]> {
    if (!this.parts.isShared) return [this.#own()];
    const rows = await this.parts.prisma.hubProcess.findMany({ orderBy: { id: 'asc' } });
    const [{ now }] = await this.parts.prisma.$queryRaw<[{ now: Date }]>`SELECT now() AS now`;
    return rows.map((row) => ({
      ...row,
      ...parseColumns(rowSchema, row, `process ${row.name}`),
      isLive: now.getTime() - row.seenAt.getTime() < LEASE_MS,
    }));
  }

  /** The live processes that answer photos and do not have a form under an alias. @param form null where nothing shall serve. */
  async behind(model: string, alias: string, form: string | null): Promise<ProcessInfo[]> {
    return (await this.list()).filter(
      ({ isLive, isReady, roles, serving }) =>
        isLive && isReady && roles.includes('serve') && !hasForm(serving, model, alias, form),
    );
  }

  /** Whether another live process has a role. */
  async hasOther(role: string): Promise<boolean> {
    return (await this.list()).some(({ id, isLive, roles }) => id !== this.id && isLive && roles.includes(role));
  }

  /**
   * Waits until every live process that serves has the wished form under an alias, or has failed to load it.
   * @param form null for an alias that nothing shall serve. @returns the names of those that do not have it in the end.
   */
  async reach(model: string, alias: string, form: string | null): Promise<string[]> {
    if (!this.parts.isShared) return [];
    const until = performance.now() + REACH_MS;
    for (;;) {
      const told = new AbortController();
      const unlisten = this.parts.notices.onAny('process', () => told.abort());
      try {
        const behind = await this.behind(model, alias, form);
        const waiting = behind.filter(({ serving }) => !hasFailed(serving, model, alias, form));
        if (waiting.length === 0 || performance.now() > until) return behind.map(({ name }) => name);
        await sleep(LOOK_MS, undefined, { signal: told.signal, ref: false }).catch(() => undefined);
      } finally {
        unlisten();
      }
    }
  }

  /** Takes this process off the list. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#writing.catch(() => undefined);
    if (!this.#timer) return;
    await this.parts.prisma.hubProcess.deleteMany({ where: { id: this.id } }).catch(() => undefined);
  }

  #own(): ProcessInfo {
    const { about, serving, working, isReady } = this.parts;
    const now = { startedAt: this.#startedAt, seenAt: new Date(), isLive: true, isReady: isReady() };
    return { id: this.id, ...about, address: this.#address, ...now, serving: serving(), working: working() };
  }

  /** Writes the row, one write after the other, with the state at the time of the write. */
  #write(): Promise<void> {
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        if (this.#isClosed) return;
        const { id, name, roles, version, computer, address, isReady, serving, working } = this.#own();
        await this.parts.prisma.$executeRaw`
          INSERT INTO processes (id, name, roles, version, computer, address, is_ready, serving, working)
          VALUES (${id}, ${name}, ${[...roles]}, ${version}, ${computer}, ${address}, ${isReady},
                  ${JSON.stringify(serving)}::jsonb, ${JSON.stringify(working)}::jsonb)
          ON CONFLICT (id) DO UPDATE SET seen_at = now(), is_ready = EXCLUDED.is_ready, serving = EXCLUDED.serving, working = EXCLUDED.working`;
      });
    return this.#writing;
  }
}

/** The report about an alias. */
const reportOf = (serving: readonly ServingReport[], model: string, alias: string): ServingReport | undefined =>
  serving.find((each) => each.model === model && each.alias === alias);

function hasForm(serving: readonly ServingReport[], model: string, alias: string, form: string | null): boolean {
  const report = reportOf(serving, model, alias);
  return form === null ? report === undefined : report?.form === form && report.error === null;
}

function hasFailed(serving: readonly ServingReport[], model: string, alias: string, form: string | null): boolean {
  const report = reportOf(serving, model, alias);
  return report?.form === form && report?.error !== null;
}
