import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { HubError } from '../errors.js';
import { BUCKET_URL, DELETED, normalizedPlace, type SharedObject, type SharedObjects } from './shared-objects.js';

/** Bytes up to which an object is sent in one request, which the server compares with its SHA-256. */
const ONE_REQUEST = 64 * 1024 ** 2;
const PART_BYTES = 16 * 1024 ** 2;
/** Times that a request is sent before it has failed. */
const ATTEMPTS = 4;
/** Milliseconds for a connection, and without a byte on it. */
const TIMEOUTS = { connectionTimeout: 5_000, socketTimeout: 30_000, throwOnRequestTimeout: true };

/**
 * The objects under a prefix of an S3 bucket. Keys, region and endpoint come from where all programs for AWS find them:
 * variables such as AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL_S3, files in `~/.aws`, or the role of the machine.
 */
export class Bucket implements SharedObjects {
  readonly #bucket: string;
  readonly #prefix: string;
  #opened: Promise<{ readonly client: S3Client; readonly sdk: typeof import('@aws-sdk/client-s3') }> | undefined;

  constructor(readonly url: string) {
    const { bucket = '', prefix = '' } = BUCKET_URL.exec(normalizedPlace(url))?.groups ?? {};
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
  }

  async put(key: string, file: string, sha256: string): Promise<void> {
    const { size } = await stat(file);
    await this.#try(`storing ${key}`, async (client, { PutObjectCommand }) => {
      const to = { Bucket: this.#bucket, Key: this.#prefix + key };
      if (size <= ONE_REQUEST) {
        const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64');
        await client.send(new PutObjectCommand({ ...to, Body: await readFile(file), ChecksumSHA256 }));
        return;
      }
      const { Upload } = await import('@aws-sdk/lib-storage');
      await new Upload({ client, params: { ...to, Body: createReadStream(file) }, partSize: PART_BYTES }).done();
    });
  }

  async putText(key: string, text: string): Promise<void> {
    await this.#try(`storing ${key}`, (client, { PutObjectCommand }) =>
      client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key, Body: text })),
    );
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | null> {
    return this.#try(`reading ${key}`, async (client, { GetObjectCommand, NoSuchKey }) => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key }));
        return Body as AsyncIterable<Uint8Array>;
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    });
  }

  async getText(key: string): Promise<string | null> {
    const content = await this.get(key);
    if (!content) return null;
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  }

  /**
   * An address at which anybody can read an object for some time, without keys.
   * @param as the file name to suggest. @param seconds within which the download must begin.
   */
  async addressOf(key: string, as: string, seconds: number): Promise<string> {
    return this.#try(`signing an address of ${key}`, async (client, { GetObjectCommand }) => {
      const command = new GetObjectCommand({
        ...{ Bucket: this.#bucket, Key: this.#prefix + key, ResponseContentType: 'application/octet-stream' },
        ResponseContentDisposition: `attachment; filename="${as}"`,
      });
      let address = '';
      command.middlewareStack.add(
        () => async (args) => {
          const request = args.request as HttpRequest;
          const headers = { host: request.headers.host ?? '', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
          const signer = (await client.config.signer()) as unknown as Presigner;
          address = addressIn(await signer.presign(Object.assign(request, { headers }), { expiresIn: seconds }));
          return { response: {}, output: { $metadata: {} } }; // nothing is sent
        },
        { step: 'build', priority: 'low' },
      );
      await client.send(command);
      return address;
    });
  }

  async has(key: string): Promise<boolean> {
    return this.#try(`looking for ${key}`, async (client, { HeadObjectCommand, NotFound }) => {
      try {
        await client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key }));
        return true;
      } catch (error) {
        if (error instanceof NotFound) return false;
        throw error;
      }
    });
  }

  async setAside(key: string): Promise<void> {
    await this.#copy(key, DELETED + key);
    await this.delete(key);
  }

  /** Keeps what was set aside: another process may set the object aside again at this moment. */
  restore(key: string): Promise<boolean> {
    return this.#copy(DELETED + key, key);
  }

  /** Copies an object within the bucket. @returns false when there is none. */
  async #copy(from: string, to: string): Promise<boolean> {
    return this.#try(`copying ${from}`, async (client, { CopyObjectCommand, NoSuchKey }) => {
      const CopySource = encodeURI(`${this.#bucket}/${this.#prefix}${from}`);
      try {
        await client.send(new CopyObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + to, CopySource }));
        return true;
      } catch (error) {
        if (error instanceof NoSuchKey) return false;
        throw error;
      }
    });
  }

  async delete(key: string): Promise<void> {
    await this.#try(`deleting ${key}`, (client, { DeleteObjectCommand }) =>
      client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key })),
    );
  }

  async *list(start = ''): AsyncGenerator<SharedObject> {
    let after: string | undefined;
    do {
      const page = await this.#try('listing the objects', (client, { ListObjectsV2Command }) =>
        client.send(
          new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix + start, ContinuationToken: after }),
        ),
      );
      for (const { Key = '', Size = 0, LastModified = new Date() } of page.Contents ?? []) {
        yield { key: Key.slice(this.#prefix.length), bytes: Size, changed: LastModified };
      }
      after = page.NextContinuationToken;
    } while (after !== undefined);
  }

  async #try<T>(
    doing: string,
    request: (client: S3Client, sdk: typeof import('@aws-sdk/client-s3')) => Promise<T>,
  ): Promise<T> {
    try {
      this.#opened ??= open();
      const { client, sdk } = await this.#opened;
      return await request(client, sdk);
    } catch (error) {
      throw this.unavailable(doing, error as Error);
    }
  }

  unavailable(doing: string, { name, message }: Error): HubError {
    const said = message === '' || message === 'UnknownError' ? name : `${name}: ${message}`;
    return new HubError(
      'BLOBS_UNAVAILABLE',
      `${this.url} cannot be used: ${doing} failed (${said}). Check the bucket, its keys (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), AWS_REGION and AWS_ENDPOINT_URL_S3, then try again.`,
      { url: this.url },
    );
  }
}

/** What the SDK makes of a command. */
interface HttpRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
}

/** The signer that the SDK has for S3; the type of its settings names only what all signers can. */
interface Presigner {
  presign(request: HttpRequest, options: { readonly expiresIn: number }): Promise<HttpRequest>;
}

/** The address of a signed request. */
function addressIn({ protocol, hostname, port, path, query = {} }: HttpRequest): string {
  const parameters = Object.entries(query).map(([name, value]) =>
    [name, String(value)].map(encodeURIComponent).join('='),
  );
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}?${parameters.join('&')}`;
}

/** Loads the SDK, which few hubs need and which takes half a second. */
async function open() {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'; // its version is ours to choose
  const sdk = await import('@aws-sdk/client-s3');
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  const config: S3ClientConfig = {
    maxAttempts: ATTEMPTS,
    requestHandler: TIMEOUTS,
    // Servers other than Amazon's refuse the checksums that the SDK adds by itself, and name buckets in the path.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region === undefined && endpoint !== undefined ? { region: 'us-east-1' } : {}),
  };
  return { client: new sdk.S3Client(config), sdk };
}
