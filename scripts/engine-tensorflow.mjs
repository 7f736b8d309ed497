// npm run engine:tensorflow [-- --gpu | --remove]: puts the tensorflow engine in place, or takes it away (docs/engines.md).
import { installTensorFlow, removeTensorFlow } from '../out/engines/tensorflow/install/install.js';
import { runEngineCommand } from './install-engine.mjs';

await runEngineCommand({
  engine: 'tensorflow',
  name: 'The tensorflow engine',
  python: 'TensorFlow',
  options: (command) =>
    command
      .option('--gpu', 'for a graphics card from NVIDIA')
      .option('--compiler <program>', 'C++ compiler', process.env.CXX ?? 'c++'),
  async install(options) {
    const { version, device } = await installTensorFlow({ gpu: false, ...options });
    const lacksCard = options.gpu && device === 'cpu';
    const hint = lacksCard ? '\nIt finds no graphics card that it can use: see docs/engines.md.' : '';
    return `TensorFlow ${version} computes on ${device}.${hint}`;
  },
  remove: removeTensorFlow,
});
