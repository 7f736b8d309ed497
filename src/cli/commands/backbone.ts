import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { print, table } from '../output.js';
import { ADD_BACKBONE, BACKBONES } from '../requests/backbone.js';
import { serverPath } from '../server-path.js';
import { working } from '../working.js';

export function backboneCommand(program: Command): void {
  const backbone = program.command('backbone').description('The pretrained networks that runs begin with.');

  withConnection(backbone.command('list').description('List the backbones that are ready to use.')).action(
    async (options: ConnectionOptions) => {
      const { backbones } = await (await connect(options)).request(BACKBONES);
      print(options, { backbones }, () =>
        table(
          ['name', 'trained on', 'licence', 'sha-256'],
          backbones.map(({ name, trainedOn, licence, sha256 }) => [name, trainedOn, licence, sha256.slice(0, 12)]),
        ),
      );
    },
  );

  withConnection(
    backbone
      .command('add')
      .description('Make a backbone ready to use.')
      .argument('<name>', 'imagenet is downloaded, tiny-imagenet is bundled, any other needs --path')
      .option('--path <file>', 'a Keras .h5 of InceptionV3 without top, on the server, in a folder that it allows'),
  ).action(async (name: string, options: ConnectionOptions & { readonly path?: string }) => {
    const client = await connect(options);
    const path = options.path === undefined ? null : serverPath(options.path);
    const { addBackbone } = await working(`Adding the backbone ${name}`, () =>
      client.request(ADD_BACKBONE, { name, path }),
    );
    print(options, { backbone: addBackbone }, () => `Backbone ${name}: ${addBackbone.trainedOn}`);
  });
}
