import { figureText } from '@sanwei/web/count'
import { learn } from '@sanwei/web/i18n'
import { dayName, weekdayOf } from '@sanwei/web/weekday'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FigureFragment } from '../gql/graphql'
import words from '../i18n/zh-CN.json'
import { clauseOf } from './clause'
import { noteOf } from './figure'
import { lateBy } from './late'
import { drawSpark } from './spark'

const MONDAY_NOON = '2026-11-23T04:00:00Z'

beforeAll(() => learn({ 'zh-CN': words, en: () => import('../i18n/en.json') }))

const figure = (facts: Partial<FigureFragment>): FigureFragment => ({
  key: 'OPEN',
  value: 12,
  n: 12,
  bandLow: 10,
  bandHigh: 14,
  yesterday: 12,
  series: [],
  ...facts,
})

describe('the day', () => {
  test('is the one in Shanghai, wherever the phone is', () => {
    expect(weekdayOf(new Date('2026-11-22T16:30:00Z'))).toBe(1)
    expect(weekdayOf(new Date('2026-11-22T15:30:00Z'))).toBe(7)
    expect(dayName(new Date('2026-11-22T16:30:00Z'))).toBe('11月23日 周一')
  })

  test('is said in clauses that are cut at their number', () => {
    const params = [
      { name: 'n', value: '132' },
      { name: 'weekday', value: '7' },
    ]
    expect(clauseOf({ code: 'new_usual', params })).toEqual({
      before: '今天新收 ',
      number: '132',
      after: ' 件，与平常周日差不多',
    })
  })

  test('cuts at the number it is about, not at the change', () => {
    const params = [
      { name: 'n', value: '2' },
      { name: 'change', value: '2' },
    ]
    expect(clauseOf({ code: 'overdue_less', params })).toEqual({
      before: '超期 ',
      number: '2',
      after: ' 件，比昨天少 2 件',
    })
  })
})

describe('a figure', () => {
  test('is plain digits, with one decimal at most', () => {
    expect([1234, 93.14, 0, null].map(figureText)).toEqual(['1234', '93.1', '0', '–'])
  })

  test.each<[Partial<FigureFragment>, string]>([
    [{ key: 'NEW_TODAY', bandLow: 118.2, bandHigh: 148.7 }, '平常周一 118–149'],
    [{ key: 'OPEN' }, '平常 10–14'],
    [{ key: 'OPEN', bandLow: null, bandHigh: null }, '数据还少'],
    [{ key: 'OVERDUE', value: 6, yesterday: 8 }, '平常 10–14，比昨天少 2'],
    [{ key: 'OVERDUE', value: 9, yesterday: 8 }, '平常 10–14，比昨天多 1'],
    [{ key: 'OVERDUE', value: 8, yesterday: 8 }, '平常 10–14'],
    [{ key: 'SATISFACTION', value: 93.1, n: 418, bandLow: 90, bandHigh: 94 }, 'n=418，平常 90–94'],
    [{ key: 'SATISFACTION', value: null, n: 0, bandLow: null, bandHigh: null }, 'n=0，数据还少'],
  ])('%o is noted as %s', (facts, note) => {
    expect(noteOf(figure(facts), MONDAY_NOON)).toBe(note)
  })
})

describe('a spark', () => {
  test('scales the days and the band together', () => {
    expect(drawSpark([0, 10, 5], 5, 10)).toEqual({
      line: 'M0 32L50 4L100 18',
      point: 'M100 18h0',
      band: { y: 4, height: 14 },
    })
  })

  test('leaves a gap where there is no data, and marks the last day that has some', () => {
    expect(drawSpark([1, null, 3, null], null, null)).toEqual({
      line: 'M0 32M66.7 4',
      point: 'M66.7 4h0',
      band: null,
    })
  })

  test('is level when all days are alike, and nothing without data', () => {
    expect(drawSpark([2, 2], null, null)?.line).toBe('M0 18L100 18')
    expect(drawSpark([null, null], 1, 2)).toBeNull()
  })
})

describe('a card says how late it is', () => {
  const card = { colour: 'RED' as const, acknowledgedAt: null }
  test.each([
    ['past_promise', 31 * 3600 + 5, '超承诺 31 小时'],
    ['past_promise', 59 * 60, '超承诺 59 分钟'],
    ['past_promise', 5, '超承诺 1 分钟'],
    ['danger_unattended', 40 * 60, '40 分钟无人处理'],
    ['returned_twice', null, ''],
  ])('%s by %s s: %s', (rule, overBySeconds, words) => {
    expect(lateBy({ ...card, rule, overBySeconds })).toBe(words)
  })
})
