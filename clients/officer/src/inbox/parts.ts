import type { InboxParts } from '@sanwei/web/inbox'
import {
  LiveNoticesDocument,
  NoticesDocument,
  ReadAllNoticesDocument,
  ReadNoticesDocument,
  UnreadNoticesDocument,
} from '../gql/graphql.ts'

const PAGES: Record<string, string> = { order: '/orders', request: '/requests', visit: '/visits' }

export const parts: InboxParts = {
  list: NoticesDocument,
  unread: UnreadNoticesDocument,
  read: ReadNoticesDocument,
  readAll: ReadAllNoticesDocument,
  live: LiveNoticesDocument,
  opens: ({ subjectKind, subjectId }) => (subjectKind in PAGES ? `${PAGES[subjectKind]}/${subjectId}` : '/'),
}
