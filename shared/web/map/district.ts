import { keep, kept } from '../cache.ts'
import type { Point } from '../geo.ts'
import { sendForJson } from '../http.ts'

/** A point in whole hundred-thousandths of a degree, `[lon, lat]`. */
type At = readonly [number, number]
/** A ring or line: its first point, then the step to each next one. */
type Flat = readonly number[]

export interface Area {
  code: string
  name: string
  at: At
  rings: readonly Flat[]
}

/** The packed map of the district, as the server gives it. */
export interface District {
  fictional: boolean
  note: string
  district: Area
  streets: readonly Area[]
  communities: readonly Area[]
  cells: readonly Area[]
  water: readonly { name: string; rings: readonly Flat[] }[]
  roads: readonly { name: string; at: At; line: Flat }[]
  landmarks: readonly { name: string; at: At }[]
}

export type LatLng = [lat: number, lng: number]

const UNIT = 100_000
const NAME = 'map'

let asked: Promise<District> | undefined

/** The map, asked once a visit; without network the one kept from an earlier visit. */
export function district(): Promise<District> {
  asked ??= fetchDistrict().catch((failure: unknown) => {
    asked = undefined
    throw failure
  })
  return asked
}

async function fetchDistrict(): Promise<District> {
  try {
    const map = await sendForJson<District>('/map/district.json')
    void keep(NAME, map)
    return map
  } catch (failure) {
    const old = await kept<District>(NAME)
    if (old) return old.data
    throw failure
  }
}

export const latLng = ([lon, lat]: At): LatLng => [lat / UNIT, lon / UNIT]

export const pointAt = ([lon, lat]: At): Point => ({ lon: lon / UNIT, lat: lat / UNIT })

/** The points of a ring or line. */
export function unroll(flat: Flat): LatLng[] {
  const points: LatLng[] = []
  let [lon, lat] = [0, 0]
  for (let index = 0; index + 1 < flat.length; index += 2) {
    lon += flat[index] ?? 0
    lat += flat[index + 1] ?? 0
    points.push(latLng([lon, lat]))
  }
  return points
}
