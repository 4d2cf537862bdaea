export interface Point {
  lon: number
  lat: number
}

/** A position as the phone measured it, in the shape the server takes. */
export interface Fix extends Point {
  datum: 'WGS84'
  accuracyM: number
}

export type NoFixWhy = 'denied' | 'unavailable' | 'timeout' | 'unsupported'

/** The phone could not say where it is; `why` chooses the words. */
export class NoFix extends Error {
  readonly why: NoFixWhy

  constructor(why: NoFixWhy) {
    super(why)
    this.name = 'NoFix'
    this.why = why
  }
}

const EARTH_M = 6_371_008.8
const M_PER_DEGREE = (EARTH_M * Math.PI) / 180
const CAUSES: NoFixWhy[] = ['unavailable', 'denied', 'unavailable', 'timeout']

/** Asks the phone where it is. A position up to half a minute old will do, unless told otherwise. Throws NoFix. */
export function locate({ timeoutMs = 8_000, maxAgeMs = 30_000 } = {}): Promise<Fix> {
  return new Promise((done, fail) => {
    if (!navigator.geolocation) return fail(new NoFix('unsupported'))
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        done({ lon: coords.longitude, lat: coords.latitude, datum: 'WGS84', accuracyM: Math.round(coords.accuracy) }),
      ({ code }) => fail(new NoFix(CAUSES[code] ?? 'unavailable')),
      { enableHighAccuracy: true, timeout: timeoutMs, maximumAge: maxAgeMs },
    )
  })
}

/** The point so many metres to the north and east; negative numbers lead south and west. */
export function moved({ lon, lat }: Point, northM: number, eastM: number): Point {
  const shrink = Math.cos((lat * Math.PI) / 180)
  return { lon: lon + eastM / (M_PER_DEGREE * shrink), lat: lat + northM / M_PER_DEGREE }
}

/** Metres between two points, along the ground. */
export function distanceM(a: Point, b: Point): number {
  const rad = (degrees: number): number => (degrees * Math.PI) / 180
  const [dLat, dLon] = [rad(b.lat - a.lat), rad(b.lon - a.lon)]
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.sqrt(h))
}
