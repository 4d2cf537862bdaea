import { cached } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { type Ref, ref, shallowRef, watch } from 'vue'
import { type RankingBy, RankingDocument, type RankingMeasure } from '../gql/graphql'
import type { Ranking } from './words'

export interface UseRanking {
  ranking: Readonly<Ref<Ranking | null>>
  state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  error: Readonly<Ref<unknown>>
  reload(): Promise<void>
}

/** A ranking of days that are over: it changes once a day, so it is read once and kept. */
export function useRanking(measure: () => RankingMeasure, by: () => RankingBy): UseRanking {
  const ranking = shallowRef<Ranking | null>(null)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>(null)
  const key = (): string => `ranking ${measure()} ${by()}`

  async function reload(): Promise<void> {
    const asked = key()
    try {
      await cached(
        asked,
        () => graph(RankingDocument, { measure: measure(), by: by() }),
        (answer) => {
          if (asked !== key()) return
          ranking.value = answer.ranking
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
  return { ranking, state, error, reload }
}
