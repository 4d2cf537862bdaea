import { expect, test } from 'vitest'
import { takenOf } from './exif.ts'

const takenAt = async (file: Blob): Promise<Date | null> => (await takenOf(file)).at

/** A JPEG head with one EXIF segment: a directory that points to the EXIF directory, and in it the date. */
function jpeg(text: string, little: boolean): Blob {
  const view = new DataView(new ArrayBuffer(100))
  view.setUint16(0, 0xffd8)
  view.setUint16(2, 0xffe1)
  view.setUint16(4, 90)
  view.setUint32(6, 0x45786966)
  const tiff = 12
  const entry = (at: number, tag: number, value: number): void => {
    view.setUint16(tiff + at, 1, little)
    view.setUint16(tiff + at + 2, tag, little)
    view.setUint32(tiff + at + 10, value, little)
  }
  view.setUint16(tiff, little ? 0x4949 : 0x4d4d)
  view.setUint16(tiff + 2, 42, little)
  view.setUint32(tiff + 4, 8, little)
  entry(8, 0x8769, 26)
  entry(26, 0x9003, 44)
  for (const [index, letter] of [...text].entries()) view.setUint8(tiff + 44 + index, letter.charCodeAt(0))
  return new Blob([view.buffer])
}

test.each([true, false])('reads when a photo was taken, in either byte order', async (little) => {
  expect(await takenAt(jpeg('2025:11:23 09:12:05', little))).toEqual(new Date('2025-11-23T01:12:05Z'))
})

test('knows no time where there is none', async () => {
  expect(await takenAt(new Blob(['not a photo']))).toBeNull()
  expect(await takenAt(new Blob([]))).toBeNull()
  expect(await takenAt(jpeg('    :  :     :  :  ', true))).toBeNull()
  expect(await takenAt(jpeg('2025:11:23 09:12:05', true).slice(0, 40))).toBeNull()
})

/** A JPEG head that says where: the first directory points to the GPS directory, that to three fractions each. */
function located(little: boolean, ref: string): Blob {
  const view = new DataView(new ArrayBuffer(180))
  view.setUint16(0, 0xffd8)
  view.setUint16(2, 0xffe1)
  view.setUint16(4, 170)
  view.setUint32(6, 0x45786966)
  const tiff = 12
  const entries = (at: number, list: [tag: number, value: number | string][]): void => {
    view.setUint16(tiff + at, list.length, little)
    for (const [n, [tag, value]] of list.entries()) {
      view.setUint16(tiff + at + 2 + n * 12, tag, little)
      if (typeof value === 'string') view.setUint8(tiff + at + 10 + n * 12, value.charCodeAt(0))
      else view.setUint32(tiff + at + 10 + n * 12, value, little)
    }
  }
  const fractions = (at: number, ...values: number[]): void => {
    for (const [n, value] of values.entries()) {
      view.setUint32(tiff + at + n * 8, Math.round(value * 100), little)
      view.setUint32(tiff + at + n * 8 + 4, 100, little)
    }
  }
  view.setUint16(tiff, little ? 0x4949 : 0x4d4d)
  view.setUint32(tiff + 4, 8, little)
  entries(8, [[0x8825, 26]])
  entries(26, [
    [1, 'N'],
    [2, 90],
    [3, ref],
    [4, 114],
  ])
  fractions(90, 23, 7, 1.2)
  fractions(114, 113, 14, 13.2)
  return new Blob([view.buffer])
}

test.each([true, false])('reads where a photo was taken, in either byte order', async (little) => {
  const { where, at } = await takenOf(located(little, 'E'))
  expect(where?.lat).toBeCloseTo(23.117, 6)
  expect(where?.lon).toBeCloseTo(113.237, 6)
  expect(at).toBeNull()
  expect((await takenOf(located(little, 'W'))).where?.lon).toBeCloseTo(-113.237, 6)
})
