import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundleOf } from '../../src/package.js';
import { HubUser, type LogLine, WARNING } from './hub-user.js';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a process is started with. */
export interface Surroundings {
  /** That of the tests by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Receives the lines of the log. */
  readonly log?: LogLine[];
}

/** A line of the hub's log, or of a library. */
function logLine(line: string): LogLine {
  return line.startsWith('{') ? (JSON.parse(line) as LogLine) : { level: WARNING, msg: line };
}

/** `hub start` as a separate process, which can be killed. */
export class HubProcess extends HubUser {
  private constructor(
    private readonly child: ChildProcess,
    override readonly url: string,
    override readonly token: string,
    override readonly log: readonly LogLine[],
  ) {
    super();
  }

  /** Starts a hub on a data folder and waits until it prints its address. */
  static async start(data: string, ...options: readonly string[]): Promise<HubProcess> {
    return HubProcess.startIn({}, data, ...options);
  }

  /** Starts a hub with an environment of its own, or with a log that can be read before it listens. */
  static async startIn(
    { env = process.env, log = [] }: Surroundings,
    data: string,
    ...options: readonly string[]
  ): Promise<HubProcess> {
    // Files of tests run side by side: jobs with a thread for each core would wait for each other.
    const args = ['start', '--data', data, '--port', '0', '--worker-threads', '1', ...options];
    const child = spawn(process.execPath, [bundleOf('hub'), ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    createInterface({ input: child.stderr }).on('line', (line) => log.push(logLine(line)));
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /http:\S+(?=\/graphql|\/health)/.exec(line)?.[0];
      if (!url) continue;
      const token = await readFile(join(data, 'token'), 'utf8').catch(() => ''); // one that only trains has none
      return new HubProcess(child, url, token.trim(), log);
    }
    throw new Error(`the hub ended before it listened: ${JSON.stringify(log)}`);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Sends a signal and waits for the process to end. */
  async end(signal: NodeJS.Signals): Promise<Exit> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    return { code: this.child.exitCode, signal: this.child.signalCode };
  }
}
