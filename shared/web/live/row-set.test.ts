import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CALM_MS } from './calm.ts'
import { TINT_MS } from './row.ts'
import { type RowSet, rowSet } from './row-set.ts'

interface Order {
  id: string
  version: number
  lane: string
}

let set: RowSet<Order>

const order = (id: string, version = 1, lane = 'TO_DISPATCH'): Order => ({ id, version, lane })
const hear = (row: Order | null, id = row?.id): boolean => set.hear({ cursor: '1', verb: 'order.x', id, row })
const shown = (): string[] => set.rows.value.map(({ id, version }) => `${id}${version}`)

beforeEach(() => {
  vi.useFakeTimers()
  set = rowSet<Order>({ belongs: ({ lane }) => lane === 'TO_DISPATCH' })
  set.fill({ items: [order('a'), order('b')], next: null, total: 2 })
})
afterEach(() => {
  set.stop()
  vi.useRealTimers()
})

test('a new row waits behind the pill and moves nothing', () => {
  expect(hear(order('c'))).toBe(true)
  expect(shown()).toEqual(['a1', 'b1'])
  expect(set.waiting.value).toBe(1)
  set.show()
  expect(shown()).toEqual(['c1', 'a1', 'b1'])
  expect([set.waiting.value, set.total.value]).toEqual([0, 3])
})

test('the same news twice counts once', () => {
  hear(order('c'))
  expect(hear(order('c'))).toBe(false)
  expect(hear(order('c', 2))).toBe(false)
  expect(set.waiting.value).toBe(1)
  set.show()
  expect(shown()).toEqual(['c2', 'a1', 'b1'])
})

test('of two copies the higher version stays, whichever comes last', () => {
  hear(order('a', 3))
  hear(order('a', 2))
  expect(shown()).toEqual(['a3', 'b1'])
  set.fill({ items: [order('a', 2), order('b', 2)], next: null, total: 2 })
  expect(shown()).toEqual(['a3', 'b2'])
})

test('a changed row is tinted for a moment', () => {
  hear(order('a', 2))
  expect([...set.changed]).toEqual(['a'])
  vi.advanceTimersByTime(TINT_MS)
  expect([...set.changed]).toEqual([])
})

describe('a row that left the list', () => {
  test('shows its new state in its place, and goes when the hand is off the screen', () => {
    hear(order('a', 2, 'IN_HAND'))
    expect(set.rows.value[0]).toEqual(order('a', 2, 'IN_HAND'))
    vi.advanceTimersByTime(CALM_MS - 1)
    dispatchEvent(new Event('pointermove'))
    vi.advanceTimersByTime(CALM_MS - 1)
    expect(shown()).toEqual(['a2', 'b1'])
    vi.advanceTimersByTime(1)
    expect(shown()).toEqual(['b1'])
    expect(set.total.value).toBe(1)
  })

  test('stays when it comes back in time', () => {
    hear(order('a', 2, 'IN_HAND'))
    hear(order('a', 3))
    vi.advanceTimersByTime(CALM_MS)
    expect(shown()).toEqual(['a3', 'b1'])
  })

  test('goes too when the server no longer shows it to this person', () => {
    hear(null, 'b')
    vi.advanceTimersByTime(CALM_MS)
    expect(shown()).toEqual(['a1'])
  })

  test('is not let in later if it was still waiting', () => {
    hear(order('c'))
    hear(order('c', 2, 'IN_HAND'))
    expect(set.waiting.value).toBe(0)
  })
})

test('this person’s own act takes effect at once', () => {
  set.put(order('a', 2, 'IN_HAND'))
  expect(shown()).toEqual(['b1'])
  set.put(order('d'))
  expect(shown()).toEqual(['d1', 'b1'])
  set.drop(['d'])
  expect(shown()).toEqual(['b1'])
  expect(set.total.value).toBe(1)
})

test('a fresh reading is merged without moving anything', () => {
  set.mend({ items: [order('c'), order('b', 2)], next: null, total: 2 })
  expect(shown()).toEqual(['a1', 'b2'])
  expect(set.waiting.value).toBe(1)
  vi.advanceTimersByTime(CALM_MS)
  expect(shown()).toEqual(['b2'])
})

test('a reading that is only the head of a longer list takes no row away', () => {
  set.mend({ items: [order('b')], next: 'cursor', total: 40 })
  vi.advanceTimersByTime(CALM_MS)
  expect(shown()).toEqual(['a1', 'b1'])
})

test('a page that overlaps what is shown doubles nothing', () => {
  hear(order('c'))
  set.append({ items: [order('b'), order('c')], next: null, total: 3 })
  expect(shown()).toEqual(['a1', 'b1', 'c1'])
  expect(set.waiting.value).toBe(0)
})

test('let in rows stand where the order says', () => {
  set.stop()
  set = rowSet<Order>({ belongs: () => true, compare: (a, b) => (a.id < b.id ? -1 : 1) })
  set.fill({ items: [order('b'), order('d')], next: null, total: 2 })
  hear(order('c'))
  set.show()
  expect(shown()).toEqual(['b1', 'c1', 'd1'])
})
