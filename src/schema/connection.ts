import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { nextAfter, type Page, type PageRequest } from '../domain/page.js';
import { Checked, number, text } from './checked.js';

@ObjectType('PageInfo', { description: 'Where a page of a connection begins and ends.' })
class PageInfoType {
  @Field(() => Boolean, { description: 'Whether more items follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether items precede this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first edge; null on a page without any.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last edge: `after` of the next page. Null on a page without any.',
  })
  endCursor!: string | null;
}

/** The arguments of every connection. Pages go forward. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 50, description: 'Most edges, 1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => String, {
    nullable: true,
    description: '`endCursor` of the previous page, with the same filter and sort.',
  })
  @Checked(text(1, 1000))
  after?: string | null;
}

/** The arguments of a list without edges, newest first. */
@ArgsType()
export class ListArgs {
  @Field(() => Int, { defaultValue: 100, description: 'Most items, 1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => String, { nullable: true, description: 'Id of the last item of the page before.' })
  @Checked(text(1, 100))
  after?: string | null;
}

/** What a connection's page is of: `first` and `after`, or the deprecated argument `page`. */
export function requested(
  { first, after }: PageArgs | ListArgs,
  page?: { readonly first: number; readonly after?: string | number | null } | null,
): PageRequest {
  const { first: most, after: cursor } = page ?? { first, after };
  return { first: most, after: cursor === undefined || cursor === null ? null : String(cursor) };
}

/** The advice of fields and arguments from before there were connections. */
export const OLD_PAGE = {
  argument: { description: 'Part of the list to read.', deprecationReason: 'Use `first` and `after`.' },
  items: { description: 'The items of this page.', deprecationReason: 'Use `edges { node }`.' },
  total: { description: 'Number of items on all pages.', deprecationReason: 'Renamed to `totalCount`.' },
  next: {
    description: 'Cursor of the next page; null on the last one.',
    deprecationReason: 'Use `pageInfo { endCursor hasNextPage }`.',
  },
} as const;

/** A part of a list, as the Cursor Connections Specification of GraphQL clients has it (relay.dev/graphql/connections.htm). */
export interface Connection<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly pageInfo: PageInfoType;
  totalCount(): Promise<number>;
  /** Items of the page, */
  readonly nodes: readonly T[];
  /** and the cursor of the next one; null on the last page. */
  readonly nextCursor: string | null;
}

/**
 * The class of a connection to nodes of one type, for `@ObjectType` to name.
 * @param name of the node's type
 */
export function connectionTo<T extends object>(
  name: string,
  node: () => ClassType<T>,
): abstract new (
  page: Page<T>,
) => Connection<T> {
  @ObjectType(`${name}Edge`, { description: 'An item of a connection.' })
  class Edge {
    @Field(() => node(), { description: 'The item.' })
    node!: T;

    @Field(() => String, { description: '`after` of a page that begins after this item.' })
    cursor!: string;
  }

  @ObjectType()
  abstract class ConnectionType implements Connection<T> {
    constructor(private readonly page: Page<T>) {}

    @Field(() => [Edge], { description: 'The items of this page, with their cursors.' })
    get edges(): Edge[] {
      return this.page.items.map(({ item, cursor }) => ({ node: item, cursor }));
    }

    @Field(() => PageInfoType, { description: 'Where this page begins and ends, and whether more follow.' })
    get pageInfo(): PageInfoType {
      const { items, hasNext, hasPrevious } = this.page;
      const startCursor = items[0]?.cursor ?? null;
      const endCursor = items.at(-1)?.cursor ?? null;
      return { hasNextPage: hasNext, hasPreviousPage: hasPrevious, startCursor, endCursor };
    }

    @Field(() => Int, { description: 'Number of items on all pages.' })
    totalCount(): Promise<number> {
      return this.page.count();
    }

    get nodes(): readonly T[] {
      return this.page.items.map(({ item }) => item);
    }

    get nextCursor(): string | null {
      return nextAfter(this.page);
    }
  }
  return ConnectionType;
}

/** As `connectionTo`, of a list whose cursors are positions, with the fields of its pages from before. */
export function positionsTo<T extends object>(
  name: string,
  node: () => ClassType<T>,
): abstract new (
  page: Page<T>,
) => Connection<T> {
  @ObjectType()
  abstract class PositionsType extends connectionTo(name, node) {
    @Field(() => Int, OLD_PAGE.total)
    total(): Promise<number> {
      return this.totalCount();
    }

    @Field(() => Int, { nullable: true, ...OLD_PAGE.next })
    get next(): number | null {
      return this.nextCursor === null ? null : Number(this.nextCursor);
    }
  }
  return PositionsType;
}
