import { graph } from '@sanwei/web/graph'
import { type Feed, useLiveList } from '@sanwei/web/live-list'
import {
  LiveSupervisionsDocument,
  type LiveSupervisionsSubscription,
  type SupervisionFragment,
  SupervisionsDocument,
} from '../gql/graphql'

const feed: Feed<SupervisionFragment> = {
  doc: LiveSupervisionsDocument,
  event: ({ liveSupervisions: { supervision, supervisionId, ...rest } }: LiveSupervisionsSubscription) => ({
    ...rest,
    id: supervisionId,
    row: supervision,
  }),
}

const isOver = ({ state }: SupervisionFragment): boolean => state === 'CLOSED' || state === 'CANCELLED'

/** Open supervisions, of one case or of all one may see, kept live. `mine`: those this person ends. */
export function useSupervisions(wanted: () => { orderId?: string; mine?: boolean }) {
  return useLiveList<SupervisionFragment>({
    read: async (after) =>
      (await graph(SupervisionsDocument, { orderId: null, mine: false, ...wanted(), after })).supervisions,
    feed,
    belongs: (row) => !isOver(row) && (!wanted().orderId || row.order?.id === wanted().orderId),
    source: () => Object.values(wanted()).join(' '),
    keepAs: () => `supervisions ${Object.values(wanted()).join(' ')}`,
  })
}
