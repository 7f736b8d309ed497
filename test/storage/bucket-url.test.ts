import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config.js';

it.each(['s3://', 's3://Bucket/x', 'https://bucket/prefix', 's3://a', 's3://bucket/a b', 'bucket'])(
  '%s is refused as a bucket',
  (blobs) => {
    expect(() => resolveConfig({ blobs }, {})).toThrow(
      /--blobs must be a bucket such as s3:\/\/bucket\/prefix, or the absolute path of a shared folder/,
    );
  },
);
