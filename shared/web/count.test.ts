import { expect, test } from 'vitest'
import { counted } from './count'

test('a total is the number until the server stops counting', () => {
  expect([0, 9_999, 10_000].map(counted)).toEqual(['0', '9999', '10000+'])
})
