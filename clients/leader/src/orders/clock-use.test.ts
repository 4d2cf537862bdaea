import { expect, test } from 'vitest'
import type { CaseClockFragment } from '../gql/graphql'
import { newestFirst, usedShare } from './clock-use'

const at = (hour: number): string => new Date(Date.UTC(2026, 10, 23, hour)).toISOString()
const clock = (facts: Partial<CaseClockFragment>): CaseClockFragment => ({
  name: 'handle',
  startedAt: at(0),
  dueAt: at(8),
  originalDueAt: at(8),
  pausedAt: null,
  pausedWhy: null,
  stoppedAt: null,
  overdue: false,
  ...facts,
})

test.each([
  ['runs', {}, 25],
  ['stopped', { stoppedAt: at(4) }, 50],
  ['paused, without an end', { dueAt: null, pausedAt: at(6) }, 75],
  ['overdue', { dueAt: at(1) }, 100],
  ['not begun by this phone', { startedAt: at(3), dueAt: at(8) }, 0],
  ['without any length', { dueAt: at(0) }, 100],
])('a clock that is %s has used its share', (_, facts, share) => {
  expect(usedShare(clock(facts), new Date(at(2)))).toBe(share)
})

test('the newest clock stands first', () => {
  const sorted = [clock({ name: 'a' }), clock({ name: 'b', startedAt: at(1) })].sort(newestFirst)
  expect(sorted.map(({ name }) => name)).toEqual(['b', 'a'])
})
