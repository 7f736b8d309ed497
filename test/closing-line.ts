import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints the tests that passed on a second try only, which CI allows, and the one line that CI reads: "N passed, N failed",
 * with skipped tests counted when there are any.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1;
        if (test.diagnostic()?.flaky) process.stdout.write(`\nOn a second try: ${test.fullName}, ${module.moduleId}`);
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`);
  }
}

// vitest loads a reporter file by its default export.
// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default ClosingLine;
