import { readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';

/** Instruction sets by which libraries choose how they compute, and with it the last digits of results. */
const SETS = ['fma', 'avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16', 'asimddp', 'sve', 'i8mm', 'bf16'];

/** The kind of this machine's processor: on machines of one kind, the same features have the same digits. */
export function processorKind(): string {
  const flags = readFlags();
  const sets = SETS.filter((set) => flags.has(set));
  return [arch(), ...(flags.size > 0 ? sets : [cpus()[0]?.model.trim() ?? 'unknown'])].join(' ');
}

/** Whether this machine's processor multiplies bfloat16 numbers by itself; assumed where the system does not say. */
export function hasBfloat16(): boolean {
  const flags = readFlags();
  return flags.size === 0 || ['avx512_bf16', 'amx_bf16', 'bf16'].some((set) => flags.has(set));
}

/** What Linux says of the first core; empty elsewhere. */
function readFlags(): Set<string> {
  try {
    const [, flags = ''] = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    return new Set(flags.trim().split(/\s+/).filter(Boolean));
  } catch {
    return new Set();
  }
}
