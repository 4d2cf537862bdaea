import type { Feed } from '@sanwei/web/live-list'
import { type DeskRowFragment, LiveDeskDocument, type LiveDeskSubscription } from '../gql/graphql'

/** Every move of the requests of one's area. */
export const deskFeed: Feed<DeskRowFragment> = {
  doc: LiveDeskDocument,
  event: ({ liveDesk: { cursor, verb, requestId, request } }: LiveDeskSubscription) => ({
    cursor,
    verb,
    id: requestId ?? '',
    row: request,
  }),
}
