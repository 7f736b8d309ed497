import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Instruction sets that figures depend on, by their names in /proc/cpuinfo. macOS names AVX2 `AVX2` in `sysctl`. */
const SETS = { AVX2: 'avx2', 'AVX-512': 'avx512f', VNNI: 'avx512_vnni', BF16: 'avx512_bf16', AMX: 'amx_tile' };

/** The processor with its cores and instruction sets, on one line. */
export function processor() {
  const sets = instructionSets();
  const known = sets === null ? 'instruction sets unknown' : sets.join(', ') || 'none of AVX2 and its successors';
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores: ${known}`;
}

/** Names of the instruction sets that the processor has; null where the system does not list them. */
export function instructionSets() {
  const flags = flagsOf();
  return flags && Object.keys(SETS).filter((name) => flags.has(SETS[name]));
}

/** Flags of the first core; null where the system does not list them. */
function flagsOf() {
  try {
    const text =
      process.platform === 'darwin'
        ? execFileSync('sysctl', ['-n', 'machdep.cpu.leaf7_features'], { encoding: 'utf8' })
        : (/^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '');
    return new Set(text.toLowerCase().split(/\s+/));
  } catch {
    return null;
  }
}
