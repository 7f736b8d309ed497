import { Readable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import type { ExportService } from '../../src/domain/model/export-service.js';
import { inTurn } from '../../src/http/in-turn.js';
import { addRoutes, listenAt, openApp, openServer, type ServerParts } from '../../src/http/open-server.js';
import { exportRoute } from '../../src/http/rest/export.js';

it('a download is streamed without a warning that its answer has too many listeners', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): number => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const metrics = { http: { answered: () => undefined } };
  const parts = { metrics, basePath: '', maxConnections: 10 } as unknown as ServerParts;
  const { server, connections } = openServer(parts);
  const file = { name: 'm-1.onnx', bytes: 5, sha256: '00' };
  const open: ExportService['open'] = async (_version, send) =>
    send({ ...file, content: Readable.from([Buffer.from('bytes')]) });
  const app = openApp(parts);
  addRoutes(app, [{ ...exportRoute({ open } as ExportService), needs: null }], []);
  server.on('request', inTurn(app));
  const url = await listenAt(server, '127.0.0.1', 0, '');
  onTestFinished(() => connections.close(0));
  const answer = await fetch(`${url}/v1/models/m/versions/1/export?format=onnx`);
  expect(await answer.text()).toBe('bytes');
  await new Promise(setImmediate); // a warning is told a tick later
  expect(warnings).toEqual([]);
});
