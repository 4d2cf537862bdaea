import { percent } from '@sanwei/web/count'
import { learn } from '@sanwei/web/i18n'
import { took } from '@sanwei/web/reports'
import { beforeAll, describe, expect, test } from 'vitest'
import type { RankingRowFragment } from '../gql/graphql'
import words from '../i18n/zh-CN.json'
import { findingOf, type Ranking, scaleOf, span, trend } from './words'

beforeAll(() => learn({ 'zh-CN': words, en: () => import('../i18n/en.json') }))

const row = (name: string, facts: Partial<RankingRowFragment> = {}): RankingRowFragment => ({
  key: name,
  unit: { id: name, name },
  area: null,
  part: 45,
  n: 50,
  share: 0.9,
  adjusted: 0.9,
  low: 0.79,
  high: 0.957,
  funnelLow: 0.72,
  funnelHigh: 0.98,
  band: 'ALIKE',
  before: null,
  beforeN: 0,
  medianMinutes: 90,
  p90Minutes: 3000,
  ...facts,
})
const ranking = (...rows: RankingRowFragment[]): Ranking => ({ rows }) as Ranking

describe('the finding', () => {
  test('names who clearly differs and says that the others do not', () => {
    const found = findingOf(ranking(row('甲', { band: 'BETTER' }), row('乙'), row('丙', { band: 'WORSE' })))
    expect(found).toEqual({ said: '甲明显较好，丙明显较差。', rest: '其余有重叠，分不出先后。' })
  })
  test('counts them when there are many', () => {
    const three = ['甲', '乙', '丙'].map((name) => row(name, { band: 'BETTER' }))
    expect(findingOf(ranking(...three))).toEqual({ said: '3 个明显较好。', rest: '' })
  })
  test('says so when nobody differs, or nobody has enough cases', () => {
    expect(findingOf(ranking(row('甲'))).said).toBe('彼此没有显著差异，不分先后。')
    expect(findingOf(ranking(row('甲', { band: 'FEW' }))).said).toBe('样本都不足 30 件，不排先后。')
  })
})

test('the scale holds everything that is drawn, in whole tens', () => {
  const scale = scaleOf([row('甲'), row('乙', { band: 'FEW', low: 0 })])
  expect([scale.low, scale.high]).toEqual([expect.closeTo(0.7), 1])
  expect(scale.at(0.85)).toBe('50%')
})

test('shares and times in words', () => {
  expect([percent(0.9416), percent(null), span(0.913, 0.957), span(null, 1)]).toEqual(['94.2%', '–', '91–96', ''])
  expect([45, 90, 3000, null].map(took)).toEqual(['45 分钟', '1.5 小时', '2.1 天', '–'])
})

test.each([
  [0.88, '比自己前 30 天高 2 个百分点'],
  [0.93, '比自己前 30 天低 3 个百分点'],
  [0.9, '与自己前 30 天持平'],
  [null, ''],
])('its own trend: before %s', (before, said) => {
  expect(trend(row('甲', { before }))).toBe(said)
})
