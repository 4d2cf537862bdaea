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

/** The lists of a person's home: which there are and how full is the server's word; one of them is open. `jump` opens the first that holds something. */
export function useLanes({ jump = false } = {}) {
  const counts = shallowRef<LaneCountsQuery['laneCounts']>([])
  const lane = ref<OrderLane | ''>('')
  const search = ref('')

  async function count(): Promise<void> {
    counts.value = (await graph(LaneCountsDocument)).laneCounts
    const [first] = counts.value
    const full = first && jump ? (counts.value.find(({ count: n }) => n) ?? first) : first
    lane.value ||= full?.lane ?? ''
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
    belongs: (row) => (sought.value ? true : !!lane.value && row.lanes.includes(lane.value)),
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
  const name = computed(() => t(sought.value ? 'queue.found' : lane.value ? `lane.${lane.value}` : 'queue.cases'))
  return { lane, search, sought, tabs, name, list, countSoon }
}

export type Lanes = ReturnType<typeof useLanes>
