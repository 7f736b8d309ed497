import type { Enum } from '../../graphql';

type Action = Enum<'AuditAction'>;

/** The audited actions; the last two are those of older hubs. */
export const ACTION_NAMES: Readonly<Record<Action, string>> = {
  ALIAS_MOVED: 'Alias moved',
  ALIAS_ROLLED_BACK: 'Alias rolled back',
  ALIAS_REMOVED: 'Alias removed',
  PROMOTION_REQUESTED: 'Promotion requested',
  PROMOTION_REJECTED: 'Promotion rejected',
  GATE_CHANGED: 'Gate changed',
  APPROVAL_CHANGED: 'Approval changed',
  PRECISION_CHOSEN: 'Precision chosen',
  PREDICTION_LOG_CHANGED: 'Prediction log changed',
  PHOTO_DELETED: 'Photo deleted',
  ROLLOUT_STARTED: 'Rollout started',
  ROLLOUT_ENDED: 'Rollout ended',
  MODEL_VERSION_IMPORTED: 'Version imported',
  MODEL_VERSION_ARCHIVED: 'Version archived',
  MODEL_VERSION_UNARCHIVED: 'Version unarchived',
  MODEL_VERSION_DELETED: 'Version deleted',
  MODEL_ARCHIVED: 'Model archived',
  MODEL_UNARCHIVED: 'Model unarchived',
  MODEL_DELETED: 'Model deleted',
  MODEL_IMPORT_DELETED: 'Import deleted',
  MODEL_VERSION_REGISTERED: 'Version registered',
  DATASET_CREATED: 'Dataset created',
  DATASET_VERSION_CREATED: 'Dataset version created',
  DATASET_VERSION_DELETED: 'Dataset version deleted',
  DATASET_DELETED: 'Dataset deleted',
  EXAMINATION_STARTED: 'Examination started',
  EXAMINATION_CANCELLED: 'Examination canceled',
  BACKBONE_ADDED: 'Backbone added',
  RUN_STARTED: 'Run started',
  RUN_CHANGED: 'Run changed',
  RUN_CANCELLED: 'Run canceled',
  RUN_RESUMED: 'Run resumed',
  RUN_DELETED: 'Run deleted',
  SWEEP_STARTED: 'Sweep started',
  SWEEP_CANCELLED: 'Sweep canceled',
  SWEEP_DELETED: 'Sweep deleted',
  TOKEN_CREATED: 'Token created',
  TOKEN_REVOKED: 'Token revoked',
  PREDICTION_STARTED: 'Prediction started',
  PREDICTION_CANCELLED: 'Prediction canceled',
  PREDICTION_DELETED: 'Prediction deleted',
  RETRAINING_RULE_SAVED: 'Retraining rule saved',
  RETRAINING_RULE_DELETED: 'Retraining rule deleted',
  RETRAINING_STARTED: 'Retraining started',
  RETRAINING_CANCELLED: 'Retraining canceled',
  SLICE_SAVED: 'Slice saved',
  SLICE_DELETED: 'Slice deleted',
  WEBHOOK_CREATED: 'Webhook created',
  WEBHOOK_DELETED: 'Webhook deleted',
  TRIAL_STARTED: 'Rollout started (before)',
  TRIAL_ENDED: 'Rollout ended (before)',
};

const ACTIONS = Object.keys(ACTION_NAMES) as readonly Action[];

/** The action that an address names; undefined for none and for unknown ones. */
export const actionOf = (name: string): Action | undefined => ACTIONS.find((action) => action === name);
