import { crc32 } from 'node:zlib';

/** An entry of `rawZip`, with the fields of its headers that tools write differently. */
export interface RawEntry {
  /** As the archive stores it. */
  readonly name: Buffer | string;
  readonly content?: Buffer;
  /** General purpose bits; 0x800 marks UTF-8. */
  readonly flags?: number;
  /** Upper byte of "version made by": 0 DOS, 3 Unix, 10 NTFS. */
  readonly host?: number;
  readonly extra?: Buffer;
}

/**
 * A zip archive of stored entries, field by field (APPNOTE 4.3), for what no library writes.
 * @param change stated number of entries, and bytes put before the archive, which its offsets do not count.
 */
export function rawZip(
  entries: readonly RawEntry[],
  { count = entries.length, before = Buffer.alloc(0) }: { count?: number; before?: Buffer } = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { content = Buffer.alloc(0), extra = Buffer.alloc(0) } = entry;
    const { local, central } = headers(entry, content, extra, offset);
    locals.push(local, content);
    directory.push(central);
    offset += local.length + content.length;
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count % 0x1_0000, 8);
  end.writeUInt16LE(count % 0x1_0000, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([before, ...locals, ...directory, end]);
}

function headers({ name, flags = 0, host = 3 }: RawEntry, content: Buffer, extra: Buffer, offset: number) {
  const bytes = Buffer.from(name as string);
  const fields = Buffer.alloc(26); // from "version needed" to "extra field length"
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(bytes.length, 22);
  fields.writeUInt16LE(extra.length, 24);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, bytes, extra]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(offset, 10);
  const madeBy = Buffer.from([20, host]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, fields, tail, bytes, extra]);
  return { local, central };
}

/** Info-ZIP's Unicode path extra field (APPNOTE 4.6.9). */
export function unicodePath(name: string, headerName: Buffer): Buffer {
  const path = Buffer.from(name);
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + path.length, 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(crc32(headerName), 5);
  return Buffer.concat([field, path]);
}
