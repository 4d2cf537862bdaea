import { afterEach, expect, test, vi } from 'vitest'
import { distanceM, locate, moved, NoFix } from './geo.ts'

const YONGQINGFANG = { lon: 113.237, lat: 23.117 }

afterEach(() => vi.unstubAllGlobals())

test('five metres are five metres, in every direction', () => {
  for (const [north, east] of [
    [5, 0],
    [-5, 0],
    [0, 5],
    [0, -5],
  ] as const) {
    expect(distanceM(YONGQINGFANG, moved(YONGQINGFANG, north, east))).toBeCloseTo(5, 3)
  }
  expect(moved(YONGQINGFANG, 5, 0).lat).toBeGreaterThan(YONGQINGFANG.lat)
  expect(moved(YONGQINGFANG, 0, 5).lon).toBeGreaterThan(YONGQINGFANG.lon)
})

test('a tenth of a degree of latitude is about eleven kilometres', () => {
  expect(distanceM(YONGQINGFANG, { lon: 113.237, lat: 23.217 })).toBeCloseTo(11_119.5, 0)
})

test('a position comes with its datum and its accuracy in whole metres', async () => {
  const coords = { longitude: 113.237, latitude: 23.117, accuracy: 11.7 }
  vi.stubGlobal('navigator', {
    geolocation: { getCurrentPosition: (done: (fix: unknown) => void) => done({ coords }) },
  })
  expect(await locate()).toEqual({ lon: 113.237, lat: 23.117, datum: 'WGS84', accuracyM: 12 })
})

test.each([
  [1, 'denied'],
  [2, 'unavailable'],
  [3, 'timeout'],
])('cause %i is told as %s', async (code, why) => {
  const getCurrentPosition = (_done: unknown, fail: (cause: unknown) => void): void => fail({ code })
  vi.stubGlobal('navigator', { geolocation: { getCurrentPosition } })
  await expect(locate()).rejects.toEqual(new NoFix(why as 'denied'))
  await expect(locate()).rejects.toMatchObject({ why })
})
