import { graph } from '@sanwei/web/graph'
import { type Feed, type LiveList, useLiveList } from '@sanwei/web/live-list'
import {
  LiveSupervisionsDocument,
  type LiveSupervisionsSubscription,
  type SupervisionRowFragment,
  SupervisionsDocument,
} from '../gql/graphql'

const feed: Feed<SupervisionRowFragment> = {
  doc: LiveSupervisionsDocument,
  event: ({ liveSupervisions: { cursor, verb, supervisionId, supervision } }: LiveSupervisionsSubscription) => ({
    cursor,
    verb,
    id: supervisionId,
    row: supervision,
  }),
}

export const isOver = ({ state }: SupervisionRowFragment): boolean => state === 'CLOSED' || state === 'CANCELLED'

export interface Wanted {
  /** Leaves out those that are over. */
  open: boolean
  /** Of one case only. */
  orderId?: string
  /** Only those this leader issued. */
  mine?: boolean
}

/** Supervisions in this leader's area, the newest first, kept live. */
export function useSupervisions(wanted: () => Wanted): LiveList<SupervisionRowFragment> {
  const key = (): string => Object.values(wanted()).join(' ')
  return useLiveList<SupervisionRowFragment>({
    read: async (after) =>
      (await graph(SupervisionsDocument, { orderId: null, mine: false, ...wanted(), after })).supervisions,
    feed,
    belongs(row) {
      const { open, orderId } = wanted()
      return !(open && isOver(row)) && (!orderId || row.order?.id === orderId)
    },
    source: key,
    keepAs: () => `supervisions ${key()}`,
  })
}

/** Those that are late stand first; otherwise as they came. */
export const lateFirst = (rows: readonly SupervisionRowFragment[]): readonly SupervisionRowFragment[] =>
  [...rows].sort((a, b) => Number(b.overdue) - Number(a.overdue))
