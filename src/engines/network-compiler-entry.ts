import { constants } from 'node:os';
import { HubError } from '../errors.js';
import { yieldTo } from '../priority.js';
import { FileBlobStore } from '../storage/file-blobs.js';
import type { CompilerAnswer, CompilerRequest } from './network-thread-messages.js';
import { readModel } from './onnx/classifier-model.js';
import { OnnxEngine } from './onnx/onnx-engine.js';

/** The other side of NetworkCompiler: builds one network and ends. */
process.once('message', async (request: CompilerRequest) => {
  yieldTo(constants.priority.PRIORITY_LOW); // what serves meanwhile goes before
  const answer = await build(request);
  process.send?.(answer, () => process.disconnect());
});
process.on('disconnect', () => process.exit(0)); // also when the hub is gone
process.on('SIGINT', () => undefined); // a terminal's Ctrl-C reaches the whole process group; the hub decides

async function build({ blobFolder, network, file }: CompilerRequest): Promise<CompilerAnswer> {
  try {
    await new OnnxEngine(1).compile(await readModel(new FileBlobStore(blobFolder), network), file);
    return { type: 'done' };
  } catch (error) {
    const code = error instanceof HubError ? error.code : null;
    return { type: 'error', code, message: error instanceof Error ? error.message : String(error) };
  }
}
