import { learn } from '@sanwei/web/i18n'
import { now } from '@sanwei/web/time'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import words from '../i18n/zh-CN.json'
import { caseLine, distanceWords } from '../nearby/words.ts'
import { limitWords, nextWords, stepWords, titleOf } from './words.ts'

beforeAll(() => learn({ 'zh-CN': words, en: () => import('../i18n/en.json') }))
beforeEach(() => {
  now.value = new Date('2025-11-23T06:32:00Z') // 14:32 in Guangzhou
})

test('what comes next is said with who and by when, as far as they are known', () => {
  expect(nextWords({ code: 'check', by: '陈嘉敏', at: '2025-11-23T07:00:00Z' })).toBe(
    '接下来：网格员到场核查（陈嘉敏），今天 15:00 前',
  )
  expect(nextWords({ code: 'dispatch', by: null, at: null })).toBe('接下来：指挥中心派单')
})

test('a step that is late is said to be late', () => {
  expect(nextWords({ code: 'check', by: null, at: '2025-11-23T06:00:00Z' })).toBe(
    '接下来：网格员到场核查，本应在今天 14:00 前',
  )
})

test('every step a case can wait for has its words', () => {
  const codes = ['dispatch', 'verify', 'sign', 'handle', 'check', 'close', 'deciding', 'resume', 'rate', 'supply']
  for (const code of codes) expect(stepWords({ code, by: null, at: null })).not.toContain(code)
})

test('a case without words is called a photo', () => {
  expect(titleOf({ title: '' })).toBe('（仅照片）')
})

test('limits and distances are said with their units', () => {
  expect(limitWords(5, 'WORK_DAY')).toBe('5个工作日')
  expect([distanceWords(23), distanceWords(1234)]).toEqual(['23 米', '1.2 公里'])
})

test('a case nobody follows yet does not say so', () => {
  const one = { distanceM: 180, followers: 0 } as Parameters<typeof caseLine>[0]
  expect(caseLine(one)).toBe('180 米')
  expect(caseLine({ ...one, followers: 12 })).toBe('180 米 · 12 位街坊在关注')
})
