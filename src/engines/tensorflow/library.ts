/** Arrays that the addon takes and gives; 16-bit floats go as bytes. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** The part of tfjs-node's addon that the engine uses. Tensors and sessions go by number. */
export interface Library {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], type: number, data: TensorData): number;
  deleteTensor(tensor: number): void;
  /** A copy of a tensor's values. */
  tensorDataSync(tensor: number): TensorData;
  /** Opens the SavedModel in a folder. */
  loadSavedModel(folder: string, tag: string): number;
  /** Closes a session; its variables go with it. */
  deleteSavedModel(session: number): void;
  /** @param inputs names, parted by commas; so are the outputs. */
  runSavedModel(
    session: number,
    tensors: readonly number[],
    inputs: string,
    outputs: string,
  ): readonly { readonly id: number }[];
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
}
