import { graph } from '@sanwei/web/graph'
import type { Feed } from '@sanwei/web/live-list'
import { type LiveOne, useLiveOne } from '@sanwei/web/live-one'
import { isTold, outbox } from '@sanwei/web/outbox'
import { watch } from 'vue'
import {
  LiveRequestCaseDocument,
  type LiveRequestCaseSubscription,
  type RateRequestMutation,
  RequestCaseDocument,
  type RequestCaseFragment,
  type SupplyRequestMutation,
} from '../../gql/graphql.ts'

const feed: Feed<RequestCaseFragment> = {
  doc: LiveRequestCaseDocument,
  event: ({ liveRequests: { cursor, verb, requestId, request } }: LiveRequestCaseSubscription) => ({
    cursor,
    verb,
    id: requestId,
    row: request,
  }),
}

/** One of the person's own cases, live, and kept on the phone. What the outbox sends for it is taken in as well. */
export function useCase(id: () => string): LiveOne<RequestCaseFragment> {
  const one = useLiveOne<RequestCaseFragment>({
    id,
    read: async (wanted) => (await graph(RequestCaseDocument, { id: wanted })).request,
    feed,
    keepAs: (wanted) => `case/${wanted}`,
  })
  watch(
    () => outbox.ops.value.filter((op) => op.subject === id() && isTold(op)).pop()?.result,
    (result) => {
      const { supplyRequest, rateRequest } = (result ?? {}) as Partial<SupplyRequestMutation & RateRequestMutation>
      const come = supplyRequest ?? rateRequest
      if (come) one.put(come)
    },
  )
  return one
}
