import { expect, test } from 'vitest'
import { comingDay } from './day'

const now = new Date('2026-11-28T03:00:00Z')

test('a day is the one of the city, and never past', () => {
  expect(comingDay('2026-11-28T16:30:00Z', now)).toBe('2026-11-29')
  expect(comingDay('2026-11-20T16:30:00Z', now)).toBe('2026-11-28')
})
