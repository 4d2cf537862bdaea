import type { InboxParts } from '@sanwei/web/inbox'
import {
  LiveNoticesDocument,
  NoticesDocument,
  ReadAllNoticesDocument,
  ReadNoticesDocument,
  UnreadNoticesDocument,
} from '../gql/graphql.ts'

const PAGES: Record<string, string> = { order: '/orders', request: '/requests', visit: '/visits', patrol: '/patrol' }

/** What has no page of its own stands in a list. */
const LISTS: Record<string, string> = {
  supervision: '/supervisions',
  handover: '/watch',
  account: '/card',
  message: '/card',
}

export const parts: InboxParts = {
  list: NoticesDocument,
  unread: UnreadNoticesDocument,
  read: ReadNoticesDocument,
  readAll: ReadAllNoticesDocument,
  live: LiveNoticesDocument,
  opens: ({ subjectKind, subjectId }) =>
    LISTS[subjectKind] ?? (subjectKind in PAGES ? `${PAGES[subjectKind]}/${subjectId}` : '/'),
}
