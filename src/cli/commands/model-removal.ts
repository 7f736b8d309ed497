import type { Command } from 'commander';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { wholeNumber } from '../numbers.js';
import { print } from '../output.js';
import {
  ARCHIVE_MODEL,
  ARCHIVE_VERSION,
  DELETE_MODEL,
  DELETE_VERSION,
  REMOVE_ALIAS,
  UNARCHIVE_MODEL,
  UNARCHIVE_VERSION,
} from '../requests/model.js';

interface Removal {
  readonly name: 'archive' | 'unarchive' | 'delete';
  readonly description: string;
  /** What was done, for people. */
  readonly done: string;
  ofModel(client: HubClient, model: string): Promise<unknown>;
  ofVersion(client: HubClient, of: { readonly model: string; readonly version: number }): Promise<unknown>;
}

const REMOVALS: readonly Removal[] = [
  {
    name: 'archive',
    description: 'Hide a model or a version from lists; it cannot be promoted.',
    done: 'is archived',
    ofModel: (client, model) => client.request(ARCHIVE_MODEL, { model }),
    ofVersion: (client, of) => client.request(ARCHIVE_VERSION, of),
  },
  {
    name: 'unarchive',
    description: 'Take a model or a version back from the archive.',
    done: 'is no longer archived',
    ofModel: (client, model) => client.request(UNARCHIVE_MODEL, { model }),
    ofVersion: (client, of) => client.request(UNARCHIVE_VERSION, of),
  },
  {
    name: 'delete',
    description: 'Delete a model with all of its versions, or one version. This cannot be undone.',
    done: 'is deleted',
    ofModel: (client, model) => client.request(DELETE_MODEL, { model }),
    ofVersion: (client, of) => client.request(DELETE_VERSION, of),
  },
];

interface RemoveAliasOptions extends ConnectionOptions {
  readonly reason: string;
  readonly expect?: number;
}

/** Adds `hub model archive`, `unarchive`, `delete` and `remove-alias`. */
export function addRemoval(model: Command): void {
  for (const { name, description, done, ofModel, ofVersion } of REMOVALS) {
    withConnection(
      model
        .command(name)
        .description(description)
        .argument('<model>', 'its name')
        .argument('[version]', 'number of the version; without it the whole model', wholeNumber),
    ).action(async (of: string, version: number | undefined, options: ConnectionOptions) => {
      const client = await connect(options);
      await (version === undefined ? ofModel(client, of) : ofVersion(client, { model: of, version }));
      const what = version === undefined ? `Model ${of}` : `Version ${version} of ${of}`;
      print(options, { model: of, ...(version === undefined ? {} : { version }) }, () => `${what} ${done}.`);
    });
  }

  withConnection(
    model
      .command('remove-alias')
      .description('Remove an alias, so that nothing serves it. The version stays.')
      .argument('<model>', 'name of the model')
      .argument('<alias>', 'alias to remove')
      .requiredOption('--reason <text>', 'why; recorded in the audit log')
      .option('--expect <version>', 'refuse when the alias no longer points to this version', wholeNumber),
  ).action(async (name: string, alias: string, options: RemoveAliasOptions) => {
    const { reason, expect = null } = options;
    const client = await connect(options);
    const { removeAlias: left } = await client.request(REMOVE_ALIAS, {
      input: { model: name, alias, reason, expectedVersion: expect },
    });
    const text = `${alias} of ${name} is removed; it pointed to version ${left.number}.`;
    print(options, { modelVersion: left }, () => text);
  });
}
