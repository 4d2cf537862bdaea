import { cached } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { type Ref, ref, shallowRef, watch } from 'vue'
import { NearbyDocument, type PlaceInput, type PublicCaseFragment } from '../gql/graphql.ts'
import { whileLooking } from '../poll.ts'

export interface Nearby {
  cases: Readonly<Ref<readonly PublicCaseFragment[]>>
  state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  error: Readonly<Ref<unknown>>
  reload(): Promise<void>
}

/** The open cases around a place, nearest first. */
export function useNearby(at: () => PlaceInput | null): Nearby {
  const cases = shallowRef<readonly PublicCaseFragment[]>([])
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>(null)

  async function reload(): Promise<void> {
    const place = at()
    if (!place) return
    const { lon, lat, datum } = place
    try {
      await cached(
        'nearby',
        () => graph(NearbyDocument, { at: { lon, lat, datum } }),
        (data) => {
          cases.value = data.nearby
          state.value = 'ready'
        },
      )
      error.value = null
    } catch (failure) {
      error.value = failure
      if (state.value === 'loading') state.value = 'failed'
    }
  }

  watch(at, reload, { immediate: true })
  whileLooking(reload)
  return { cases, state, error, reload }
}
