import { HubError } from '../errors.js';

/** Most bytes of a file of weights. The seed experiment's model has 91 MB, and three times as many with the state of its optimizer. */
const FILE_LIMIT = 512 * 1024 ** 2;

/** The bytes of a file of weights as they arrive. @throws LIMIT_EXCEEDED once they are too many. */
export async function* limitedWeights(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > FILE_LIMIT) {
      const message = `The model file is larger than ${FILE_LIMIT} bytes, the limit.`;
      throw new HubError('LIMIT_EXCEEDED', message, { limit: FILE_LIMIT });
    }
    yield chunk;
  }
}
