import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { convolutions } from '../../src/network/backbone-weights.js';
import { inceptionV3 } from '../../src/network/inception-v3.js';
import { damagedCopies } from './damage.js';
import { addingBackbone, type HostileCase } from './hostile-case.js';

const REFUSED = ['WEIGHTS_REFUSED'];

type Shaped = readonly [shape: number[], data: Float32Array | Float64Array | Int32Array];

/** An HDF5 file with layers as Keras writes them. */
async function h5(path: string, layers: Readonly<Record<string, Shaped>>): Promise<void> {
  await h5wasm.ready;
  const file = new h5wasm.File(path, 'w');
  for (const [name, [shape, data]] of Object.entries(layers)) {
    const [group, variable] = name.split('/') as [string, string];
    const made = file.get(group) ?? file.create_group(group);
    (made as InstanceType<typeof h5wasm.Group>).create_dataset({ name: variable, data, shape });
  }
  file.close();
}

/** Kernels and statistics of every layer, each as small as a `change` wants it. */
function layers(change: (shape: number[]) => Shaped): Record<string, Shaped> {
  const made: Record<string, Shaped> = {};
  for (const { name, norm, kernel, inChannels, filters } of convolutions(inceptionV3(1 / 16))) {
    made[`${name}/kernel:0`] = change([...kernel, inChannels, filters]);
    for (const variable of ['beta', 'moving_mean', 'moving_variance'])
      made[`${norm}/${variable}:0`] = change([filters]);
  }
  return made;
}

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const floats = (shape: number[]): Shaped => [shape, new Float32Array(elements(shape))];

/** Weight files whose shapes, lengths and types lie. @param folder from which the hub may read. */
export async function weightCases(folder: string): Promise<HostileCase[]> {
  const cases: HostileCase[] = [];
  const add = (name: string, path: string, answers: HostileCase['answers'] = REFUSED): void =>
    void cases.push(addingBackbone(name, path, answers));
  const file = (name: string): string => join(folder, name);
  const shapes: [string, Record<string, Shaped>][] = [
    ['without layers', {}],
    ['with a layer too few', Object.fromEntries(Object.entries(layers(floats)).slice(4))],
    ['of 64-bit floats', layers((shape) => [shape, new Float64Array(elements(shape))])],
    ['of integers', layers((shape) => [shape, new Int32Array(elements(shape))])],
    ['with kernels of one number', layers(() => [[1], new Float32Array(1)])],
    ['with shapes turned round', layers((shape) => floats(shape.toReversed()))],
    ['with every shape flat', layers((shape) => [[elements(shape)], new Float32Array(elements(shape))])],
  ];
  for (const [i, [name, content]] of shapes.entries()) {
    await h5(file(`shape${i}.h5`), content);
    add(`a weight file ${name}`, file(`shape${i}.h5`));
  }
  await h5(file('small.h5'), { 'conv2d/kernel:0': floats([3, 3, 3, 2]), 'batch_normalization/beta:0': floats([2]) });
  const small = await readFile(file('small.h5'));
  for (const [i, [how, copy]] of damagedCopies(small, 'h5', 20).entries()) {
    await writeFile(file(`damaged${i}.h5`), copy);
    add(`a weight file ${how}`, file(`damaged${i}.h5`));
  }
  for (const [i, says] of [1n << 62n, (1n << 64n) - 1n, 1n << 40n].entries()) {
    // The kernel's dimensions lie behind one another, 8 bytes each: 3, 3, 3, 2.
    const shape = Buffer.from(BigUint64Array.of(3n, 3n, 3n, 2n).buffer);
    const copy = Buffer.from(small);
    const at = copy.indexOf(shape);
    for (const place of [at, copy.indexOf(shape, at + 1)]) if (place >= 0) copy.writeBigUInt64LE(says, place);
    await writeFile(file(`large${i}.h5`), copy);
    add(`a weight file whose kernel says ${says} rows`, file(`large${i}.h5`));
  }
  for (const [name, content] of [
    ['empty', ''],
    ['text', 'weights'],
    ['signature', '\x89HDF\r\n\x1a\n'],
    ['pickle', '\x80\x02cos\nsystem\n(S"id"\ntR.'],
  ] as const) {
    await writeFile(file(`${name}.h5`), content, 'latin1');
    add(`a weight file that is ${name}`, file(`${name}.h5`));
  }
  add('a folder', folder);
  for (const path of ['/etc/passwd', `${folder}/../data/token`, '/proc/self/environ', '/dev/zero', 'token', ''])
    add(`a path to ${path}`, path, ['BAD_INPUT']);
  return cases;
}
