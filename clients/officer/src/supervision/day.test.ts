import { expect, test } from 'vitest'
import { dayOf } from './day'

const now = new Date('2026-11-28T03:00:00Z')

test('a day is the one of the city, and never past', () => {
  expect(dayOf('2026-11-28T16:30:00Z', now)).toBe('2026-11-29')
  expect(dayOf('2026-11-20T16:30:00Z', now)).toBe('2026-11-28')
})
