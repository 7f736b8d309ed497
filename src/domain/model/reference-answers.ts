import type { InputSize } from '../../engines/engine.js';
import { PLAIN_FORM } from '../../engines/network-form.js';
import type { LoadedVersions } from '../../serving/loaded-versions.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';

/** Test images whose answers are stored with a version. */
const PHOTOS = 4;

/** A version that is about to be registered. */
interface Answering {
  /** Its id in serving until it has one of its own. */
  readonly id: string;
  readonly model: string;
  readonly datasetVersionId: string;
  readonly backboneBlob: string;
  readonly weightsBlob: string;
  readonly labels: readonly string[];
  readonly size: InputSize;
}

/** Records the answers of a new version to some test images; every later loading of it is checked against them. */
export class ReferenceAnswers {
  constructor(
    private readonly contents: DatasetContents,
    private readonly loaded: LoadedVersions,
  ) {}

  /** @returns SHA-256 of the blob with images and answers. */
  async record({ id, datasetVersionId, ...answering }: Answering): Promise<string> {
    const contents = await this.contents.of(datasetVersionId);
    const tests = contents.manifest.images.filter(({ split }) => split === 'test');
    // Spread over the split, which is ordered by class.
    const chosen = tests.filter((_, i) => i % Math.ceil(tests.length / PHOTOS) === 0);
    const photos = await Promise.all(chosen.map((image) => contents.read(image)));
    const unserved = { number: 0, expected: null, calibration: null };
    const floats = { quantizedBlob: null, form: PLAIN_FORM, wantedForm: PLAIN_FORM };
    return this.loaded.record({ ...answering, versionId: id, ...floats, ...unserved }, photos);
  }
}
