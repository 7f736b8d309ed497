/** Self-tests of installed engines. Each computes something small and compares its answer. */
const SELF_TESTS = {
  tensorflow: async () => (await import('../tensorflow/install/self-test.js')).testTensorFlow,
  openvino: async () => (await import('../openvino/install/self-test.js')).testOpenVino,
} as const;
export type EngineToTest = keyof typeof SELF_TESTS;

/** node self-test.js ENGINE FOLDER: tests the installation in FOLDER, and prints what it found as a line of JSON. */
const [, , engine, folder] = process.argv as [string, string, EngineToTest, string];
const test = await SELF_TESTS[engine]();
process.stdout.write(`${JSON.stringify(await test(folder))}\n`);
