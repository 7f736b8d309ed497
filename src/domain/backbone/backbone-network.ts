import { type Network, networkNamed } from '../../network/networks.js';
import type { PrismaClient } from '../../storage/database.js';
import { ARCHITECTURE_NAMES } from './published-backbones.js';

/** The network of a backbone, which need not be on this machine yet; undefined for a name that nobody has added. */
export async function backboneNetwork(prisma: PrismaClient, name: string): Promise<Network | undefined> {
  const backbone = await prisma.backbone.findUnique({ where: { name }, select: { architecture: true } });
  const architecture = backbone?.architecture ?? ARCHITECTURE_NAMES.get(name);
  return architecture === undefined ? undefined : networkNamed(architecture);
}
