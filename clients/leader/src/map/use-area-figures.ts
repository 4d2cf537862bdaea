import { cached } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import { AreaFiguresDocument, type AreaFiguresQuery, type MapMeasure } from '../gql/graphql'

export type AreaFigure = AreaFiguresQuery['areaFigures'][number]

const EVERY_MS = 30_000

export interface AreaFigures {
  rows: Readonly<Ref<readonly AreaFigure[]>>
  state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  error: Readonly<Ref<unknown>>
  reload(): Promise<void>
}

/** The areas under `parent` (one's own when null), read again every 30 s while the page is looked at. */
export function useAreaFigures(measure: () => MapMeasure, parent: () => string | null): AreaFigures {
  const rows = shallowRef<readonly AreaFigure[]>([])
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>(null)
  const key = (): string => `areas ${measure()} ${parent()}`

  async function reload(): Promise<void> {
    const asked = key()
    try {
      await cached(
        asked,
        () => graph(AreaFiguresDocument, { measure: measure(), parent: parent() }),
        (answer) => {
          if (asked !== key()) return
          rows.value = answer.areaFigures
          state.value = 'ready'
        },
      )
      error.value = null
    } catch (failure) {
      if (asked !== key()) return
      error.value = failure
      if (state.value === 'loading') state.value = 'failed'
    }
  }

  watch(
    key,
    () => {
      state.value = 'loading'
      void reload()
    },
    { immediate: true },
  )
  const timer = setInterval(() => {
    if (!document.hidden) void reload()
  }, EVERY_MS)
  onScopeDispose(() => clearInterval(timer))

  return { rows, state, error, reload }
}
