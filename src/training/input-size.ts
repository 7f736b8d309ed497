import type { InputSize } from '../engines/engine.js';

/**
 * The input size of a network for a dataset version: the images' own size if all are squares of one size that is not larger
 * than the network's (the network then enlarges them), else the network's size, to which the decoder reduces them.
 * @param width of all images of the dataset version in pixels; null when they differ. @param height likewise.
 */
export function inputSizeFor(width: number | null, height: number | null, imageSize: number): InputSize {
  const side = width !== null && width === height && width <= imageSize ? width : imageSize;
  return { input: side, image: imageSize };
}
