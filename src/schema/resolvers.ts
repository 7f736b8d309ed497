import type { Processes } from '../cluster/processes.js';
import type { AuditService } from '../domain/audit/audit-service.js';
import type { BackboneService } from '../domain/backbone/backbone-service.js';
import type { AugmentationService } from '../domain/dataset/augmentation-service.js';
import type { DatasetService } from '../domain/dataset/dataset-service.js';
import type { DatasetVersionService } from '../domain/dataset/dataset-version-service.js';
import type { IngestionService } from '../domain/dataset/ingestion-service.js';
import type { Ingestions } from '../domain/dataset/ingestions.js';
import type { EstimateService } from '../domain/estimate/estimate-service.js';
import type { ExaminationService } from '../domain/examination/examination-service.js';
import type { ImportService } from '../domain/model/import-service.js';
import type { ModelArchiveService } from '../domain/model/model-archive-service.js';
import type { ModelDeletionService } from '../domain/model/model-deletion-service.js';
import type { ModelService } from '../domain/model/model-service.js';
import type { ModelSettingsService } from '../domain/model/model-settings-service.js';
import type { PrecisionService } from '../domain/model/precision-service.js';
import type { VersionLoaders } from '../domain/model/version-loaders.js';
import type { NamesLike } from '../domain/names-like.js';
import type { FeedbackService } from '../domain/prediction/feedback-service.js';
import type { JudgedPhotosService } from '../domain/prediction/judged-photos-service.js';
import type { PhotoDeletionService } from '../domain/prediction/photo-deletion-service.js';
import type { PredictionService } from '../domain/prediction/prediction-service.js';
import type { ReviewService } from '../domain/prediction/review-service.js';
import type { PredictionJobService } from '../domain/prediction-job/prediction-job-service.js';
import type { AliasRemovalService } from '../domain/promotion/alias-removal-service.js';
import type { PromotionRequestService } from '../domain/promotion/promotion-request-service.js';
import type { PromotionService } from '../domain/promotion/promotion-service.js';
import type { Replicas } from '../domain/promotion/replicas.js';
import type { Quotas } from '../domain/quota/quotas.js';
import type { RateLimit } from '../domain/quota/rate-limit.js';
import type { RuleService } from '../domain/retraining/rule-service.js';
import type { RolloutEvidenceService } from '../domain/rollout/rollout-evidence-service.js';
import type { RolloutService } from '../domain/rollout/rollout-service.js';
import type { EmbeddingService } from '../domain/run/embedding-service.js';
import type { EvaluationService } from '../domain/run/evaluation-service.js';
import type { PipelineService } from '../domain/run/pipeline-service.js';
import type { ProvenanceService } from '../domain/run/provenance-service.js';
import type { RunGroups } from '../domain/run/run-groups.js';
import type { RunList } from '../domain/run/run-list.js';
import type { RunLoaders } from '../domain/run/run-loaders.js';
import type { RunService } from '../domain/run/run-service.js';
import type { SampleService } from '../domain/sample/sample-service.js';
import type { ShortIds } from '../domain/short-ids.js';
import type { SimilarImagesService } from '../domain/similar/similar-images-service.js';
import type { SliceService } from '../domain/slice/slice-service.js';
import type { SweepImportances } from '../domain/sweep/sweep-importance.js';
import type { SweepService } from '../domain/sweep/sweep-service.js';
import type { TokenService } from '../domain/token/token-service.js';
import type { WebhookService } from '../domain/webhook/webhook-service.js';
import type { Answerer } from '../serving/answer.js';
import type { Deployments } from '../serving/deployments.js';
import { ArchitectureResolver } from './architecture/architecture.resolver.js';
import { AuditResolver } from './audit/audit.resolver.js';
import { BackboneResolver } from './backbone/backbone.resolver.js';
import { ChangeResolver } from './change/change.resolver.js';
import { ClassificationResolver } from './classification/classification.resolver.js';
import { AugmentationResolver } from './dataset/augmentation.resolver.js';
import { DatasetResolver } from './dataset/dataset.resolver.js';
import { DatasetImageResolver, DatasetVersionResolver } from './dataset/dataset-version.resolver.js';
import { IngestionResolver } from './dataset/ingestion.resolver.js';
import { EstimateResolver } from './estimate/estimate.resolver.js';
import { ExaminationResolver, ExaminedVersionResolver } from './examination/examination.resolver.js';
import { ImportResolver } from './model/import.resolver.js';
import { ModelFields } from './model/model.fields.js';
import { ModelResolver } from './model/model.resolver.js';
import { ModelRemovalResolver } from './model/model-removal.resolver.js';
import { PrecisionResolver } from './model/precision.resolver.js';
import { NodeResolver } from './node/node.resolver.js';
import { FeedbackResolver } from './prediction/feedback.resolver.js';
import { JudgedPhotosResolver } from './prediction/judged-photos.resolver.js';
import { PhotoDeletionResolver } from './prediction/photo-deletion.resolver.js';
import { PredictionLogResolver, PredictionResolver } from './prediction/prediction.resolver.js';
import { ReviewResolver } from './prediction/review.resolver.js';
import { PredictionJobResolver } from './prediction-job/prediction-job.resolver.js';
import { ProcessResolver, ServingProcessFields } from './process/process.resolver.js';
import { PromotionResolver } from './promotion/promotion.resolver.js';
import { QuotaResolver } from './quota/quota.resolver.js';
import { RecipeResolver } from './recipe/recipe.resolver.js';
import { RetrainingResolver } from './retraining/retraining.resolver.js';
import { RolloutResolver } from './rollout/rollout.resolver.js';
import { TrialResolver } from './rollout/trial.resolver.js';
import { EvaluationResolver, EvaluationSliceResolver } from './run/evaluation.resolver.js';
import { ProvenanceResolver, TestPredictionResolver } from './run/provenance.resolver.js';
import { RunFields } from './run/run.fields.js';
import { RunResolver } from './run/run.resolver.js';
import { SampleResolver } from './sample/sample.resolver.js';
import { SimilarImagesResolver } from './similar/similar-images.resolver.js';
import { SliceResolver } from './slice/slice.resolver.js';
import { SweepResolver } from './sweep/sweep.resolver.js';
import { TokenResolver } from './token/token.resolver.js';
import { WebhookResolver } from './webhook/webhook.resolver.js';

/** The services that the resolvers call. */
export interface Services {
  readonly aliasRemovals: AliasRemovalService;
  readonly answerer: Answerer;
  readonly audit: AuditService;
  readonly backbones: BackboneService;
  readonly datasets: DatasetService;
  readonly datasetVersions: DatasetVersionService;
  readonly deployments: Deployments;
  readonly estimates: EstimateService;
  readonly embeddings: EmbeddingService;
  readonly examinations: ExaminationService;
  readonly evaluations: EvaluationService;
  readonly ids: ShortIds;
  readonly names: NamesLike;
  readonly imports: ImportService;
  readonly ingestion: IngestionService;
  readonly ingestions: Ingestions;
  readonly models: ModelService;
  readonly modelArchive: ModelArchiveService;
  readonly modelDeletion: ModelDeletionService;
  readonly modelSettings: ModelSettingsService;
  readonly precisions: PrecisionService;
  readonly predictionJobs: PredictionJobService;
  readonly predictions: PredictionService;
  readonly judgedPhotos: JudgedPhotosService;
  readonly photoDeletion: PhotoDeletionService;
  readonly feedback: FeedbackService;
  readonly reviews: ReviewService;
  readonly promotionRequests: PromotionRequestService;
  readonly processes: Processes;
  readonly promotions: PromotionService;
  readonly provenance: ProvenanceService;
  readonly quotas: Quotas;
  readonly rateLimit: RateLimit;
  readonly rules: RuleService;
  readonly slices: SliceService;
  readonly replicas: Replicas;
  readonly rollouts: RolloutService;
  readonly rolloutEvidence: RolloutEvidenceService;
  readonly runGroups: RunGroups;
  readonly runList: RunList;
  readonly runLoaders: RunLoaders;
  readonly augmentation: AugmentationService;
  readonly runs: RunService;
  readonly pipelines: PipelineService;
  readonly samples: SampleService;
  readonly similarImages: SimilarImagesService;
  readonly sweepImportances: SweepImportances;
  readonly sweeps: SweepService;
  readonly tokens: TokenService;
  readonly versionLoaders: VersionLoaders;
  readonly webhooks: WebhookService;
}

/** Every resolver of the schema, on the services that it calls. */
export function resolversOf(services: Services): readonly object[] {
  return [
    new ArchitectureResolver(services.backbones),
    new AuditResolver(services.audit),
    new BackboneResolver(services.backbones),
    new ChangeResolver(),
    new ClassificationResolver(services.answerer),
    new DatasetImageResolver(services.datasetVersions),
    new AugmentationResolver(services.augmentation),
    new DatasetResolver(services.datasets),
    new DatasetVersionResolver(services.datasetVersions),
    new EvaluationResolver(services.evaluations, services.embeddings),
    new EvaluationSliceResolver(),
    new ExaminationResolver(services.examinations),
    new ExaminedVersionResolver(services.examinations),
    new EstimateResolver(services.estimates),
    new ImportResolver(services.imports),
    new IngestionResolver(services.ingestion, services.ingestions),
    new NodeResolver(services),
    new QuotaResolver(services.quotas, services.rateLimit),
    new ModelFields(services.runLoaders),
    new ModelResolver(services.models, services.modelSettings, services.deployments),
    new ModelRemovalResolver(services.modelArchive, services.modelDeletion),
    new PrecisionResolver(services.precisions),
    new ProcessResolver(services.processes),
    new ServingProcessFields(services.replicas),
    new JudgedPhotosResolver(services.judgedPhotos),
    new PhotoDeletionResolver(services.photoDeletion),
    new FeedbackResolver(services.feedback),
    new PredictionLogResolver(services.predictions),
    new PredictionJobResolver(services.predictionJobs),
    new PredictionResolver(services.predictions),
    new ReviewResolver(services.reviews),
    new PromotionResolver(services.promotions, services.promotionRequests, services.aliasRemovals),
    new RecipeResolver(),
    new RetrainingResolver(services.rules),
    new SliceResolver(services.slices),
    new RunFields(services.runLoaders, services.versionLoaders),
    new ProvenanceResolver(services.provenance),
    new RunResolver(services.runs, services.pipelines, services.runList, services.runGroups),
    new SampleResolver(services.samples),
    new SimilarImagesResolver(services.similarImages),
    new SweepResolver(services.sweeps, services.sweepImportances),
    new TestPredictionResolver(services.datasetVersions),
    new TokenResolver(services.tokens),
    new RolloutResolver(services.rollouts, services.rolloutEvidence),
    new TrialResolver(services.rollouts),
    new WebhookResolver(services.webhooks),
  ];
}
