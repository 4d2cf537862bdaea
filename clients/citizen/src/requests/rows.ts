import type { Feed } from '@sanwei/web/live-list'
import {
  LiveRequestRowsDocument,
  type LiveRequestRowsSubscription,
  type RequestFilter,
  type RequestRowFragment,
} from '../gql/graphql.ts'

/** What lists of one's own requests listen to. */
export const rowFeed: Feed<RequestRowFragment> = {
  doc: LiveRequestRowsDocument,
  event: ({ liveRequests: { cursor, verb, requestId, request } }: LiveRequestRowsSubscription) => ({
    cursor,
    verb,
    id: requestId,
    row: request,
  }),
}

/** Whether a row that changed is still of its tab, by what the server says in it. */
export function isOf(filter: RequestFilter, { closedAt, state, actions }: RequestRowFragment): boolean {
  if (filter === 'OPEN') return !closedAt
  if (filter === 'CLOSED') return !!closedAt
  return filter === 'ALL' || state === 'NEEDS_YOU' || actions.includes('RATE')
}

/** Whether a row holds the words searched for, in its number or title. */
export function holds({ no, title }: RequestRowFragment, search: string): boolean {
  return `${no} ${title}`.toLowerCase().includes(search.trim().toLowerCase())
}
