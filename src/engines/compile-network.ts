import type { BlobStore } from '../storage/blobs.js';
import type { CompileJob } from './network-compiler.js';
import { readModel } from './onnx/classifier-model.js';
import { OnnxEngine } from './onnx/onnx-engine.js';

/** Builds one network and writes it into a file, optimized for this machine. */
export async function compileNetwork({ network, file }: CompileJob, blobs: BlobStore): Promise<void> {
  await new OnnxEngine(1).compile(await readModel(blobs, network), file);
}
