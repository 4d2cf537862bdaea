import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { toast } from '@sanwei/web/toast'
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
  /** True while the next case that appears is to be gone to. */
  let arriving = false
  /** The case this person moved last: it leaves the list without a word. */
  let own: string | null = null

  const place = computed(() => list.rows.value.findIndex((row) => row.id === id.value))
  const read = async (wanted: string): Promise<OrderCaseFragment> => (await graph(CaseDocument, { id: wanted })).order

  async function load(): Promise<void> {
    const wanted = id.value
    if (!wanted) {
      order.value = null
      return
    }
    if (order.value?.id !== wanted) state.value = 'loading'
    const early = ahead.get(wanted)
    ahead.delete(wanted)
    try {
      const found = await (early ?? read(wanted))
      if (wanted !== id.value) return
      order.value = found
      state.value = 'ready'
      if (early && found.coming)
        void load() // it may have come since
      else readAhead()
      void arrive()
    } catch (failure) {
      if (wanted !== id.value) return
      error.value = failure
      state.value = 'failed'
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
    id.value = wanted
  }

  /** Opens a case and goes to its heading, once it is there. */
  function goTo(wanted: string): void {
    arriving = true
    if (order.value?.id === wanted) void arrive()
    else open(wanted)
  }

  async function arrive(): Promise<void> {
    if (!arriving) return
    arriving = false
    await nextTick()
    scrollTo({ top: 0 })
    document.getElementById('case')?.focus({ preventScroll: true })
  }

  function move(by: 1 | -1): void {
    const next = list.rows.value[place.value + by]
    if (next) open(next.id)
  }

  /** The row in hand as it was last seen in the list, and where. */
  let last: { row: OrderRowFragment; at: number } | null = null
  watch(
    () => list.rows.value,
    (rows) => {
      const at = place.value
      const row = rows[at]
      if (row) {
        last = { row, at }
        return
      }
      if (last && last.row.id === id.value && last.row.id !== own) toast(t('queue.left', { title: last.row.title }))
      id.value = rows[Math.min(last?.at ?? 0, rows.length - 1)]?.id ?? null
    },
    { immediate: true },
  )
  watch(id, load, { immediate: true })
  watch(
    () => list.rows.value[place.value],
    (row) => {
      const known = order.value
      if (!row || known?.id !== row.id) return
      if (row.version > known.version || row.held?.id !== known.held?.id || known.coming) void load()
    },
  )

  const steps = useSteps(() => order.value ?? undefined, {
    async moved(row: OrderRowFragment) {
      own = row.id
      arriving = true
      list.put(row)
      lanes.countSoon()
      await nextTick()
      if (id.value === row.id) await load()
    },
    refused: () => void load(),
    async back(orderId) {
      lanes.countSoon()
      await list.reload()
      if (id.value === orderId) await load()
      else open(orderId)
    },
  })

  return { id, order, state, error, place, open, goTo, move, load, steps }
}

export type Hand = ReturnType<typeof useHand>
