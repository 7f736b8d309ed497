import type { Backbone } from '../backbone/backbone.js';
import type { DatasetVersion } from '../dataset/dataset-version.js';
import type { Owner } from '../owner.js';
import type { StoredCalibration } from './calibration-row.js';
import type { GateCheck, GateRule } from './gate.js';
import type { ModelImport } from './model-import.js';
import type { Precision, Runtime, VersionServing } from './precision.js';
import type { VersionHead } from './version-head.js';

/** A registered set of trained weights. Only its serving form and the aliases that point to it change. */
export interface ModelVersion {
  readonly id: string;
  /** Name of the model. */
  readonly model: string;
  /** Counts from 1 in each model. */
  readonly number: number;
  /** The run that made it; null for an imported version. */
  readonly runId: string | null;
  /** The import that made it; null for a version made by a run. */
  readonly origin: ModelImport | null;
  readonly backbone: Backbone;
  readonly head: VersionHead;
  /** The dataset version on whose test split the figures were measured. */
  readonly datasetVersion: DatasetVersion;
  readonly labels: readonly string[];
  /** Side in pixels of the square to which a photo is resized first. */
  readonly inputSize: number;
  /** Side in pixels of the square that the network sees. */
  readonly imageSize: number;
  readonly testAccuracy: number;
  /** In nats; null for a version of an older hub whose answers are not numbers. */
  readonly testLoss: number | null;
  readonly serving: VersionServing;
  readonly calibration: StoredCalibration | null;
  /** Why there is no calibration; null where there is one. */
  readonly notCalibrated: string | null;
  /** Names of the aliases that point to it, sorted. */
  readonly aliases: readonly string[];
  /** Since when it is hidden from lists and cannot be promoted; null if it is not. */
  readonly archivedAt: Date | null;
  /** Null in rows that were written before owners were stored. */
  readonly owner: Owner | null;
  readonly createdAt: Date;
}

/** A movable name of a version. */
export interface Alias {
  readonly name: string;
  readonly version: ModelVersion;
  readonly movedAt: Date;
}

/** A named model and its versions. */
export interface Model {
  readonly id: string;
  readonly name: string;
  /** Newest first, archived ones too. */
  readonly versions: readonly ModelVersion[];
  readonly aliases: readonly Alias[];
  readonly gate: readonly GateRule[];
  /** Whether moving `production` needs the approval of a second person. */
  readonly secondPerson: boolean;
  /** Since when it is hidden from lists; null if it is not. */
  readonly archivedAt: Date | null;
  /** Null in rows that were written before owners were stored. */
  readonly owner: Owner | null;
  readonly createdAt: Date;
}

/** One move of an alias, or its removal, as the audit records it. */
export interface AliasEvent {
  readonly id: string;
  readonly alias: string;
  /** Whether it was moved back to the version before its last move, for which the gate is not asked. */
  readonly rollback: boolean;
  /** Number of the version that it pointed to before; null for none. */
  readonly from: number | null;
  /** Number of the version that it points to since then; null after a removal. */
  readonly to: number | null;
  /** Name of the token that did it. */
  readonly actor: string;
  readonly reason: string;
  /** Whether it was moved although the gate refused. */
  readonly overridden: boolean;
  readonly gate: readonly GateCheck[];
  /** The form in which the version serves; null for a removal, and in events that were written before it was recorded. */
  readonly precision: Precision | null;
  /** Also null in events of hubs that had one runtime. */
  readonly runtime: Runtime | null;
  readonly calibrated: boolean | null;
  readonly createdAt: Date;
}
