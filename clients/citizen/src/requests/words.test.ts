import { learn } from '@sanwei/web/i18n'
import { now } from '@sanwei/web/time'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import words from '../i18n/zh-CN.json'
import { caseLine, distanceWords } from '../nearby/words.ts'
import { limitWords, nextWords, pauseWords, stepWords, titleOf, whyOver } from './words.ts'

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
  const codes = [
    'dispatch',
    'verify',
    'sign',
    'handle',
    'check',
    'close',
    'deciding',
    'resume',
    'rate',
    'supply',
    'answer',
    'reply',
    'audit',
  ]
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

test('a rest is said with its day, its reason, and that the promise runs on', () => {
  const until = '2025-11-27T10:00:00Z'
  expect(pauseWords({ why: 'SUSPENDED', until, words: '等定制井盖' })).toEqual([
    '处置计时暂停，到 11月27日 18:00 恢复',
    '原因：等定制井盖',
    '对您的承诺时间不变',
  ])
  expect(pauseWords({ why: 'ASKED', until, words: '哪个窗口？' })).toEqual([
    '想请您补充：哪个窗口？',
    '请在11月27日 18:00 前补充',
  ])
  expect(pauseWords(null)).toEqual([])
})

test('a case that was not taken up says why, in the newest words written for the person', () => {
  const step = (verb: string, opinion: string, reason: string | null = null) => ({ verb, opinion, reason })
  const told = [step('verb.order.reject', '属供电公司管理', 'not_ours'), step('verb.order.report', '')]
  expect(whyOver({ state: 'REJECTED', outcome: null, declined: null, timeline: told })).toEqual([
    '不属本平台受理范围',
    '属供电公司管理',
  ])
  const alone = [step('verb.request.refer', '请向法院反映', 'in_court')]
  expect(whyOver({ state: 'REJECTED', outcome: null, declined: 'IN_COURT', timeline: alone })).toEqual([
    '已经在法院诉讼',
    '请向法院反映',
  ])
  expect(whyOver({ state: 'RATED', outcome: 'RATED', declined: null, timeline: [] })).toEqual([])
  expect(whyOver({ state: 'CLOSED', outcome: 'UNREACHED', declined: null, timeline: [] })).toHaveLength(1)
})
