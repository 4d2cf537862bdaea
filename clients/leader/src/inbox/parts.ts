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
  opens({ subjectKind, subjectId }) {
    if (subjectKind === 'order') return `/orders/${subjectId}`
    if (subjectKind === 'request') return `/requests/${subjectId}`
    return subjectKind === 'brief' ? '/brief' : '/supervisions'
  },
}
