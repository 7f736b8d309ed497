import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXIT, exitHelp } from '../../src/cli/exit.js';
import { runHub } from '../support/command.js';

describe('how hub ends', () => {
  it('is listed in its help, with every code', async () => {
    const { code, stdout } = await runHub('--help');
    expect(code).toBe(EXIT.done);
    expect(stdout).toContain(exitHelp());
    for (const exit of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^  ${exit} +\\w`, 'm'));
  });

  it.each<[keyof typeof EXIT, string, readonly string[]]>([
    ['done', 'help of a command', ['train', '--help']],
    ['done', 'its version', ['--version']],
    ['refused', 'no command', []],
    ['refused', 'a command that is not complete', ['dataset']],
    ['refused', 'a command that there is not', ['datset']],
    ['refused', 'an option that there is not', ['runs', '--colour', 'red']],
    ['refused', 'a number that is none', ['runs', '--first', 'x']],
    ['refused', 'an address that is none', ['runs', '--url', 'here']],
    ['unreachable', 'a hub that is not there', ['runs', '--url', 'http://127.0.0.1:1', '--token', 'x']],
    ['notAllowed', 'a data folder without a token', ['runs', '--data', 'nothing']],
  ])('is %s for %s', async (exit, _, command) => {
    expect((await runHub(...command)).code).toBe(EXIT[exit]);
  });

  it('is told in one line, or in one line of JSON', async () => {
    const command = ['runs', '--url', 'http://127.0.0.1:2', '--token', 'x'];
    const message =
      'No hub answers at http://127.0.0.1:2 (ECONNREFUSED): start one with "hub start", or give its address with --url.';
    expect(await runHub(...command)).toEqual({ code: EXIT.unreachable, stdout: '', stderr: `hub: ${message}\n` });
    const { stdout, stderr } = await runHub(...command, '--json');
    expect({ stdout, error: JSON.parse(stderr) as unknown }).toEqual({
      stdout: '',
      error: { error: { code: 'HUB_UNREACHABLE', message } },
    });
    expect(JSON.parse((await runHub('runs', '--colour', '--json')).stderr)).toEqual({
      error: { code: 'BAD_INPUT', message: "unknown option '--colour': see --help." },
    });
  });

  it('is failed where the hub does not know what is asked, and names the doctor', async () => {
    const url = await serve(
      '{"errors":[{"message":"Cannot query field \\"runs\\".","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}',
    );
    const { code, stderr } = await runHub('runs', '--url', url, '--token', 'x');
    expect(code).toBe(EXIT.failed);
    expect(stderr).toBe(
      'hub: Cannot query field "runs". The hub has another version than this program: see "hub doctor".\n',
    );
  });

  it('is unreachable where something else answers', async () => {
    const url = await serve('<html>');
    const { code, stderr } = await runHub('runs', '--url', url, '--token', 'x');
    expect(code).toBe(EXIT.unreachable);
    expect(stderr).toContain(`The server at ${url} is not a hub (status 200)`);
  });
});

/** Something that answers everything with this text. @returns its address. */
async function serve(answer: string): Promise<string> {
  const server = createServer((_request, response) => response.end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
