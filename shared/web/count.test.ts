import { expect, test } from 'vitest'
import { counted, figureText, percent } from './count'

test('a total is the number until the server stops counting', () => {
  expect([0, 9_999, 10_000].map(counted)).toEqual(['0', '9999', '10000+'])
})

test('a share and a figure have one decimal, a whole figure none', () => {
  expect([0, 0.9425, 1, null].map(percent)).toEqual(['0.0%', '94.3%', '100.0%', '–'])
  expect([132, 93.14, 12_345.67, null].map(figureText)).toEqual(['132', '93.1', '12345.7', '–'])
})
