import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { print, table } from '../output.js';
import { ADD_BACKBONE, BACKBONES } from '../requests/backbone.js';
import { serverPath } from '../server-path.js';
import { working } from '../working.js';

export function backboneCommand(program: Command): void {
  const backbone = program.command('backbone').description('Pretrained networks that runs start from.');

  withConnection(backbone.command('list').description('List the backbones that are ready to use.')).action(
    async (options: ConnectionOptions) => {
      const { backbones } = await (await connect(options)).request(BACKBONES);
      print(options, { backbones }, () =>
        table(
          ['name', 'trained on', 'license', 'SHA-256'],
          backbones.map(({ name, trainedOn, licence, sha256 }) => [name, trainedOn, licence, sha256.slice(0, 12)]),
        ),
      );
    },
  );

  withConnection(
    backbone
      .command('add')
      .description('Add a backbone.')
      .argument('<name>', 'imagenet (downloaded), tiny-imagenet (bundled), or any name with --path')
      .option(
        '--path <file>',
        'Keras .h5 file of InceptionV3 without top, on the server, in a folder given with --allow',
      ),
  ).action(async (name: string, options: ConnectionOptions & { readonly path?: string }) => {
    const client = await connect(options);
    const path = options.path === undefined ? null : serverPath(options.path);
    const { addBackbone } = await working(`Adding the backbone ${name}`, () =>
      client.request(ADD_BACKBONE, { name, path }),
    );
    print(options, { backbone: addBackbone }, () => `Backbone ${name}: ${addBackbone.trainedOn}`);
  });
}
