import { learn } from '@sanwei/web/i18n'
import { beforeAll, expect, test } from 'vitest'
import words from '../i18n/zh-CN.json'
import { type Covered, findingOf, leastFirst, stepOf } from './words'

const row = (code: string, visited: number, required: number, missed = 0): Covered => ({
  area: { code, name: code, level: 'STREET' },
  visited,
  required,
  percent: required ? (100 * visited) / required : null,
  missed,
  onDuty: 1,
  officers: 2,
  tasks: 0,
})

beforeAll(() => learn({ 'zh-CN': words, en: () => import('../i18n/en.json') }))

test('what was walked least comes first, and what was not planned last', () => {
  const rows = [row('1', 0, 0), row('2', 9, 10), row('3', 1, 10), row('4', 1, 10, 3)]
  expect(leastFirst(rows).map(({ area }) => area.code)).toEqual(['4', '3', '2', '1'])
})

test('the sentence adds up, and says when nothing was planned', () => {
  expect(findingOf([row('1', 2, 3), row('2', 0, 0)])).toBe('应巡 3 处，走到 2 处，66.7%；现在在岗 2 人，共 4 人。')
  expect(findingOf([row('1', 0, 0)])).toBe('这段时间没有巡查计划；现在在岗 1 人，共 2 人。')
})

test('the ramp is darker for less', () => {
  expect([100, 81, 80, 50, 0, null].map(stepOf)).toEqual([1, 1, 2, 3, 5, 0])
})
