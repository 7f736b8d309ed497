// npm run engine:tensorflow [-- --gpu | --undo]: puts the tensorflow engine in place, or takes it away (docs/engines.md).
import { Command } from 'commander';
import { installTensorFlow, removeTensorFlow } from '../out/engines/tensorflow/install/install.js';

const log = (line) => void process.stderr.write(`${line}\n`);
const options = new Command('engine:tensorflow')
  .option('--gpu', 'for a graphics card from NVIDIA')
  .option('--undo', 'take away all that this command put in place')
  .option('--compiler <program>', 'C++ compiler', process.env.CXX ?? 'c++')
  .option('--python <program>', 'Python whose pip fetches TensorFlow; nothing is installed into it', 'python3')
  .parse()
  .opts();

try {
  if (options.undo) {
    await removeTensorFlow();
    log('The tensorflow engine is taken away.');
  } else {
    const { version, device } = await installTensorFlow({ gpu: false, ...options, log });
    log(`TensorFlow ${version} computes on ${device}.`);
    if (options.gpu && device === 'cpu') log('It finds no graphics card that it can use: see docs/engines.md.');
  }
} catch (error) {
  if (error.code !== 'ENGINE_UNAVAILABLE') throw error;
  log(error.message);
  process.exitCode = 1;
}
