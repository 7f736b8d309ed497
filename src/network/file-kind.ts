/** What to do instead of giving a file of another program. */
const SAVE = 'load the model in Keras and save it with model.save("model.keras")';
const UNPACK = 'unpack it and give the file in it';
const GET_AGAIN = 'get the file itself';

/** A kind of file that is not read, and what to do. */
export interface OtherFile {
  readonly kind: string;
  readonly remedy: string;
}

const at = (text: string, offset = 0): ((file: Uint8Array) => boolean) => {
  const bytes = Buffer.from(text, 'latin1');
  return (file) => bytes.equals(file.subarray(offset, offset + bytes.length));
};

/** The magic number at the end of the index of a TensorFlow checkpoint, a sorted string table. */
const TABLE = Buffer.from('57fb808b247547db', 'hex');

const KINDS: readonly [test: (file: Uint8Array) => boolean, kind: string, remedy: string][] = [
  [({ length }) => length === 0, 'an empty file', GET_AGAIN],
  [at('TFL3', 4), 'a TensorFlow Lite model', `${SAVE}, instead of the converted one`],
  [at('\x08\x01\x12'), 'the saved_model.pb of a TensorFlow SavedModel', SAVE],
  [(file) => TABLE.equals(file.subarray(-TABLE.length)), 'a TensorFlow checkpoint', SAVE],
  [at('model_checkpoint_path'), 'the list of TensorFlow checkpoints', SAVE],
  [isOnnx, 'an ONNX model', `${SAVE}, instead of the converted one`],
  [isGraph, 'a frozen TensorFlow graph (.pb)', SAVE],
  [isSafetensors, 'a safetensors file', 'give the Keras file it was made from'],
  [
    isPickle,
    'a pickled Python object, such as an older PyTorch checkpoint',
    `${SAVE}; pickles run code and are never opened`,
  ],
  [at('\x93NUMPY'), 'a numpy array', SAVE],
  [at('\x1f\x8b'), 'a gzip archive', UNPACK],
  [at('\x28\xb5\x2f\xfd'), 'a zstd archive', UNPACK],
  [at('BZh'), 'a bzip2 archive', UNPACK],
  [at('ustar', 257), 'a tar archive', UNPACK],
  [at('Rar!'), 'a RAR archive', UNPACK],
  [at("7z\xbc\xaf'\x1c"), 'a 7z archive', UNPACK],
  [at('version https://git-lfs'), 'a pointer of Git LFS', `${GET_AGAIN}: git lfs pull`],
  [(file) => /^\s*<(!doctype|html)/i.test(startOf(file)), 'a web page', `${GET_AGAIN}: a download gave a page instead`],
  [(file) => /^\s*<\?xml/.test(startOf(file)), 'an XML file, such as an OpenVINO model', SAVE],
  [(file) => /^\s*\{/.test(startOf(file)), 'JSON, such as the description of a model without weights', SAVE],
];

/** What a file is, by its first bytes, when it is neither HDF5 nor zip; undefined when it is not known. */
export function otherFile(file: Uint8Array): OtherFile | undefined {
  const [, kind, remedy] = KINDS.find(([test]) => test(file)) ?? [];
  return kind === undefined || remedy === undefined ? undefined : { kind, remedy };
}

const MEMBERS: readonly [test: RegExp, kind: string, remedy: string][] = [
  [/(^|\/)saved_model\.pb(txt)?$/, 'a TensorFlow SavedModel', SAVE],
  [/(^|\/)data\.pkl$/, 'a PyTorch checkpoint', SAVE],
  [
    /(^|\/)model\.weights(_\d+)?\.(json|npz)$/,
    'a Keras model whose weights are divided over files',
    'save it again with model.save("model.keras")',
  ],
  [/(^|\/)(checkpoint|.*\.ckpt\.index)$/, 'a TensorFlow checkpoint', SAVE],
  [/\.npy$/, 'an archive of numpy arrays', SAVE],
  [/\.(h5|hdf5|keras|safetensors)$/, 'an archive with model files', UNPACK],
];

/** What a zip archive is, by the names in it, when it is no `.keras` file; undefined when it is not known. */
export function otherArchive(names: readonly string[]): OtherFile | undefined {
  const [, kind, remedy] = MEMBERS.find(([test]) => names.some((name) => test.test(name))) ?? [];
  return kind === undefined || remedy === undefined ? undefined : { kind, remedy };
}

/** A number of the version, and then the name of the program that wrote it or the graph. */
function isOnnx(file: Uint8Array): boolean {
  const [first, version = 0, next = 0] = file;
  return first === 0x08 && version >= 3 && version < 32 && [0x12, 0x1a, 0x22, 0x28, 0x3a, 0x42].includes(next);
}

/** A node, which starts with its name, each with its length before it. */
function isGraph(file: Uint8Array): boolean {
  return file[0] === 0x0a && (file[2] === 0x0a || file[3] === 0x0a);
}

/** The length of the header in 8 bytes, and the header, which is JSON. */
function isSafetensors(file: Uint8Array): boolean {
  return file[8] === 0x7b && file[6] === 0 && file[7] === 0;
}

/** Protocols 2 to 5. */
function isPickle(file: Uint8Array): boolean {
  return file[0] === 0x80 && [2, 3, 4, 5].includes(file[1] ?? 0);
}

function startOf(file: Uint8Array): string {
  return Buffer.from(file.subarray(0, 64)).toString('latin1');
}
