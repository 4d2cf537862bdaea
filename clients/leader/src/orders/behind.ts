import { graph } from '@sanwei/web/graph'
import { type LiveList, useLiveList } from '@sanwei/web/live-list'
import { BehindDocument, type BoardFigureKey, type CaseRowFragment, type OrderSort } from '../gql/graphql'
import { rowFeed } from './row-feed'

export interface Wanted {
  figure: BoardFigureKey
  /** An area code; null is the whole of this leader's area. */
  area: string | null
  search: string
  sort: OrderSort
}

const isIn = ({ place }: CaseRowFragment, area: string | null): boolean =>
  !area || [place.street, place.community, place.cell].some((part) => part?.code.startsWith(area))

/** The very cases behind a figure, kept live. */
export function useBehind(wanted: () => Wanted): LiveList<CaseRowFragment> {
  /** Only the server can tell whether words match: a search takes in no row it did not bring. */
  const brought = new Set<string>()
  const key = (): string => Object.values(wanted()).join(' ')

  return useLiveList<CaseRowFragment>({
    async read(after) {
      const { orders } = await graph(BehindDocument, { ...wanted(), after })
      if (!after) brought.clear()
      for (const { id } of orders.items) brought.add(id)
      return orders
    },
    feed: rowFeed,
    belongs(row) {
      const { figure, area, search } = wanted()
      return row.figures.includes(figure) && isIn(row, area) && (!search || brought.has(row.id))
    },
    source: key,
    keepAs: () => `orders ${key()}`,
  })
}
