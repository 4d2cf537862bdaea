import type { InboxParts } from '@sanwei/web/inbox'
import {
  LiveNoticesDocument,
  NoticesDocument,
  ReadAllNoticesDocument,
  ReadNoticesDocument,
  UnreadNoticesDocument,
} from '../gql/graphql.ts'

export const parts: InboxParts = {
  list: NoticesDocument,
  unread: UnreadNoticesDocument,
  read: ReadNoticesDocument,
  readAll: ReadAllNoticesDocument,
  live: LiveNoticesDocument,
  // a case one met too has its place among the neighbours'
  opens({ subjectKind, subjectId }) {
    if (subjectKind === 'family') return '/me/family'
    return subjectKind === 'request' ? `/cases/${subjectId}` : '/nearby'
  },
}
