import { createRequire } from 'node:module';
import { HubError } from '../../errors.js';
import { findOpenVino } from './find-openvino.js';

/** Address of an object of the library; valid in every thread of the process. */
export type Handle = bigint;

/** An output argument: the function writes its only element. */
export type Out<T> = [T | null];

/** The functions of OpenVINO's C library that are called. A result of 0 means success. */
const PROTOTYPES = {
  lastError: 'const char *ov_get_last_err_msg()',
  createCore: 'int ov_core_create(_Out_ void **core)',
  property: 'int ov_core_get_property(void *core, const char *device, const char *name, _Out_ void **text)',
  freeText: 'void ov_free(void *text)',
  readModel:
    'int ov_core_read_model_from_memory_buffer(void *core, void *model, size_t bytes, void *weights, _Out_ void **read)',
  freeModel: 'void ov_model_free(void *model)',
  compile:
    'int ov_core_compile_model(void *core, void *model, const char *device, size_t values, _Out_ void **compiled, ...)',
  freeCompiled: 'void ov_compiled_model_free(void *compiled)',
  countOutputs: 'int ov_compiled_model_outputs_size(void *compiled, _Out_ size_t *count)',
  output: 'int ov_compiled_model_output_by_index(void *compiled, size_t index, _Out_ void **port)',
  nameOfPort: 'int ov_port_get_any_name(void *port, _Out_ void **name)',
  freePort: 'void ov_output_const_port_free(void *port)',
  createRequest: 'int ov_compiled_model_create_infer_request(void *compiled, _Out_ void **request)',
  freeRequest: 'void ov_infer_request_free(void *request)',
  inputTensor: 'int ov_infer_request_get_input_tensor_by_index(void *request, size_t index, _Out_ void **tensor)',
  outputTensor: 'int ov_infer_request_get_output_tensor_by_index(void *request, size_t index, _Out_ void **tensor)',
  infer: 'int ov_infer_request_infer(void *request)',
  data: 'int ov_tensor_data(void *tensor, _Out_ void **data)',
  byteSize: 'int ov_tensor_get_byte_size(void *tensor, _Out_ size_t *bytes)',
  freeTensor: 'void ov_tensor_free(void *tensor)',
} as const;

type Bound = Readonly<Record<keyof typeof PROTOTYPES, (...values: unknown[]) => unknown>>;

/** The part of koffi that is used: its own types are missing where npm leaves the package out. */
interface Koffi {
  load(path: string | null): CLibrary;
  struct(members: Readonly<Record<string, string>>): object;
  pointer(type: object): object;
  out(type: object): object;
  view(address: Handle, bytes: number): ArrayBuffer;
  readonly decode: { string(address: Handle): string };
}

interface CLibrary {
  func(prototype: string): (...values: unknown[]) => unknown;
  func(name: string, result: string, types: readonly (string | object)[]): (...values: unknown[]) => unknown;
}

/** OpenVINO's C library, loaded into this process. */
export class OpenVino {
  readonly #koffi: Koffi;
  readonly #setShape: (tensor: Handle, shape: object) => unknown;
  readonly call: Bound;
  /** The library's core, which knows its devices. */
  readonly core: Handle;
  /** "2026.4.1". */
  readonly version: string;
  /** What the processor computes fast, by the library's names: FP32, INT8, on some also BF16. */
  readonly capabilities: readonly string[];

  constructor(path: string) {
    this.#koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const { load, struct, out, pointer } = this.#koffi;
    keepLoaded(this.#koffi, path);
    const library = load(path);
    this.call = Object.fromEntries(
      Object.entries(PROTOTYPES).map(([name, prototype]) => [name, library.func(prototype)]),
    ) as Bound;
    const shape = struct({ rank: 'int64_t', dims: 'void *' });
    this.#setShape = library.func('ov_tensor_set_shape', 'int', ['void *', shape]);
    const version = { buildNumber: '' };
    const versionType = struct({ buildNumber: 'const char *', description: 'const char *' });
    this.check(library.func('ov_get_openvino_version', 'int', [out(pointer(versionType))])(version));
    this.version = version.buildNumber.split('-', 1)[0] as string;
    this.core = this.get((core) => this.call.createCore(core));
    this.capabilities = this.text((text) =>
      this.call.property(this.core, 'CPU', 'OPTIMIZATION_CAPABILITIES', text),
    ).split(' ');
  }

  /** @param status what a function returned. @throws Error with the library's words unless it is success. */
  check(status: unknown): void {
    if (status !== 0) throw new Error(lastLine(String(this.call.lastError())) || `OpenVINO's error ${status}`);
  }

  /** Calls a function with an output argument. @returns what it wrote. */
  get<T = Handle>(call: (out: Out<T>) => unknown): T {
    const out: Out<T> = [null];
    this.check(call(out));
    return out[0] as T;
  }

  /** Like `get`, for a text that the caller must free. */
  text(call: (out: Out<Handle>) => unknown): string {
    const address = this.get(call);
    const text = this.#koffi.decode.string(address);
    this.call.freeText(address);
    return text;
  }

  setShape(tensor: Handle, dimensions: readonly number[]): void {
    const dims = BigInt64Array.from(dimensions, BigInt);
    this.check(this.#setShape(tensor, { rank: dimensions.length, dims }));
  }

  /** The memory of a tensor, without a copy: valid until its shape changes or it is freed. */
  memory(tensor: Handle): ArrayBuffer {
    const bytes = this.get<number>((out) => this.call.byteSize(tensor, out));
    const address = this.get((out) => this.call.data(tensor, out));
    return this.#koffi.view(address, Number(bytes));
  }
}

/** Libraries that are loaded, by path. */
const loaded = new Map<string, OpenVino>();

/** Loads OpenVINO, once per thread. @throws ENGINE_UNAVAILABLE with a remedy when it is not installed or does not load. */
export function loadOpenVino(path: string | undefined = findOpenVino()): OpenVino {
  if (!path) throw openVinoNotInstalled();
  try {
    const openVino = loaded.get(path) ?? new OpenVino(path);
    loaded.set(path, openVino);
    return openVino;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
    const message = `OpenVINO is installed but does not load: ${reason}. Install it again: npm run engine:openvino`;
    throw new HubError('ENGINE_UNAVAILABLE', message, { path });
  }
}

/** The error ENGINE_UNAVAILABLE for an engine that is not installed. */
export function openVinoNotInstalled(): HubError {
  return new HubError('ENGINE_UNAVAILABLE', 'OpenVINO is not installed. Install it: npm run engine:openvino');
}

/** Flags of `dlopen`: load now, and never unload. */
const KEEP_LOADED: Partial<Record<NodeJS.Platform, number>> = { linux: 0x1002, darwin: 0x82 };

/**
 * Keeps the library loaded until the process ends: otherwise the last thread that used it would unload it when it ends, while
 * threads of the library itself still run.
 */
function keepLoaded(koffi: Koffi, path: string): void {
  const flags = KEEP_LOADED[process.platform];
  if (flags !== undefined) koffi.load(null).func('void *dlopen(const char *path, int flags)')(path, flags);
}

/** The last line of an error; those before it name places in the library's sources. */
function lastLine(message: string): string {
  return message.trim().split('\n').at(-1)?.trim() ?? '';
}
