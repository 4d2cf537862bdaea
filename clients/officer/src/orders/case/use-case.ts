import { follow } from '@sanwei/web/follow'
import { graph } from '@sanwei/web/graph'
import { type LiveOne, useLiveOne } from '@sanwei/web/live-one'
import { onScopeDispose } from 'vue'
import { CaseDocument, LiveCaseDocument, type OrderCaseFragment } from '../../gql/graphql'

/** Moves that change no version: no form is taken out of anybody's hands. */
const ASIDE = new Set(['order.noted', 'order.photo'])

/** One case, read whole and kept live: any move of it on the server is read again. Readable without network. */
export function useCase(id: () => string): LiveOne<OrderCaseFragment> {
  const live = useLiveOne<OrderCaseFragment>({
    id,
    read: async (wanted) => (await graph(CaseDocument, { id: wanted })).order,
    keepAs: (wanted) => `case ${wanted}`,
  })
  const stop = follow(
    LiveCaseDocument,
    {},
    {
      cursor: ({ liveOrders }) => liveOrders.cursor,
      event({ liveOrders: { verb, orderId, order } }) {
        const known = live.row.value?.version ?? 0
        const part = live.row.value?.parts.some((one) => one.id === orderId)
        if (
          verb === 'ready'
            ? known
            : part || (orderId === id() && (ASIDE.has(verb) || (order?.version ?? known + 1) > known))
        )
          void live.reload()
      },
      poll: live.reload,
    },
  )
  onScopeDispose(stop)
  return live
}
