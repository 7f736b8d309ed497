import { OperationTypeNode } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { permissionOf } from '../../src/schema/permission.js';
import { buildHubSchema } from '../../src/schema/schema.js';
import { anyRequest, textArguments } from '../support/any-request.js';
import { ERROR } from '../support/hub-user.js';
import { TestHub } from '../support/test-hub.js';

const schema = buildHubSchema();
const OWN = 'colours';

/** Texts that no honest user chooses as a name. */
const HOSTILE: Readonly<Record<string, string>> = {
  'quotes, line ends and directions': `"'\`\\\r\n\t\u202e\u2028</script>`,
  'a zero byte': 'a\u0000b',
  'a name that every object has': '__proto__',
  'the folder above': '../..',
  'emoji and ten thousand letters': `😀${'a'.repeat(10_000)}`,
};

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.startWithColours();
});
afterAll(() => hub.remove());

it.each(Object.entries(HOSTILE))('%s: no argument with it makes the hub fail', async (_, value) => {
  const failed: string[] = [];
  let count = 0;
  for (const operation of [OperationTypeNode.QUERY, OperationTypeNode.MUTATION]) {
    for (const field of Object.values(schema.getRootType(operation)!.getFields())) {
      const { model } = permissionOf(field);
      const own = model !== null && model !== 'NARROWED' ? { [model.argument]: OWN } : {};
      for (const { path } of textArguments(field.args)) {
        const { query, takesFile } = anyRequest(operation, field, { ...own, [path]: value });
        const file = { as: 'file', content: Buffer.from('no photo') };
        const { status, errors } = await hub.post(query, {}, takesFile ? file : undefined);
        const code = errors?.[0]?.extensions.code;
        if (status >= 500 || code === 'INTERNAL') failed.push(`${field.name}(${path}): ${status} ${code}`);
        count += 1;
      }
    }
  }
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(80);
  expect(hub.log.filter(({ level }) => level >= ERROR)).toEqual([]);
});

it('all of them leave headers and metrics well-formed', async () => {
  const headers = { authorization: `Bearer ${hub.token}` };
  for (const value of Object.values(HOSTILE).map(encodeURIComponent)) {
    for (const path of [
      `/v2/models/${value}`,
      `/v1/models/${value}/versions/1/export?format=onnx`,
      `/v1/classify?model=${value}`,
    ]) {
      const { status } = await hub.fetch(path, { headers });
      expect([400, 404, 405, 414, 431], path.slice(0, 100)).toContain(status);
    }
  }
  const metrics = await (await hub.fetch('/metrics', { headers })).text();
  for (const line of metrics.split('\n').filter(Boolean))
    expect(line).toMatch(/^(#.*|[\w:]+(\{(\w+="(?:[^"\\]|\\.)*",?)+\})? \S+)$/);
  expect(metrics).not.toMatch(/__proto__|<.script/);
});
