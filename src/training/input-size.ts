import type { InputSize } from '../engines/engine.js';

/**
 * The pictures that go into the network: at the dataset's own size when all images share one square size that is not
 * larger than the network's (the network enlarges them), else reduced by the decoder to what the network sees.
 * @param width of all images of the dataset version in pixels; null when they differ. @param height likewise.
 */
export function inputSizeFor(width: number | null, height: number | null, imageSize: number): InputSize {
  const side = width !== null && width === height && width <= imageSize ? width : imageSize;
  return { input: side, image: imageSize };
}
