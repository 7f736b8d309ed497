import { arch, availableParallelism, cpus, hostname, platform, release, totalmem } from 'node:os';
import { DECODER_VERSIONS } from '../datasets/decode.js';

/** Where a run computed, and with what. */
export interface Environment {
  /** Version of Node, for example v20.19.0. */
  readonly node: string;
  /** Besides the engine's, whose version is in its own record. */
  readonly libraries: readonly Library[];
  readonly host: Host;
}

/** Types, not interfaces: a value written as JSON may have known fields only. */
export type Library = {
  readonly name: string;
  readonly version: string;
};

/** A machine. */
export type Host = {
  readonly name: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
};

export function describeEnvironment(): Environment {
  return {
    node: process.version,
    libraries: DECODER_VERSIONS,
    host: {
      name: hostname(),
      os: `${platform()} ${release()} ${arch()}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
    },
  };
}
