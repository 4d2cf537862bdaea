import type { Feed } from '@sanwei/web/live-list'
import { LiveTalksAtDeskDocument, type LiveTalksAtDeskSubscription, type TalkFullFragment } from '../gql/graphql'

/** What is said and moves in one's area. */
export const talkFeed: Feed<TalkFullFragment> = {
  doc: LiveTalksAtDeskDocument,
  event: ({ liveTalks: { cursor, verb, talkId, talk } }: LiveTalksAtDeskSubscription) => ({
    cursor,
    verb,
    id: talkId ?? '',
    row: talk,
  }),
}
