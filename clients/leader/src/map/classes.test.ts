import { describe, expect, test } from 'vitest'
import { classesOf, isFew, known, median, stepOf, worstFirst } from './classes'
import type { AreaFigure } from './use-area-figures'

const row = (code: string, value: number | null, n: number): AreaFigure => ({
  area: { code, name: code, level: 'STREET' },
  value,
  n,
  lon: 113.2,
  lat: 23.1,
})

describe('classes', () => {
  test('are five of equal width, darker for more', () => {
    expect(classesOf([0, 24, 7], 'OPEN')).toEqual([
      { low: 0, high: 4, step: 1 },
      { low: 5, high: 9, step: 2 },
      { low: 10, high: 14, step: 3 },
      { low: 15, high: 19, step: 4 },
      { low: 20, high: 24, step: 5 },
    ])
  })

  test('are fewer where values are few, still from palest to darkest', () => {
    expect(classesOf([0, 1, 2], 'OVERDUE').map(({ step }) => step)).toEqual([1, 3, 5])
    expect(classesOf([4, 4], 'OPEN')).toEqual([{ low: 4, high: 4, step: 1 }])
    expect(classesOf([], 'OPEN')).toEqual([])
  })

  test('are darker where fewer people are satisfied', () => {
    const classes = classesOf([70.5, 94.9], 'SATISFACTION')
    expect(classes[0]).toEqual({ low: 90, high: 94, step: 1 })
    expect(stepOf(70.5, classes)).toBe(5)
    expect(stepOf(94.9, classes)).toBe(1)
  })

  test('hold every value they were made of', () => {
    const values = [0, 3, 3.9, 11, 17]
    const classes = classesOf(values, 'OPEN')
    expect(values.map((value) => stepOf(value, classes))).toEqual([1, 1, 1, 3, 5])
  })
})

describe('small samples', () => {
  test('count for shares only', () => {
    expect(isFew(row('1', 50, 9), 'SATISFACTION')).toBe(true)
    expect(isFew(row('1', 50, 10), 'SATISFACTION')).toBe(false)
    expect(isFew(row('1', 2, 2), 'OPEN')).toBe(false)
    expect(isFew(row('1', null, 0), 'SATISFACTION')).toBe(true)
  })

  test('are left out of what is compared and stand last', () => {
    const rows = [row('1', 90, 50), row('2', 10, 3), row('3', 80, 20), row('4', null, 0)]
    expect(known(rows, 'SATISFACTION').map(({ value }) => value)).toEqual([90, 80])
    expect(worstFirst(rows, 'SATISFACTION').map(({ area }) => area.code)).toEqual(['3', '1', '2', '4'])
    expect(worstFirst(rows.slice(0, 3), 'OPEN').map(({ area }) => area.code)).toEqual(['1', '3', '2'])
  })
})

test('the median is the middle, or between the two in the middle', () => {
  expect([median([5, 1, 3]), median([4, 1, 3, 2]), median([])]).toEqual([3, 2.5, 0])
})
