import type { InputSize } from '../../engines/engine.js';
import type { Deployments } from '../../serving/deployments.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';

/** Test images whose answers are kept with a version. */
const PHOTOS = 4;

/** What is to be a version, as far as it can be asked. */
interface Answering {
  /** By which serving knows it meanwhile. */
  readonly id: string;
  readonly model: string;
  readonly datasetVersionId: string;
  readonly backboneBlob: string;
  readonly weightsBlob: string;
  readonly labels: readonly string[];
  readonly size: InputSize;
}

/** Asks what is to be a version about some test images, so that every later loading of it can be checked. */
export class RecordedAnswers {
  constructor(
    private readonly contents: DatasetContents,
    private readonly deployments: Deployments,
  ) {}

  /** @returns the blob with photos and answers. */
  async record({ id, datasetVersionId, ...answering }: Answering): Promise<string> {
    const contents = await this.contents.of(datasetVersionId);
    const tests = contents.manifest.images.filter(({ split }) => split === 'test');
    // Spread over the split, which is in order of the classes.
    const chosen = tests.filter((_, i) => i % Math.ceil(tests.length / PHOTOS) === 0);
    const photos = await Promise.all(chosen.map((image) => contents.read(image)));
    return this.deployments.record(
      { ...answering, versionId: id, quantizedBlob: null, number: 0, expected: null, calibration: null },
      photos,
    );
  }
}
