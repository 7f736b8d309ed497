/** Answers of the requests in test/requests: the fields that tests use. */
export interface DatasetVersionAnswer {
  readonly id: string;
  readonly dataset: string;
  readonly number: number;
  readonly contentHash: string;
  readonly classes: readonly string[];
  readonly splits: readonly { readonly split: string; readonly images: number }[];
  readonly imageCount: number;
  readonly source: string;
  readonly rejectedCount: number;
}

interface EpochAnswer {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly seconds?: number;
}

export interface RunAnswer {
  readonly id: string;
  readonly name: string | null;
  readonly note: string | null;
  readonly owner: { readonly name: string; readonly role: string | null } | null;
  readonly mayNotDelete: string | null;
  readonly kind: string;
  readonly state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly backboneName: string;
  readonly parentRunId: string | null;
  readonly backbone: { readonly name: string; readonly sha256: string } | null;
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly engine: {
    readonly name: string;
    readonly device: string;
    readonly features: string | null;
    readonly reason: string | null;
  } | null;
  readonly epochs: readonly EpochAnswer[];
  readonly keptEpoch: number | null;
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  readonly confusion: { readonly labels: readonly string[]; readonly counts: readonly (readonly number[])[] } | null;
  readonly environment: {
    readonly code: { readonly version: string; readonly commit: string | null; readonly dirty: boolean | null };
    readonly node: string;
    readonly libraries: readonly { readonly name: string; readonly version: string }[];
    readonly host: { readonly name: string; readonly cores: number; readonly memoryBytes: number };
  } | null;
  readonly perClass: readonly ScoresAnswer[] | null;
  readonly macroAverage: Omit<ScoresAnswer, 'label' | 'support'> | null;
  readonly reproductionOfId: string | null;
  readonly reproduction: {
    readonly agrees: boolean;
    readonly differences: readonly { readonly what: string; readonly original: unknown; readonly now: unknown }[];
  } | null;
  readonly seconds: { readonly features: number; readonly training: number; readonly evaluation: number } | null;
  readonly peakMemoryBytes: number | null;
  readonly validationAccuracy: number | null;
  readonly validationLoss: number | null;
  readonly epochSeconds: number | null;
  readonly tags: readonly string[];
  readonly resumes: number;
  readonly queuePosition: number | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly log: readonly { readonly number: number; readonly message: string }[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface ScoresAnswer {
  readonly label: string;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly support: number;
}

interface TrialAnswer {
  readonly number: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly state: 'QUEUED' | 'SUCCEEDED' | 'STOPPED' | 'FAILED' | 'CANCELLED';
  readonly epochs: readonly EpochAnswer[];
  readonly keptEpoch: number | null;
  readonly validationAccuracy: number | null;
  readonly validationLoss: number | null;
  readonly seconds: number | null;
  readonly reason: string | null;
}

export interface SweepAnswer {
  readonly id: string;
  readonly state: RunAnswer['state'];
  readonly endedTrials: number;
  readonly trials: readonly TrialAnswer[];
  readonly best: Pick<TrialAnswer, 'number' | 'values' | 'validationAccuracy' | 'validationLoss'> | null;
  readonly importance: {
    readonly trials: number;
    readonly explained: number | null;
    readonly note: string | null;
    readonly parameters: readonly {
      readonly name: string;
      readonly importance: number;
      readonly correlation: number | null;
    }[];
  };
  readonly runId: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface RunEventAnswer {
  readonly runId: string;
  readonly number: number;
  readonly kind: 'STATE' | 'EPOCH' | 'LOG' | 'PROGRESS' | 'SYSTEM';
  readonly state: RunAnswer['state'] | null;
  readonly epoch: EpochAnswer | null;
  readonly message: string | null;
  readonly progress: {
    readonly phase: 'BACKBONE' | 'FEATURES' | 'TRAINING' | 'EVALUATION';
    readonly done: number;
    readonly total: number;
    readonly secondsLeft: number | null;
  } | null;
  readonly system: {
    readonly cpuShare: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
  } | null;
}

/** A run in a list. */
export type ListedRun = Pick<
  RunAnswer,
  | 'id'
  | 'kind'
  | 'state'
  | 'backboneName'
  | 'testAccuracy'
  | 'validationAccuracy'
  | 'epochSeconds'
  | 'tags'
  | 'queuePosition'
> & { readonly datasetVersion: { readonly dataset: string; readonly number: number } };

export interface RunPageAnswer {
  readonly runs: { readonly runs: readonly ListedRun[]; readonly next: string | null };
}

export interface ModelVersionAnswer {
  readonly id: string;
  readonly model: string;
  readonly number: number;
  readonly runId: string | null;
  readonly labels: readonly string[];
  readonly testAccuracy: number;
  readonly aliases: readonly string[];
}

export interface CalibrationAnswer {
  readonly temperature: number;
  readonly eceBefore: number;
  readonly eceAfter: number;
  readonly validationImages: number;
  readonly testImages: number;
  readonly heldOut: boolean;
  readonly outlierDistance: number;
  readonly falseAlarmRate: number;
  readonly testFalseAlarmRate: number;
}

export interface VersionServingAnswer {
  readonly state: 'PENDING' | 'READY' | 'FAILED';
  readonly precision: 'FP32' | 'BF16' | 'INT8';
  readonly runtime: 'ONNX_RUNTIME' | 'OPENVINO';
  readonly forms: readonly {
    readonly precision: string;
    readonly runtime: string;
    readonly accuracy: number;
    readonly milliseconds: number | null;
  }[];
  readonly reason: string;
  readonly choice: 'AUTO' | 'FP32' | 'INT8';
  readonly fp32Accuracy: number;
  readonly int8Accuracy: number | null;
  readonly fp32Milliseconds: number | null;
  readonly int8Milliseconds: number | null;
}

interface AliasEventAnswer {
  readonly alias: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly actor: string;
  readonly reason: string;
  readonly overridden: boolean;
  readonly gate: readonly { readonly rule: string; readonly passed: boolean; readonly detail: string }[];
}

export interface ModelAnswer {
  readonly name: string;
  readonly versions: readonly (ModelVersionAnswer & {
    readonly serving: VersionServingAnswer;
    readonly calibration: CalibrationAnswer | null;
    readonly notCalibrated: string | null;
  })[];
  readonly aliases: readonly { readonly name: string; readonly version: { readonly number: number } }[];
  readonly aliasEvents: readonly AliasEventAnswer[];
}

export interface ExplanationAnswer {
  readonly classification: Pick<ClassificationAnswer, 'label' | 'confidence' | 'modelVersion'>;
  readonly label: string;
  readonly map: readonly (readonly number[])[];
  /** A data URL. */
  readonly heatMap: string;
}

export interface ClassificationAnswer {
  readonly precision: string;
  readonly runtime: string;
  readonly label: string;
  readonly confidence: number;
  readonly calibrated: boolean;
  readonly inDistribution: boolean | null;
  readonly outlierScore: number | null;
  readonly top: readonly { readonly label: string; readonly probability: number }[];
  readonly model: string;
  readonly modelVersion: number;
  readonly modelVersionId: string;
  readonly milliseconds: number;
  readonly predictionId: string | null;
  readonly timing: {
    readonly queueMilliseconds: number;
    readonly decodeMilliseconds: number;
    readonly predictMilliseconds: number;
    readonly batchSize: number;
  };
}

/** The figures of a run that must be equal in a repetition: everything measured but time and memory. */
export function figuresOf(run: RunAnswer): unknown {
  const { testAccuracy, testLoss, confusion, keptEpoch } = run;
  const epochs = run.epochs.map(({ seconds: _, ...figures }) => figures);
  return { epochs, testAccuracy, testLoss, confusion, keptEpoch };
}
