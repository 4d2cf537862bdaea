import { type LaneQuery, LiveRowsDocument, type LiveRowsSubscription, type OrderRowFragment } from '../gql/graphql'

type Page = LaneQuery['orders']

/** Every move of the cases this person may see. */
export const rowFeed = (heard: () => void = () => undefined) => ({
  doc: LiveRowsDocument,
  event: ({ liveOrders }: LiveRowsSubscription) => {
    heard()
    return { ...liveOrders, id: liveOrders.orderId, row: liveOrders.order }
  },
})

const end = (row: OrderRowFragment): number =>
  row.clock?.dueAt ? Date.parse(row.clock.dueAt) : Number.POSITIVE_INFINITY

/** As the server sorts a queue: what endangers people, then what ends first. */
export const byRisk = (a: OrderRowFragment, b: OrderRowFragment): number =>
  Number(b.danger) - Number(a.danger) || end(a) - end(b)

export type { Page }
