import { createTarPacker } from 'modern-tar';
import type { PlacedFile } from './use-drop';

/** Packs files into a tar archive, which browsers keep on disk if it is large. */
export async function packFolder(files: readonly PlacedFile[], signal: AbortSignal): Promise<Blob> {
  const { readable, controller } = createTarPacker();
  const archive = new Response(readable).blob();
  try {
    for (const { file, path } of files) {
      await file.stream().pipeTo(controller.add({ name: path, size: file.size, type: 'file' }), { signal });
    }
    controller.finalize();
  } catch (error) {
    controller.error(error);
    archive.catch(() => undefined);
    throw error;
  }
  return archive;
}
