import type { Feed } from '@sanwei/web/live-list'
import { type CaseRowFragment, LiveRowsDocument, type LiveRowsSubscription } from '../gql/graphql'

/** Every move of the cases in this leader's area. */
export const rowFeed: Feed<CaseRowFragment> = {
  doc: LiveRowsDocument,
  event: ({ liveOrders: { cursor, verb, orderId, order } }: LiveRowsSubscription) => ({
    cursor,
    verb,
    id: orderId,
    row: order,
  }),
}
