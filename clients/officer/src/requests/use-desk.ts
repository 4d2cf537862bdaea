import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { useLiveList } from '@sanwei/web/live-list'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import {
  DeskCountsDocument,
  type DeskCountsQuery,
  type DeskLane,
  DeskRequestsDocument,
  type DeskRowFragment,
  type RequestKind,
} from '../gql/graphql'
import { useRested } from '../orders/rested'
import { deskFeed } from './feed'

const PAUSE_MS = 500

/** The lists of one's desk and how long they are, counted again a moment after something moved. */
export function useCounts() {
  const counts = shallowRef<DeskCountsQuery['deskCounts']>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  async function count(): Promise<void> {
    counts.value = (await graph(DeskCountsDocument)).deskCounts
  }
  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void count().catch(() => undefined), PAUSE_MS)
  }
  onScopeDispose(() => clearTimeout(timer))
  return { counts, count, soon }
}

/** Which list is open stands in the address, so that the way back leads to it. */
export function useDesk() {
  const [route, router] = [useRoute(), useRouter()]
  const { counts, count, soon } = useCounts()
  const search = ref('')
  const sought = useRested(search)
  const kind = ref<RequestKind | ''>('')
  const [mayFile, mayExport] = [ref(false), ref(false)]

  const first = computed(() => (counts.value.find(({ count: n, waits }) => n && waits) ?? counts.value[0])?.lane)
  const begun = ref<DeskLane | ''>('')
  const lane = computed<DeskLane | ''>({
    get: () => (route.query.lane as DeskLane | undefined) ?? begun.value,
    set: (chosen) => void router.replace({ query: { ...route.query, lane: chosen } }),
  })

  const list = useLiveList<DeskRowFragment>({
    async read(after) {
      if (!counts.value.length) await count()
      begun.value ||= first.value ?? ''
      const wanted = sought.value ? null : lane.value || null
      const found = await graph(DeskRequestsDocument, {
        lane: wanted,
        kind: kind.value || null,
        search: sought.value,
        after,
      })
      mayFile.value = found.deskRequests.mayFile
      mayExport.value = found.deskRequests.mayExport
      return found.deskRequests
    },
    feed: deskFeed(soon),
    belongs: (row) =>
      (!kind.value || row.kind === kind.value) && (!!sought.value || !lane.value || row.lanes.includes(lane.value)),
    source: () => `${lane.value} ${kind.value} ${sought.value}`,
  })

  // nothing to keep still: an empty list takes what comes at once
  watch(list.waiting, (n) => {
    if (n && !list.rows.value.length) list.show()
  })

  const tabs = computed(() =>
    counts.value.map(({ lane: value, count: n }) => ({ value, label: t(`desk.${value}`), count: n })),
  )
  const name = computed(() => (sought.value || !lane.value ? t('queue.found') : t(`desk.${lane.value}`)))
  /** What is on the screen, in the words of the export. */
  const shown = computed(() => ({
    lane: (!sought.value && lane.value.toLowerCase()) || null,
    kind: kind.value.toLowerCase() || null,
    search: sought.value,
  }))
  return { lane, search, sought, kind, tabs, name, list, mayFile, mayExport, shown, soon }
}

export type Desk = ReturnType<typeof useDesk>
