import { Arg, Args, Query, Resolver } from 'type-graphql';
import type { AuditChainVerdict } from '../../domain/audit/audit-chain.js';
import type { AuditService } from '../../domain/audit/audit-service.js';
import { modelIn } from '../../domain/permission.js';
import { OLD_PAGE, PageArgs, requested } from '../connection.js';
import { Needs } from '../permission.js';
import { AuditChain, AuditConnectionType, AuditFilterInput, AuditPageInput } from './audit.type.js';

@Resolver()
export class AuditResolver {
  constructor(private readonly audit: AuditService) {}

  @Query(() => AuditConnectionType, { description: 'Audited changes, newest first.' })
  @Needs('MAINTAINER', modelIn('filter.model'))
  async auditEvents(
    @Arg('filter', () => AuditFilterInput, { defaultValue: {}, description: 'Conditions that all must hold.' })
    filter: AuditFilterInput,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('page', () => AuditPageInput, { nullable: true, ...OLD_PAGE.argument }) page?: AuditPageInput | null,
  ): Promise<AuditConnectionType> {
    return new AuditConnectionType(await this.audit.page(filter, requested(args, page)));
  }

  @Query(() => AuditChain, { description: 'Recomputes every hash of the audit log and reports the first broken row.' })
  @Needs('MAINTAINER')
  async auditChain(): Promise<AuditChainVerdict> {
    return this.audit.verify();
  }
}
