import { Arg, Query, Resolver } from 'type-graphql';
import type { AuditChainVerdict } from '../../domain/audit/audit-chain.js';
import type { AuditPage } from '../../domain/audit/audit-event.js';
import type { AuditService } from '../../domain/audit/audit-service.js';
import { modelIn } from '../../domain/permission.js';
import { Needs } from '../permission.js';
import { AuditChain, AuditFilterInput, AuditPageInput, AuditPageType } from './audit.type.js';

@Resolver()
export class AuditResolver {
  constructor(private readonly audit: AuditService) {}

  @Query(() => AuditPageType, { description: 'Audited changes, newest first.' })
  @Needs('MAINTAINER', modelIn('filter.model'))
  async auditEvents(
    @Arg('filter', () => AuditFilterInput, { defaultValue: {} }) filter: AuditFilterInput,
    @Arg('page', () => AuditPageInput, { defaultValue: { first: 50 } }) { first, after }: AuditPageInput,
  ): Promise<AuditPage> {
    return this.audit.page(filter, first, after ?? null);
  }

  @Query(() => AuditChain, { description: 'Recomputes every hash of the audit log and reports the first broken row.' })
  @Needs('MAINTAINER')
  async auditChain(): Promise<AuditChainVerdict> {
    return this.audit.verify();
  }
}
