import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { useLiveList } from '@sanwei/web/live-list'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import {
  LaneCountsDocument,
  type LaneCountsQuery,
  LaneDocument,
  type OrderLane,
  type OrderRowFragment,
} from '../gql/graphql'
import { byRisk, rowFeed } from './order-feed'
import { useRested } from './rested'

const PAUSE_MS = 500

/** The lists of a person's home: which there are and how full is the server's word; one of them is open. */
export function useLanes() {
  const counts = shallowRef<LaneCountsQuery['laneCounts']>([])
  const lane = ref<OrderLane | ''>('')
  const search = ref('')

  async function count(): Promise<void> {
    counts.value = (await graph(LaneCountsDocument)).laneCounts
    lane.value ||= counts.value[0]?.lane ?? ''
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  const countSoon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void count().catch(() => undefined), PAUSE_MS)
  }
  onScopeDispose(() => clearTimeout(timer))

  const sought = useRested(search)
  const list = useLiveList<OrderRowFragment>({
    async read(after) {
      if (!lane.value) await count()
      const wanted = sought.value ? null : lane.value || null
      return (await graph(LaneDocument, { lane: wanted, search: sought.value, after })).orders
    },
    feed: rowFeed(countSoon),
    belongs: (row) => (sought.value ? true : !!lane.value && row.lanes.includes(lane.value) && !row.held),
    compare: byRisk,
    source: () => `${lane.value} ${sought.value}`,
    keepAs: () => `lane ${lane.value}`,
  })

  // nothing to keep still: an empty list takes what comes at once
  watch(list.waiting, (n) => {
    if (n && !list.rows.value.length) list.show()
  })

  const tabs = computed(() =>
    counts.value.map(({ lane: value, count: n }) => ({ value, label: t(`lane.${value}`), count: n })),
  )
  const name = computed(() => (sought.value ? t('queue.found') : t(`lane.${lane.value}`)))
  return { lane, search, sought, tabs, name, list, countSoon }
}

export type Lanes = ReturnType<typeof useLanes>
