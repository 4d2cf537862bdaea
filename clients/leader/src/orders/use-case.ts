import { follow } from '@sanwei/web/follow'
import { graph } from '@sanwei/web/graph'
import { type LiveOne, useLiveOne } from '@sanwei/web/live-one'
import { onScopeDispose } from 'vue'
import { CaseDocument, LiveCaseDocument, type WholeCaseFragment } from '../gql/graphql'

/** One case, read whole and again after each of its moves. Readable without network once it was seen. */
export function useCase(id: () => string): LiveOne<WholeCaseFragment> {
  const live = useLiveOne<WholeCaseFragment>({
    id,
    read: async (wanted) => (await graph(CaseDocument, { id: wanted })).order,
    keepAs: (wanted) => `case ${wanted}`,
  })
  const stop = follow(
    LiveCaseDocument,
    {},
    {
      cursor: ({ liveOrders }) => liveOrders.cursor,
      event({ liveOrders: { verb, orderId } }) {
        if (verb === 'ready' ? live.row.value : orderId === id()) void live.reload()
      },
      poll: live.reload,
    },
  )
  onScopeDispose(stop)
  return live
}
