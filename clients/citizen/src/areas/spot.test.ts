import { grant, serve } from '@sanwei/web/test/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { areaLine, type Spot, useSpot } from './spot.ts'

const CELL = {
  address: null,
  lon: 113.237,
  lat: 23.117,
  accuracyM: 12,
  located: true,
  street: { code: '440103005', name: '逢源街道' },
  community: null,
  cell: { code: '44010300500107', name: '第07网格' },
}
const DENIED = 1

let foreign: boolean

function phoneAt(position: { lon: number; lat: number } | 'denied'): void {
  vi.stubGlobal('navigator', {
    ...navigator,
    geolocation: {
      getCurrentPosition(found: PositionCallback, failed: PositionErrorCallback) {
        if (position === 'denied') return failed({ code: DENIED } as GeolocationPositionError)
        found({ coords: { longitude: position.lon, latitude: position.lat, accuracy: 12 } } as GeolocationPosition)
      },
    },
  })
}

function open(): Spot {
  return effectScope().run(() => useSpot()) as Spot
}

beforeEach(() => {
  localStorage.clear()
  foreign = false
  serve(({ path }) => {
    if (path.startsWith('/auth')) return grant('token')
    const errors = [{ message: '', extensions: { code: 'OUTSIDE_DISTRICT', params: { hotline: '12345' } } }]
    return { json: foreign ? { errors } : { data: { place: CELL } } }
  })
})
afterEach(() => vi.unstubAllGlobals())

test('the phone says where it is, the server what that is called', async () => {
  phoneAt({ lon: 113.237, lat: 23.117 })
  const spot = open()
  await spot.find()
  expect(spot.at.value).toEqual({ lon: 113.237, lat: 23.117, datum: 'WGS84', accuracyM: 12 })
  expect(spot.place.value && areaLine(spot.place.value)).toBe('逢源街道 · 第07网格')
  expect(spot.state.value).toBe('known')
})

test('without a position the report can still be written, and the reason is said', async () => {
  phoneAt('denied')
  const spot = open()
  await spot.find()
  expect(spot.state.value).toBe('unknown')
  expect(spot.trouble.value).toContain('定位没有打开')
  expect(spot.at.value).toBeNull()
})

test('a place picked by hand stands in the next time the phone cannot tell', async () => {
  phoneAt('denied')
  await open().choose({ lon: 113.24, lat: 23.12, datum: 'WGS84' })
  const next = open()
  await next.find()
  expect(next.at.value).toEqual({ lon: 113.24, lat: 23.12, datum: 'WGS84' })
  expect(next.state.value).toBe('known')
})

test('a place the phone measured is not taken for another visit', async () => {
  phoneAt({ lon: 113.237, lat: 23.117 })
  await open().find()
  phoneAt('denied')
  const next = open()
  await next.find()
  expect(next.at.value).toBeNull()
})

test('outside the district the hotline is named', async () => {
  foreign = true
  const spot = open()
  await spot.choose({ lon: 113.5, lat: 23.1, datum: 'WGS84' })
  expect([spot.state.value, spot.hotline.value]).toEqual(['outside', '12345'])
  expect(spot.trouble.value).toContain('12345')
})

test('without network a position is enough', async () => {
  serve(() => 'no network')
  phoneAt({ lon: 113.237, lat: 23.117 })
  const spot = open()
  await spot.find()
  expect([spot.state.value, spot.place.value]).toEqual(['known', null])
})
