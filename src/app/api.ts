import 'reflect-metadata'; // type-graphql needs it before the first decorated class
import type { GraphQLSchema } from 'graphql';
import { startHttp } from '../http/server.js';
import { BackupService } from '../maintenance/backup-service.js';
import { prepareHubSchema } from '../schema/schema.js';
import { PAGE_FOLDER } from './packaged.js';
import { type Opened, openGrpc, type Ports, servedModels, serverParts } from './server-parts.js';
import type { Setup } from './setup.js';

/**
 * Builds what needs no data. @returns what starts GraphQL, REST, the Open Inference Protocol and the page on one port, and gRPC
 * on another if it is wanted.
 */
export function prepareApi(): (setup: Setup, opened: Opened) => Promise<Ports> {
  const schemaOf = prepareHubSchema();
  return (setup, opened) => startApi(setup, opened, schemaOf(opened.domain));
}

async function startApi(setup: Setup, opened: Opened, schema: GraphQLSchema): Promise<Ports> {
  const { storage, shared, serving, domain } = opened;
  const { config, closing } = setup;
  const { prisma, blobs, folder } = storage;
  const { answerer, deployments } = serving;
  const { exports, predictionResults } = domain;
  const backups = new BackupService({ prisma, blobs, temporary: folder.temporary });
  const common = serverParts(setup, opened);
  const parts = {
    ...common,
    schema,
    subscribed: {
      changes: shared.changes,
      runs: domain.runs,
      ingestions: domain.ingestions,
      predictionJobs: domain.predictionJobs,
    },
    answerer,
    deployments,
    exports,
    predictionResults,
    served: servedModels(opened),
    openBackup: () => backups.open(),
    page: PAGE_FOLDER,
    temporary: folder.temporary,
    admitData: () => shared.quotas.admitData(),
  };
  const http = await startHttp(parts, config.host, config.port);
  closing.add(() => http.close());
  return { url: http.url, grpc: await openGrpc(setup, opened, common) };
}
