import type { HubError } from '../../errors.js';
import { INCEPTION_V3 } from '../inception-v3.js';
import { nameOf, type ReadLayer, refuseModel } from './description.js';
import { type PixelScaling, SCALING, scaleAgain } from './scaling.js';

/** Largest side in pixels of an image, as in recipes. */
const LARGEST_IMAGE = 600;

/** Layers that cut images, also in inference. */
const CROPS: ReadonlySet<string> = new Set(['CenterCrop', 'RandomCrop', 'Cropping2D']);

/** The preprocessing of a model before its first convolution. */
export interface Start {
  /** Sides in pixels of the input and of the image that the network sees. */
  readonly size: { readonly input: number; readonly image: number };
  /** Scaling of the pixels before the network sees them. */
  readonly scaling: PixelScaling;
  /** Assumptions made because the file does not tell. */
  readonly notes: readonly string[];
  readonly used: readonly ReadLayer[];
}

/** Reads the layers before the first convolution, up to the index `place`. @throws WEIGHTS_REFUSED for an unknown layer. */
export function readStart(read: readonly ReadLayer[], place: number): Start {
  const used = chainTo(read, place);
  const notes: string[] = [];
  const lambdas: string[] = [];
  const sides: number[] = [];
  let scaling: PixelScaling | undefined;
  for (const layer of used) {
    const { type, name, config } = layer;
    const called = nameOf(layer);
    if (type === 'InputLayer') {
      const [side] = sideOf(config.batch_shape ?? config.batch_input_shape);
      const before = sides.at(-1);
      if (side !== undefined && before !== undefined && side !== before && lambdas.length === 0) {
        throw refuseModel(`${called} takes images of ${side} pixels where ${before} come: no layer resizes them`);
      }
      if (side !== undefined) sides.push(side);
    } else if (type === 'Resizing') sides.push(resizedTo(layer));
    else if (type === 'Rescaling') scaling = scaleAgain(scaling, rescalingOf(layer));
    else if (type === 'Lambda') lambdas.push(name.slice(0, 80));
    else if (CROPS.has(type)) {
      throw refuseModel(
        `${called} crops images, which the hub does not: crop them before, and save the model without it`,
      );
    } else throw refuseModel(`${called} before the first convolution is not known`);
  }
  const [input, image] = [sides[0], sides.at(-1)];
  if (sides.filter((side, i) => i > 0 && side !== sides[i - 1]).length > 1) {
    throw refuseModel(
      `it resizes images more than once, to ${[...new Set(sides.slice(1))].join(' and ')} pixels; once is taken`,
    );
  }
  const lambdaIs = input === image ? 'one that leaves the pixels as they are' : 'a bilinear resize';
  notes.push(...lambdas.map((name) => `The code of the layer ${name} was not run: it was taken for ${lambdaIs}.`));
  if (!scaling) {
    notes.push('No layer scales the pixels: x / 127.5 - 1 was taken, the preprocessing of InceptionV3.');
  }
  if (input === undefined || image === undefined) throw refuseModel('it does not say how large its images are');
  checkSides({ input, image }, INCEPTION_V3.smallestImage, refuseModel);
  return { size: { input, image }, scaling: scaling ?? SCALING, notes, used };
}

/** Checks the sides of input and image. @param refuse makes the error. @throws the error of `refuse`. */
export function checkSides({ input, image }: Start['size'], smallest: number, refuse: (why: string) => HubError): void {
  if (image >= smallest && image <= LARGEST_IMAGE && input <= image) return;
  const sizes = `images of ${input} pixels, resized to ${image}`;
  throw refuse(`it takes ${sizes}; that must be ${smallest} to ${LARGEST_IMAGE} pixels, and not less than the input`);
}

function chainTo(read: readonly ReadLayer[], place: number): readonly ReadLayer[] {
  const layer = read[place] as ReadLayer;
  if (layer.inputs.length > 1) throw refuseModel(`${layer.name.slice(0, 80)} reads several inputs`);
  const [input] = layer.inputs;
  return input === undefined ? [layer] : [...chainTo(read, input), layer];
}

/** The side of an input shape; empty if the file leaves it open. */
function sideOf(shape: unknown): readonly number[] {
  const [, height, width, channels] = Array.isArray(shape) ? (shape as unknown[]) : [];
  if (channels !== 3 || height !== width) {
    throw refuseModel(
      `its input has shape ${JSON.stringify(shape)?.slice(0, 80)} where squares of 3 channels are needed`,
    );
  }
  return typeof height === 'number' ? [height] : [];
}

function resizedTo({ name, config }: ReadLayer): number {
  const { height, width, interpolation } = config;
  const crops = config.crop_to_aspect_ratio === true || config.antialias === true;
  if (typeof height === 'number' && height === width && interpolation === 'bilinear' && !crops) return height;
  throw refuseModel(`${name.slice(0, 80)} (Resizing) is not the plain bilinear resize to a square that is needed`);
}

/** Reads x * scale + offset, each one number or one per channel. Resizing before or after it gives the same. */
function rescalingOf({ name, config }: ReadLayer): PixelScaling {
  const perChannel = (value: unknown): readonly number[] => {
    const values: unknown[] = Array.isArray(value) ? value : [value, value, value];
    if (values.length === 3 && values.every((one) => typeof one === 'number' && Number.isFinite(one))) {
      return values as number[];
    }
    const got = JSON.stringify(value)?.slice(0, 80);
    throw refuseModel(`${name.slice(0, 80)} (Rescaling) has ${got} where a number, or one for each channel, is needed`);
  };
  return { scale: perChannel(config.scale), offset: perChannel(config.offset ?? 0) };
}
