import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** The files with a failed test, and the counts of all others. */
interface FirstTry {
  readonly failed: readonly string[];
  readonly passed: number;
  readonly skipped: number;
}

/** More files than these are no accident of a busy machine. */
const MOST_TRIED_AGAIN = 3;

/**
 * Prints the one line that CI reads: "N passed, N failed", with skipped tests counted when there are any. CI names a file in
 * `TEST_FIRST_TRY`: a few test files that failed are written there instead, and what is found there is added to a second try.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const path = process.env.TEST_FIRST_TRY;
    const before = path !== undefined && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as FirstTry) : null;
    const all = modules.map(countsOf);
    const failing = all.filter(({ failed }) => failed > 0);
    const isWhole = unhandledErrors.length === 0 && sum(all, 'pending') === 0;
    if (path !== undefined && !before && isWhole && failing.length > 0 && failing.length <= MOST_TRIED_AGAIN) {
      const others = all.filter(({ failed }) => failed === 0);
      const first: FirstTry = {
        failed: failing.map(({ file }) => file),
        passed: sum(others, 'passed'),
        skipped: sum(others, 'skipped'),
      };
      writeFileSync(path, JSON.stringify(first));
      return;
    }
    if (before) process.stdout.write(`\nOn a second try: ${before.failed.join(', ')}`);
    const passed = sum(all, 'passed') + (before?.passed ?? 0);
    const skipped = sum(all, 'skipped') + (before?.skipped ?? 0);
    const failed = sum(all, 'failed') + sum(all, 'pending') + unhandledErrors.length;
    process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  }
}

interface Counts {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tests that did not end. */
  readonly pending: number;
}

/** @returns the tests of a file by how they ended; an error outside of its tests is one that failed. */
function countsOf(module: TestModule): Counts {
  const count = { passed: 0, failed: module.errors().length > 0 ? 1 : 0, skipped: 0, pending: 0 };
  for (const test of module.children.allTests()) count[test.result().state] += 1;
  const file = relative(process.cwd(), module.moduleId).replaceAll('\\', '/');
  return { file, ...count };
}

function sum(all: readonly Counts[], name: 'passed' | 'failed' | 'skipped' | 'pending'): number {
  return all.reduce((total, counts) => total + counts[name], 0);
}

// vitest loads a reporter file by its default export.
// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default ClosingLine;
