import { beforeEach, expect, test, vi } from 'vitest'
import type { PlaceFragment } from '../gql/graphql'
import chinese from '../i18n/zh-CN.json'

const NOON = new Date('2026-03-02T04:00:00Z') // Monday, 12:00 in Guangzhou

beforeEach(() => vi.useFakeTimers({ now: NOON }))

async function words() {
  vi.resetModules()
  const { learn } = await import('@sanwei/web/i18n')
  await learn({ 'zh-CN': chinese, en: () => import('../i18n/en.json') })
  return import('./words')
}

const place = (part: Partial<PlaceFragment>): PlaceFragment => ({ located: true, ...part }) as PlaceFragment

test('lists say the clock for today and the day for the rest', async () => {
  const { shortMoment } = await words()
  expect(shortMoment('2026-03-02T06:06:00Z')).toBe('14:06')
  expect(shortMoment('2026-03-01T06:06:00Z')).toBe('昨天 14:06')
  expect(shortMoment('2026-02-20T06:06:00Z')).toBe('2月20日 14:06')
})

test('distances are metres up to a kilometre', async () => {
  const { metres } = await words()
  expect([metres(119.6), metres(999), metres(1234)]).toEqual(['120 米', '999 米', '1.2 公里'])
})

test('a place is its address, else its grid, else honestly unknown', async () => {
  const { whereIs } = await words()
  const street = { code: '440103006', name: '逢源街道' }
  const cell = { code: '440103006103005', name: '第19网格' }
  expect(whereIs(place({ address: '恩宁路99号', street, cell }))).toBe('恩宁路99号')
  expect(whereIs(place({ street, cell }))).toBe('逢源街道 第19网格')
  expect(whereIs(place({}))).toBe('位置不明')
})

test('of several steps of a kind the last one counts', async () => {
  const { latest } = await words()
  const steps = [
    { verb: 'verb.order.return', at: '2026-03-01T00:00:00Z' },
    { verb: 'verb.order.refuse_return', at: '2026-03-03T00:00:00Z' },
    { verb: 'verb.order.return', at: '2026-03-02T00:00:00Z' },
  ]
  expect(latest(steps, /\.order\.return$/)).toBe(steps[2])
  expect(latest(steps, /\.order\.close$/)).toBeUndefined()
})

test('a limit names its unit of time', async () => {
  const { limitOf } = await words()
  const rule = {
    id: 'r',
    condition: '',
    closeCondition: '',
    limitValue: 2,
    limitUnit: 'WORK_DAY' as const,
    legalBasis: null,
    collectionNotes: null,
  }
  expect(limitOf(rule)).toBe('2 个工作日')
})
