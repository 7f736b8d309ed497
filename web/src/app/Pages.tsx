import { Suspense, useEffect } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { BrowserRouter, Route, Routes, useLocation } from 'react-router';
import { BASE_PATH } from '../lib/base-path';
import { whenIdle } from '../lib/when-idle';
import { Loading } from '../ui/Loading';
import { lazyPage } from './lazy-page';
import { PageError } from './PageError';
import { Shell } from './Shell';

const NoSuchPage = lazyPage(async () => (await import('./NoSuchPage')).NoSuchPage);
const ModelPage = lazyPage(async () => (await import('../pages/models/ModelPage')).ModelPage);
const ModelsPage = lazyPage(async () => (await import('../pages/models/ModelsPage')).ModelsPage);
const PromotePage = lazyPage(async () => (await import('../pages/models/PromotePage')).PromotePage);
const RemoveAliasPage = lazyPage(async () => (await import('../pages/models/RemoveAliasPage')).RemoveAliasPage);
const RollBackPage = lazyPage(async () => (await import('../pages/models/RollBackPage')).RollBackPage);
const StartPage = lazyPage(async () => (await import('../pages/start/StartPage')).StartPage);
const DatasetsPage = lazyPage(async () => (await import('../pages/datasets/DatasetsPage')).DatasetsPage);
const DatasetPage = lazyPage(async () => (await import('../pages/datasets/DatasetPage')).DatasetPage);
const ExaminationPage = lazyPage(async () => (await import('../pages/datasets/ExaminationPage')).ExaminationPage);
const DifferencePage = lazyPage(async () => (await import('../pages/datasets/DifferencePage')).DifferencePage);
const VersionPage = lazyPage(async () => (await import('../pages/datasets/VersionPage')).VersionPage);
const ClassifyPage = lazyPage(async () => (await import('../pages/classify/ClassifyPage')).ClassifyPage);
const ComparePage = lazyPage(async () => (await import('../pages/compare/ComparePage')).ComparePage);
const NewRunPage = lazyPage(async () => (await import('../pages/new-run/NewRunPage')).NewRunPage);
const RunPage = lazyPage(async () => (await import('../pages/run/RunPage')).RunPage);
const PredictionsPage = lazyPage(async () => (await import('../pages/models/PredictionsPage')).PredictionsPage);
const ReviewPage = lazyPage(async () => (await import('../pages/models/ReviewPage')).ReviewPage);
const ApprovalsPage = lazyPage(async () => (await import('../pages/approvals/ApprovalsPage')).ApprovalsPage);
const SweepsPage = lazyPage(async () => (await import('../pages/sweeps/SweepsPage')).SweepsPage);
const SweepPage = lazyPage(async () => (await import('../pages/sweeps/SweepPage')).SweepPage);
const NewSweepPage = lazyPage(async () => (await import('../pages/sweeps/NewSweepPage')).NewSweepPage);
const SettingsPage = lazyPage(async () => (await import('../pages/settings/SettingsPage')).SettingsPage);
const LimitsPage = lazyPage(async () => (await import('../pages/settings/LimitsPage')).LimitsPage);
const TokensPage = lazyPage(async () => (await import('../pages/settings/TokensPage')).TokensPage);
const AuditPage = lazyPage(async () => (await import('../pages/settings/AuditPage')).AuditPage);
const ProcessesPage = lazyPage(async () => (await import('../pages/settings/ProcessesPage')).ProcessesPage);
const BackbonesPage = lazyPage(async () => (await import('../pages/settings/BackbonesPage')).BackbonesPage);
const WebhooksPage = lazyPage(async () => (await import('../pages/settings/WebhooksPage')).WebhooksPage);
const WebhookPage = lazyPage(async () => (await import('../pages/settings/WebhookPage')).WebhookPage);
const BatchesPage = lazyPage(async () => (await import('../pages/batches/BatchesPage')).BatchesPage);
const NewBatchPage = lazyPage(async () => (await import('../pages/batches/NewBatchPage')).NewBatchPage);
const RunsPage = lazyPage(async () => (await import('../pages/runs/RunsPage')).RunsPage);

/** Fetches the files of the pages in the menu while the browser is idle. */
function FetchAhead(): null {
  useEffect(fetchAhead, []);
  return null;
}

function fetchAhead(): void {
  whenIdle(() => {
    const files = [RunsPage, DatasetsPage, ModelsPage, ClassifyPage].map(({ load }) => load());
    Promise.all(files).catch(() => undefined); // opening the page shows the error
  });
}

/** The page of each address. Every page is a file of its own, fetched when it is first opened. */
export function Pages() {
  return (
    <BrowserRouter basename={BASE_PATH}>
      <Shell>
        <Page />
      </Shell>
    </BrowserRouter>
  );
}

function Page() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary FallbackComponent={PageError} resetKeys={[pathname]}>
      <Suspense fallback={<Loading />}>
        <Routes>
          <Route index element={<StartPage />} />
          <Route path="datasets" element={<DatasetsPage />} />
          <Route path="datasets/:dataset" element={<DatasetPage />} />
          <Route path="datasets/:dataset/difference" element={<DifferencePage />} />
          <Route path="datasets/:dataset/:number/examination" element={<ExaminationPage />} />
          <Route path="datasets/:dataset/:number" element={<VersionPage />} />
          <Route path="classify" element={<ClassifyPage />} />
          <Route path="runs" element={<RunsPage />} />
          <Route path="runs/compare" element={<ComparePage />} />
          <Route path="runs/new" element={<NewRunPage />} />
          <Route path="runs/:id" element={<RunPage />} />
          <Route path="sweeps" element={<SweepsPage />} />
          <Route path="sweeps/new" element={<NewSweepPage />} />
          <Route path="sweeps/:id" element={<SweepPage />} />
          <Route path="models" element={<ModelsPage />} />
          <Route path="models/:name" element={<ModelPage />} />
          <Route path="models/:name/predictions" element={<PredictionsPage />} />
          <Route path="models/:name/promote" element={<PromotePage />} />
          <Route path="models/:name/remove-alias" element={<RemoveAliasPage />} />
          <Route path="models/:name/review" element={<ReviewPage />} />
          <Route path="models/:name/roll-back" element={<RollBackPage />} />
          <Route path="batches" element={<BatchesPage />} />
          <Route path="batches/new" element={<NewBatchPage />} />
          <Route path="approvals" element={<ApprovalsPage />} />
          <Route path="settings" element={<SettingsPage />}>
            <Route index element={<LimitsPage />} />
            <Route path="tokens" element={<TokensPage />} />
            <Route path="audit" element={<AuditPage />} />
            <Route path="processes" element={<ProcessesPage />} />
            <Route path="backbones" element={<BackbonesPage />} />
            <Route path="webhooks" element={<WebhooksPage />} />
            <Route path="webhooks/:id" element={<WebhookPage />} />
          </Route>
          <Route path="*" element={<NoSuchPage />} />
        </Routes>
        <FetchAhead />
      </Suspense>
    </ErrorBoundary>
  );
}
