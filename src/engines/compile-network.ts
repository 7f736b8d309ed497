import { writeFile } from 'node:fs/promises';
import type { BlobStore } from '../storage/blobs.js';
import type { CompileJob } from './network-compiler.js';
import { readModel } from './onnx/classifier-model.js';
import { OnnxEngine } from './onnx/onnx-engine.js';

/** Builds one network and writes it into a file: for ONNX Runtime optimized for this machine, for OpenVINO as it is. */
export async function compileNetwork({ network, file }: CompileJob, blobs: BlobStore): Promise<void> {
  const model = await readModel(blobs, network);
  if (network.form?.runtime === 'OPENVINO') await writeFile(file, model);
  else await new OnnxEngine(1).compile(model, file);
}
