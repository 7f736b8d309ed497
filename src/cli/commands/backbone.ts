import type { Command } from 'commander';
import { backboneText } from '../backbone-text.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { fields, print, sections } from '../output.js';
import { ADD_BACKBONE, BACKBONES } from '../requests/backbone.js';
import { serverPath } from '../server-path.js';
import { working } from '../working.js';

export function backboneCommand(program: Command): void {
  const backbone = program.command('backbone').description('Pretrained networks that runs start from.');

  withConnection(backbone.command('list').description('List the backbones that are ready to use.')).action(
    async (options: ConnectionOptions) => {
      const { backbones } = await (await connect(options)).request(BACKBONES);
      print(
        options,
        { backbones },
        () =>
          sections(
            ...backbones.map(({ name, trainedOn, figures, licence, source, sha256, owner }) =>
              fields({
                name,
                'trained on': trainedOn,
                accuracy: figures,
                license: licence,
                origin: source,
                'SHA-256': sha256,
                owner: owner?.name,
              }),
            ),
          ) || 'None.',
      );
    },
  );

  withConnection(
    backbone
      .command('add')
      .description('Add a backbone.')
      .argument(
        '<name>',
        'imagenet (downloaded), tiny-imagenet-2 or efficientnet-lite0 (bundled), or any name with --path',
      )
      .option(
        '--path <file>',
        'Keras file of InceptionV3 (.keras, .h5, .weights.h5) or EfficientNet-Lite0 of PyTorch (.safetensors), on the server, in a folder given with --allow',
      ),
  ).action(async (name: string, options: ConnectionOptions & { readonly path?: string }) => {
    const client = await connect(options);
    const path = options.path === undefined ? null : serverPath(options.path);
    const { addBackbone } = await working(`Adding the backbone ${name}`, () =>
      client.request(ADD_BACKBONE, { name, path }),
    );
    print(options, { backbone: addBackbone }, () => `${backboneText(addBackbone)} · ${addBackbone.source}`);
  });
}
