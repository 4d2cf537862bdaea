import { graph } from '@sanwei/web/graph'
import { listen } from '@sanwei/web/live/feed'
import type { Feed } from '@sanwei/web/live-list'
import { type LiveOne, useLiveOne } from '@sanwei/web/live-one'
import { onScopeDispose } from 'vue'
import {
  type DeskFullFragment,
  DeskRequestDocument,
  type DeskRowFragment,
  LiveDeskDocument,
  type LiveDeskSubscription,
} from '../gql/graphql'

/** Every move of the requests this person may see. */
export const deskFeed = (heard: () => void = () => undefined): Feed<DeskRowFragment> => ({
  doc: LiveDeskDocument,
  event({ liveDesk: { cursor, verb, requestId, request } }: LiveDeskSubscription) {
    heard()
    return { cursor, verb, id: requestId ?? '', row: request }
  },
})

/** One request, read whole; any move of it on the server is read again. */
export function useRequest(id: () => string): LiveOne<DeskFullFragment> {
  const live = useLiveOne<DeskFullFragment>({
    id,
    read: async (wanted) => (await graph(DeskRequestDocument, { id: wanted })).deskRequest,
    keepAs: (wanted) => `request ${wanted}`,
  })
  const listening = listen(deskFeed(), {
    hear: (event) => {
      if (event.id === id()) void live.reload()
    },
    missed: () => live.reload(),
  })
  onScopeDispose(() => listening.stop())
  return live
}
