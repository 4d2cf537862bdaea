import { expect, it } from 'vitest'
import { months } from './year'

const MOVED = [
  { day: '2027-02-06', name: '春节', works: false },
  { day: '2027-01-30', name: '春节', works: true },
]

it('has every day of the year once, Mondays first', () => {
  const days = months(2027, MOVED).flatMap(({ weeks }) => weeks.flat().filter((day) => day !== null))
  expect(days.map(({ day }) => day)).toEqual([...new Set(days.map(({ day }) => day))])
  expect(days).toHaveLength(365)
  expect(months(2027, [])[0]?.weeks[0]?.map((day) => day?.n ?? 0)).toEqual([0, 0, 0, 0, 1, 2, 3])
})

it('tells a holiday and a made-up Saturday from weekends and working days', () => {
  const days = months(2027, MOVED).flatMap(({ weeks }) => weeks.flat())
  const look = (wanted: string) => days.find((day) => day?.day === wanted)?.look
  expect([look('2027-01-29'), look('2027-01-30'), look('2027-01-31'), look('2027-02-06')]).toEqual([
    'work',
    'made',
    'weekend',
    'off',
  ])
})
