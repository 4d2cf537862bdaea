import { describe, expect, test } from 'vitest'
import { classesOf, isFew, known, median, stepOf, worstFirst } from './classes'
import type { AreaFigure } from './use-area-figures'

const row = (code: string, value: number | null, n: number): AreaFigure => ({
  area: { code, name: code, level: 'STREET' },
  value,
  n,
  per10k: value === null ? null : value / 10,
  lon: 113.2,
  lat: 23.1,
})

describe('classes', () => {
  test('are five of equal width, darker for more', () => {
    expect(classesOf([0, 24, 7], 'count')).toEqual([
      { low: 0, high: 4, step: 1 },
      { low: 5, high: 9, step: 2 },
      { low: 10, high: 14, step: 3 },
      { low: 15, high: 19, step: 4 },
      { low: 20, high: 24, step: 5 },
    ])
  })

  test('are fewer where values are few, still from palest to darkest', () => {
    expect(classesOf([0, 1, 2], 'count').map(({ step }) => step)).toEqual([1, 3, 5])
    expect(classesOf([4, 4], 'count')).toEqual([{ low: 4, high: 4, step: 1 }])
    expect(classesOf([], 'count')).toEqual([])
  })

  test('are darker where fewer people are satisfied', () => {
    const classes = classesOf([70.5, 94.9], 'share')
    expect(classes[0]).toEqual({ low: 90, high: 94, step: 1 })
    expect(stepOf(70.5, classes, 'share')).toBe(5)
    expect(stepOf(94.9, classes, 'share')).toBe(1)
  })

  test('hold every value they were made of', () => {
    const values = [0, 3, 3.9, 11, 17]
    const classes = classesOf(values, 'count')
    expect(values.map((value) => stepOf(value, classes, 'count'))).toEqual([1, 1, 1, 3, 5])
  })
})

test('rates are told to a tenth', () => {
  const classes = classesOf([0.3, 1.2], 'rate')
  expect(classes.map(({ low, high }) => [low, high])).toEqual([
    [0.3, 0.4],
    [0.5, 0.6],
    [0.7, 0.8],
    [0.9, 1],
    [1.1, 1.2],
  ])
  expect([0.3, 1.05, 1.2].map((value) => stepOf(value, classes, 'rate'))).toEqual([1, 5, 5])
})

describe('small samples', () => {
  test('count for shares and rates only', () => {
    expect(isFew(row('1', 50, 9), 'rate')).toBe(true)
    expect(isFew(row('1', 50, 10), 'rate')).toBe(false)
    expect(isFew(row('1', 50, 9), 'share')).toBe(true)
    expect(isFew(row('1', 50, 10), 'share')).toBe(false)
    expect(isFew(row('1', 2, 2), 'count')).toBe(false)
    expect(isFew(row('1', null, 0), 'share')).toBe(true)
  })

  test('are left out of what is compared and stand last', () => {
    const rows = [row('1', 90, 50), row('2', 10, 3), row('3', 80, 20), row('4', null, 0)]
    expect(known(rows, 'share').map(({ value }) => value)).toEqual([90, 80])
    expect(worstFirst(rows, 'share').map(({ area }) => area.code)).toEqual(['3', '1', '2', '4'])
    expect(worstFirst(rows.slice(0, 3), 'count').map(({ area }) => area.code)).toEqual(['1', '3', '2'])
  })
})

test('the median is the middle, or between the two in the middle', () => {
  expect([median([5, 1, 3]), median([4, 1, 3, 2]), median([])]).toEqual([3, 2.5, 0])
})
