import { sentence } from '@sanwei/web/errors'
import { locate, NoFix } from '@sanwei/web/geo'
import { graph, Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { recall, remember } from '@sanwei/web/remember'
import { type Ref, readonly, ref, shallowRef } from 'vue'
import { PlaceAtDocument, type PlaceFragment, type PlaceInput } from '../gql/graphql.ts'

export type SpotState = 'idle' | 'locating' | 'known' | 'unknown' | 'outside'

/** Where something is: a position, and what it is called once the server has said so. */
export interface Spot {
  at: Readonly<Ref<PlaceInput | null>>
  place: Readonly<Ref<PlaceFragment | null>>
  state: Readonly<Ref<SpotState>>
  /** The sentence for an unknown or foreign place. */
  trouble: Readonly<Ref<string>>
  /** Whom to call about a place that is not ours. */
  hotline: Readonly<Ref<string>>
  /** Asks the phone. Where it cannot tell, the place last picked by hand stands in. */
  find(): Promise<void>
  /** Takes a position picked by hand. */
  choose(at: PlaceInput): Promise<void>
}

interface Remembered {
  at: PlaceInput
  place: PlaceFragment
  byHand: boolean
}

const KEY = 'spot'

/** Whether the phone tells where it is without asking the person first. */
export async function mayLocate(): Promise<boolean> {
  const answer = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null)
  return answer?.state === 'granted'
}

/** The place of a page; with `last`, it begins with the one of the last visit. */
export function useSpot({ last = false } = {}): Spot {
  const kept = JSON.parse(recall(KEY) ?? 'null') as Remembered | null
  const begin = last ? kept : null
  const at = shallowRef<PlaceInput | null>(begin?.at ?? null)
  const place = shallowRef<PlaceFragment | null>(begin?.place ?? null)
  const state = ref<SpotState>(begin ? 'known' : 'idle')
  const trouble = ref('')
  const hotline = ref('')
  /** Numbers the questions; the answer to an earlier one is dropped. */
  let asking = 0

  async function take(next: PlaceInput, byHand: boolean): Promise<void> {
    const mine = ++asking
    at.value = next
    place.value = null
    state.value = 'known'
    try {
      const come = (await graph(PlaceAtDocument, { at: next })).place
      if (mine !== asking) return
      place.value = come
      remember(KEY, JSON.stringify({ at: next, place: come, byHand } satisfies Remembered))
    } catch (failure) {
      if (mine !== asking || !(failure instanceof Refusal)) return // without network a position is enough
      state.value = 'outside'
      trouble.value = sentence(failure)
      hotline.value = String(failure.params.hotline ?? '')
    }
  }

  async function find(): Promise<void> {
    const mine = ++asking
    if (!at.value) state.value = 'locating'
    try {
      const fix = await locate()
      if (mine === asking) await take(fix, false)
    } catch (failure) {
      if (mine !== asking || !(failure instanceof NoFix)) return
      if (at.value) return
      if (kept?.byHand) return take(kept.at, true)
      state.value = 'unknown'
      trouble.value = t(`geo.${failure.why}`)
    }
  }

  return {
    at: readonly(at) as Readonly<Ref<PlaceInput | null>>,
    place,
    state: readonly(state),
    trouble: readonly(trouble),
    hotline: readonly(hotline),
    find,
    choose: (next) => take(next, true),
  }
}

/** 逢源街道, 第07网格 */
export const areaParts = ({ street, community, cell }: PlaceFragment): string[] =>
  [street?.name, cell?.name ?? community?.name].filter((name) => name !== undefined)

/** 逢源街道 · 第07网格 */
export const areaLine = (place: PlaceFragment): string => areaParts(place).join(' · ')
