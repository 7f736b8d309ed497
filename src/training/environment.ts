import { arch, availableParallelism, cpus, hostname, platform, release, totalmem } from 'node:os';
import { DECODER_VERSIONS } from '../datasets/decode.js';

/** The machine and the libraries that trained a run. */
export interface Environment {
  /** Version of Node, for example v20.19.0. */
  readonly node: string;
  /** Libraries other than the engine's, which has a record of its own. */
  readonly libraries: readonly Library[];
  readonly host: Host;
}

/** A library with its version. A type, not an interface: a value stored as JSON may have known fields only. */
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

/** The environment of this process. */
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
