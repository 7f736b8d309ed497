import { Arg, Query, Resolver } from 'type-graphql';
import type { AuditService } from '../../domain/audit/audit-service.js';
import { modelIn, Needs } from '../permission.js';
import { AuditChain, AuditFilter, AuditPage, AuditPageInput } from './audit.type.js';

@Resolver()
export class AuditResolver {
  constructor(private readonly audit: AuditService) {}

  @Query(() => AuditPage, { description: 'What was changed, newest first.' })
  @Needs('MAINTAINER', modelIn('filter.model'))
  async auditEvents(
    @Arg('filter', () => AuditFilter, { defaultValue: {} }) filter: AuditFilter,
    @Arg('page', () => AuditPageInput, { defaultValue: { first: 50 } }) { first, after }: AuditPageInput,
  ): Promise<AuditPage> {
    return this.audit.page(filter, first, after ?? null);
  }

  @Query(() => AuditChain, { description: 'Computes every hash of the audit again.' })
  @Needs('MAINTAINER')
  async auditChain(): Promise<AuditChain> {
    return this.audit.verify();
  }
}
