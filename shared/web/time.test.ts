import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { before, clockTime, dayOf, left, moment, now, span, urgency } from './time.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

beforeEach(() => {
  now.value = new Date('2025-11-23T06:32:00Z') // 14:32 in Guangzhou
})
afterEach(() => vi.useRealTimers())

test('clock times are those of Guangzhou, wherever the phone is', () => {
  expect(clockTime('2025-11-23T06:32:00Z')).toBe('14:32')
  expect(clockTime('2025-11-22T16:00:00Z')).toBe('00:00')
  expect(dayOf('2025-11-22T15:59:59Z')).toBe('2025-11-22')
  expect(dayOf('2025-12-31T16:00:00Z')).toBe('2026-01-01')
})

test('near days have a name, far ones a date, other years the year', () => {
  expect(moment('2025-11-23T07:20:00Z')).toBe('今天 15:20')
  expect(moment('2025-11-22T01:12:00Z')).toBe('昨天 09:12')
  expect(moment('2025-11-23T16:30:00Z')).toBe('明天 00:30')
  expect(moment('2025-11-25T10:00:00Z')).toBe('11月25日 18:00')
  expect(moment('2024-11-25T10:00:00Z')).toBe('2024年11月25日 18:00')
  expect(before('2025-11-25T10:00:00Z')).toBe('11月25日 18:00 前')
})

test('a span names its two largest units', () => {
  expect(span(2 * DAY + 3 * HOUR + 5 * MINUTE)).toBe('2天3小时')
  expect(span(3 * HOUR + 20 * MINUTE)).toBe('3小时20分')
  expect(span(3 * HOUR)).toBe('3小时')
  expect(span(2 * DAY)).toBe('2天')
  expect(span(48 * MINUTE)).toBe('48分')
  expect(span(10)).toBe('1分')
})

test('a deadline counts down, then says by how much it is over', () => {
  expect(left('2025-11-25T10:32:00Z')).toBe('还剩 2天4小时')
  expect(left('2025-11-23T03:32:00Z')).toBe('超期 3小时')
})

test('the countdown moves when the minute does', () => {
  expect(left('2025-11-23T07:20:00Z')).toBe('还剩 48分')
  now.value = new Date('2025-11-23T06:33:00Z')
  expect(left('2025-11-23T07:20:00Z')).toBe('还剩 47分')
})

test('a deadline is soon in its last quarter, or in its last two hours when its start is unknown', () => {
  expect(urgency('2025-11-24T06:32:00Z', '2025-11-20T06:32:00Z')).toBe('soon')
  expect(urgency('2025-11-24T06:33:00Z', '2025-11-20T06:32:00Z')).toBe('doing')
  expect(urgency('2025-11-23T08:32:00Z')).toBe('soon')
  expect(urgency('2025-11-23T08:33:00Z')).toBe('doing')
  expect(urgency('2025-11-23T06:31:00Z')).toBe('over')
})
