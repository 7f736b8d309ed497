import type { Role } from '../../src/schema/role.js';

/** What a token for one model may have of a field: nothing, what is about the model, or an answer narrowed to it. */
type OfModel = 'nothing' | 'its own' | 'narrowed';

/** Every query, mutation and subscription: the role that it needs, and what a token for one model may have of it. */
export const PERMISSIONS: Readonly<Record<string, readonly [needs: `${Role}`, ofModel: OfModel]>> = {
  me: ['VIEWER', 'narrowed'],
  changes: ['VIEWER', 'nothing'],
  samples: ['VIEWER', 'nothing'],
  limits: ['VIEWER', 'narrowed'],

  datasets: ['VIEWER', 'nothing'],
  dataset: ['VIEWER', 'nothing'],
  datasetVersion: ['VIEWER', 'nothing'],
  diffDatasetVersions: ['VIEWER', 'nothing'],
  registrations: ['VIEWER', 'nothing'],
  registrationProgress: ['VIEWER', 'nothing'],
  createDataset: ['TRAINER', 'nothing'],
  registerDatasetVersion: ['TRAINER', 'nothing'],
  cancelRegistration: ['TRAINER', 'nothing'],
  deriveDatasetVersion: ['TRAINER', 'nothing'],
  deleteDataset: ['MAINTAINER', 'nothing'],
  deleteDatasetVersion: ['MAINTAINER', 'nothing'],

  backbones: ['VIEWER', 'nothing'],
  addBackbone: ['TRAINER', 'nothing'],

  hyperparameters: ['VIEWER', 'nothing'],
  presets: ['VIEWER', 'nothing'],
  pipelines: ['VIEWER', 'nothing'],
  estimateTransferRun: ['TRAINER', 'nothing'],
  estimateFineTuneRun: ['TRAINER', 'nothing'],

  runs: ['VIEWER', 'nothing'],
  run: ['VIEWER', 'nothing'],
  runEvents: ['VIEWER', 'nothing'],
  runMistakes: ['VIEWER', 'nothing'],
  compareRuns: ['VIEWER', 'nothing'],
  startTransferRun: ['TRAINER', 'nothing'],
  startFineTuneRun: ['TRAINER', 'nothing'],
  cloneRun: ['TRAINER', 'nothing'],
  reproduceRun: ['TRAINER', 'nothing'],
  cancelRun: ['TRAINER', 'nothing'],
  resumeRun: ['TRAINER', 'nothing'],
  moveRun: ['TRAINER', 'nothing'],
  tagRun: ['TRAINER', 'nothing'],
  deleteRun: ['MAINTAINER', 'nothing'],

  sweeps: ['VIEWER', 'nothing'],
  sweep: ['VIEWER', 'nothing'],
  startSweep: ['TRAINER', 'nothing'],
  cancelSweep: ['TRAINER', 'nothing'],
  deleteSweep: ['MAINTAINER', 'nothing'],

  models: ['VIEWER', 'narrowed'],
  model: ['VIEWER', 'its own'],
  deployments: ['VIEWER', 'narrowed'],
  classify: ['VIEWER', 'its own'],
  classifyMany: ['VIEWER', 'its own'],
  explain: ['VIEWER', 'its own'],
  registerModelVersion: ['TRAINER', 'its own'],
  modelImports: ['VIEWER', 'its own'],
  importModelVersion: ['TRAINER', 'its own'],
  checkPromotion: ['VIEWER', 'its own'],
  promotionRequests: ['VIEWER', 'its own'],
  promoteModelVersion: ['MAINTAINER', 'its own'],
  requestPromotion: ['MAINTAINER', 'its own'],
  approvePromotion: ['MAINTAINER', 'narrowed'],
  rejectPromotion: ['MAINTAINER', 'narrowed'],
  rollBack: ['MAINTAINER', 'its own'],
  setGate: ['ADMIN', 'its own'],
  setServingPrecision: ['MAINTAINER', 'its own'],
  setApproval: ['ADMIN', 'its own'],

  auditEvents: ['MAINTAINER', 'its own'],
  auditChain: ['MAINTAINER', 'nothing'],

  tokens: ['ADMIN', 'nothing'],
  createToken: ['ADMIN', 'nothing'],
  revokeToken: ['ADMIN', 'nothing'],

  webhooks: ['ADMIN', 'nothing'],
  webhookDeliveries: ['ADMIN', 'nothing'],
  createWebhook: ['ADMIN', 'nothing'],
  testWebhook: ['ADMIN', 'nothing'],
  deleteWebhook: ['ADMIN', 'nothing'],
};

/** Every route of HTTP; of GraphQL's, whose fields have their own, any token: open to all, or as above. */
export const ROUTES: Readonly<Record<string, 'open' | 'any token' | readonly [needs: `${Role}`, ofModel: OfModel]>> = {
  'GET /{*path}': 'open',
  'GET /health': 'open',
  'GET /ready': 'open',
  'GET /graphql': 'open',
  'POST /graphql': 'any token',
  'GET /backup': ['ADMIN', 'nothing'],
  'GET /metrics': ['VIEWER', 'nothing'],
  'POST /v1/classify': ['VIEWER', 'its own'],
  'GET /v1/models/:model/versions/:version/export': ['VIEWER', 'its own'],
  'GET /v2/health/live': 'open',
  'GET /v2/health/ready': 'open',
  'GET /v2': ['VIEWER', 'narrowed'],
  'GET /v2/models/:model{/versions/:version}': ['VIEWER', 'its own'],
  'GET /v2/models/:model{/versions/:version}/ready': ['VIEWER', 'its own'],
  'POST /v2/models/:model{/versions/:version}/infer': ['VIEWER', 'its own'],
};
