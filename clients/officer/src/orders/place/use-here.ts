import { type Fix, locate, NoFix, type Point } from '@sanwei/web/geo'
import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { computed, onMounted, ref, shallowRef } from 'vue'
import { PlaceAtDocument, type PlaceFragment, type PlaceInput, SearchPlacesDocument } from '../../gql/graphql'
import { facts, gridOf } from '../words'

/** Where the officer stands: found by the phone, put right by hand, named by the server when it can be reached. */
export function useHere() {
  const at = shallowRef<PlaceInput | null>(null)
  const named = shallowRef<PlaceFragment | null>(null)
  const why = ref<NoFix['why'] | 'finding' | null>('finding')

  async function take(place: PlaceInput): Promise<void> {
    at.value = place
    named.value = null
    why.value = null
    const found = await graph(PlaceAtDocument, { at: place }).catch(() => null) // a name is a courtesy
    if (at.value === place) named.value = found?.place ?? null
  }

  async function find(): Promise<void> {
    why.value = 'finding'
    try {
      const fix: Fix = await locate()
      if (!at.value) await take(fix)
    } catch (failure) {
      why.value = failure instanceof NoFix ? failure.why : 'unavailable'
    }
  }
  onMounted(find)

  /** He has walked on since: asks the phone anew, and takes what it says. */
  async function again(): Promise<void> {
    why.value = 'finding'
    try {
      await take(await locate({ maxAgeMs: 0 }))
    } catch (failure) {
      why.value = failure instanceof NoFix ? failure.why : 'unavailable'
    }
  }

  const title = computed(() => {
    if (!at.value) return t(why.value === 'finding' ? 'here.finding' : 'here.none')
    return at.value.address || named.value?.address || (named.value && gridOf(named.value)) || t('here.found')
  })
  const detail = computed(() => {
    if (!at.value) return why.value && why.value !== 'finding' ? t(`here.${why.value}`) : ''
    const grid = named.value?.cell?.name ?? named.value?.community?.name
    return facts(grid, at.value.accuracyM != null && t('where.accuracy', { n: at.value.accuracyM }))
  })

  return { at, why, title, detail, find, again, take }
}

export const searchPlaces = async (text: string) => (await graph(SearchPlacesDocument, { text })).searchPlaces

/** What the server calls a point, for the sheet that moves the pin. */
export async function nameOf({ lon, lat }: Point): Promise<string> {
  const { place } = await graph(PlaceAtDocument, { at: { lon, lat, datum: 'WGS84' } })
  return facts(place.address, gridOf(place))
}
