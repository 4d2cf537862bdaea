import { expect, test } from 'vitest'
import { asCsv } from './csv'

const rate = { share: 0.5, n: 10 }
const row = (name: string) => ({
  area: { code: '440103', name },
  open: null,
  newToday: 0,
  ontime: rate,
  solved: { share: null, n: null },
  medianDays: 1.5,
})

test('what is not told is empty, and no cell is a formula', () => {
  const figures = { at: '', first: '', last: '', least: 5, district: row('荔湾区'), streets: [row('=1+1 "x"')] }
  const [, first, second] = asCsv(figures).split('\r\n')
  expect(first).toBe('"荔湾区","","0","0.5","10","","","1.5"')
  expect(second?.startsWith('"\'=1+1 ""x""",')).toBe(true)
})
