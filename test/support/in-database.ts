import { dataPaths } from '../../src/storage/data-folder.js';
import { openDatabase, type PrismaClient } from '../../src/storage/database.js';

/** Works on the database of a data folder that no hub has open. */
export async function inDatabase<T>(data: string, work: (client: PrismaClient) => Promise<T>): Promise<T> {
  const { client, close } = await openDatabase({ folder: dataPaths(data).database });
  return work(client).finally(close);
}
