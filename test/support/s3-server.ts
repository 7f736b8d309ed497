import { vi } from 'vitest';
import { type S3Process, startS3Process } from './s3-process.js';

export { HAS_S3 } from './s3-process.js';

/** An S3 server of a test, with an empty bucket. */
export interface S3Server extends Pick<S3Process, 'client' | 'bucket' | 'remove'> {
  /** Sets the variables that lead every S3 client to it. */
  lead(): void;
}

/** Starts an S3 server that every S3 client of this process is led to. */
export async function startS3(): Promise<S3Server> {
  const { client, bucket, environment, remove } = await startS3Process();
  const lead = () => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  };
  lead();
  return {
    client,
    bucket,
    lead,
    async remove() {
      vi.unstubAllEnvs();
      await remove();
    },
  };
}
