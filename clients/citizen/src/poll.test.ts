import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { EVERY_MS, whileLooking } from './poll.ts'

let hidden = false

beforeEach(() => {
  vi.useFakeTimers()
  hidden = false
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('what is looked at is read again every half minute, and when the page comes back to the front', () => {
  const read = vi.fn()
  const scope = effectScope()
  scope.run(() => whileLooking(read))
  vi.advanceTimersByTime(2 * EVERY_MS)
  expect(read).toHaveBeenCalledTimes(2)
  hidden = true
  vi.advanceTimersByTime(3 * EVERY_MS)
  expect(read).toHaveBeenCalledTimes(2)
  hidden = false
  document.dispatchEvent(new Event('visibilitychange'))
  expect(read).toHaveBeenCalledTimes(3)
  scope.stop()
  vi.advanceTimersByTime(EVERY_MS)
  document.dispatchEvent(new Event('visibilitychange'))
  expect(read).toHaveBeenCalledTimes(3)
})
