import { foreignReason } from '../../datasets/image-kind.js';
import { checkRequest, INPUT, type InferenceRequest, requestOf } from './request.js';
import { refused } from './tensor-photos.js';

/** The request that a body without JSON stands for. */
const ONE_PHOTO = checkRequest({ inputs: [{ name: INPUT, shape: [1], datatype: 'BYTES' }] });

/**
 * An inference request without JSON: the body is the tensor of one photo, encoded or as UINT8 pixels.
 * Source: Triton's document "Binary Tensor Data Extension", "Raw Binary Request".
 * @param isPhoto whether the content type says that it is an encoded photo; otherwise its first bytes tell.
 * @throws BAD_INPUT for an empty body.
 */
export function readRaw(body: Buffer, isPhoto: boolean): InferenceRequest {
  if (body.length === 0) throw refused('its body is empty: send a photo, or pixels');
  const isEncoded = isPhoto || foreignReason(body) === null;
  return requestOf(ONE_PHOTO, isEncoded ? { bytes: new Uint8Array(), encoded: [body] } : { bytes: body });
}
