// npm run engine:openvino [-- --remove]: puts OpenVINO in place, or takes it away (docs/engines.md).
import { installOpenVino, removeOpenVino } from '../out/engines/openvino/install/install.js';
import { runEngineCommand } from './install-engine.mjs';

await runEngineCommand({
  engine: 'openvino',
  name: 'OpenVINO',
  python: 'OpenVINO',
  async install(options) {
    const { version, capabilities } = await installOpenVino(options);
    const bf16 = capabilities.includes('BF16') ? 'also with bfloat16' : 'which is slow with bfloat16';
    return `OpenVINO ${version} computes on this processor, ${bf16}. Hubs that are started from now on use it.`;
  },
  remove: removeOpenVino,
});
