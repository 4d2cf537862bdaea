import { graph } from '@sanwei/web/graph'
import { computed, nextTick, ref, shallowRef, watch } from 'vue'
import { CaseDocument, type OrderCaseFragment, type OrderRowFragment } from '../gql/graphql'
import { useSteps } from './case/steps'
import type { Lanes } from './lanes'

type State = 'loading' | 'ready' | 'failed'

/** The case in hand beside its queue: there is always one while the queue holds any, and the next is read ahead. */
export function useHand(lanes: Lanes) {
  const { list } = lanes
  const id = ref<string | null>(null)
  const order = shallowRef<OrderCaseFragment | null>(null)
  const state = ref<State>('loading')
  const error = shallowRef<unknown>(null)
  const ahead = new Map<string, Promise<OrderCaseFragment>>()

  const place = computed(() => list.rows.value.findIndex((row) => row.id === id.value))
  const read = async (wanted: string): Promise<OrderCaseFragment> => (await graph(CaseDocument, { id: wanted })).order

  async function load(): Promise<void> {
    const wanted = id.value
    if (!wanted) {
      order.value = null
      return
    }
    if (order.value?.id !== wanted) state.value = 'loading'
    try {
      const found = await (ahead.get(wanted) ?? read(wanted))
      if (wanted !== id.value) return
      order.value = found
      state.value = 'ready'
      readAhead()
    } catch (failure) {
      if (wanted !== id.value) return
      error.value = failure
      state.value = 'failed'
    } finally {
      ahead.delete(wanted)
    }
  }

  /** The next case is fetched while this one is read, so that it is there when this one is done. */
  function readAhead(): void {
    const next = list.rows.value[place.value + 1]
    ahead.clear()
    if (!next) return
    const coming = read(next.id)
    coming.catch(() => ahead.delete(next.id))
    ahead.set(next.id, coming)
  }

  function open(wanted: string): void {
    if (id.value === wanted) return
    id.value = wanted
  }

  function move(by: 1 | -1): void {
    const next = list.rows.value[place.value + by]
    if (next) open(next.id)
  }

  let last = 0
  watch(
    () => list.rows.value,
    (rows) => {
      if (place.value >= 0) last = place.value
      else id.value = rows[Math.min(last, rows.length - 1)]?.id ?? null
    },
    { immediate: true },
  )
  watch(id, load, { immediate: true })
  watch(
    () => list.rows.value[place.value]?.version,
    (version) => {
      if (version && order.value?.id === id.value && version > order.value.version) void load()
    },
  )

  const steps = useSteps(() => order.value ?? undefined, {
    async moved(row: OrderRowFragment) {
      list.put(row)
      lanes.countSoon()
      if (id.value === row.id) await load()
      await nextTick()
      document.getElementById('case')?.focus()
      scrollTo({ top: 0 })
    },
    refused: () => void load(),
    async back(orderId) {
      lanes.countSoon()
      await list.reload()
      if (id.value === orderId) await load()
      else open(orderId)
    },
  })

  return { id, order, state, error, place, open, move, load, steps }
}

export type Hand = ReturnType<typeof useHand>
