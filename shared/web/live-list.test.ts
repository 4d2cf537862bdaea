import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EffectScope, effectScope } from 'vue'
import { WebSocket } from 'ws'
import type { Doc } from './graph.ts'
import type { ListPage, LiveList } from './live-list.ts'
import { grant, serve } from './test/server.ts'
import { type Frame, Station } from './test/station.ts'

interface Order {
  id: string
  version: number
  lane: string
}
interface News {
  liveOrders: { cursor: string; verb: string; orderId: string | null; order: Order | null }
}

const LIVE = 'subscription Live($since: String) { liveOrders(since: $since) { cursor } }' as unknown as Doc<
  News,
  object
>

let station: Station
let scope: EffectScope
let reads: number
let answer: () => Promise<ListPage<Order>>

const order = (id: string, version = 1, lane = 'TO_SIGN'): Order => ({ id, version, lane })
const page = (...items: Order[]): Promise<ListPage<Order>> =>
  Promise.resolve({ items, next: null, total: items.length })
const ids = (list: LiveList<Order>): string => list.rows.value.map(({ id, version }) => `${id}${version}`).join(' ')

function tell(frame: Frame, cursor: string, verb: string, row: Order | null = null, id = row?.id ?? null): void {
  station.tell(frame, { liveOrders: { cursor, verb, orderId: id, order: row } })
}

beforeEach(async () => {
  station = new Station()
  vi.stubGlobal('location', { origin: await station.origin(), reload: () => undefined })
  vi.stubGlobal('WebSocket', WebSocket) // jsdom's own does not work in Node
  serve(() => grant('token'))
  vi.resetModules()
  scope = effectScope()
  reads = 0
  answer = () => page(order('a'), order('b'))
})
afterEach(() => {
  scope.stop()
  station.close()
  vi.unstubAllGlobals()
})

async function openList(): Promise<LiveList<Order>> {
  const { useLiveList } = await import('./live-list.ts')
  const list = scope.run(() =>
    useLiveList<Order>({
      read: () => {
        reads++
        return answer()
      },
      belongs: ({ lane }) => lane === 'TO_SIGN',
      feed: {
        doc: LIVE,
        event: ({ liveOrders: { orderId, order: row, ...rest } }: News) => ({ ...rest, id: orderId, row }),
      },
    }),
  )
  if (!list) throw new Error('no scope')
  return list
}

test('it listens before it reads, and reads once when the feed is there in time', async () => {
  const list = await openList()
  const frame = await station.subscribed(1)
  expect(reads).toBe(0)
  tell(frame, '0', 'ready')
  await vi.waitFor(() => expect(ids(list)).toBe('a1 b1'))
  expect([reads, list.state.value]).toEqual([1, 'ready'])
})

test('a feed that comes late makes it read once more, for what happened in between', async () => {
  const list = await openList()
  const frame = await station.subscribed(1)
  await vi.waitFor(() => expect(ids(list)).toBe('a1 b1'))
  answer = () => page(order('c'), order('a', 2), order('b'))
  tell(frame, '5', 'ready')
  await vi.waitFor(() => expect(ids(list)).toBe('a2 b1'))
  expect([reads, list.waiting.value]).toEqual([2, 1])
  list.show()
  expect(ids(list)).toBe('c1 a2 b1')
})

test('an empty list says so all the while it is read once more', async () => {
  answer = () => page()
  const list = await openList()
  const frame = await station.subscribed(1)
  await vi.waitFor(() => expect(list.state.value).toBe('ready'))
  let come: (page: ListPage<Order>) => void = () => undefined
  answer = () =>
    new Promise((done) => {
      come = done
    })
  tell(frame, '5', 'ready')
  await vi.waitFor(() => expect(reads).toBe(2))
  expect(list.state.value).toBe('ready') // the page below it stays where it is
  come(await page(order('c')))
  await vi.waitFor(() => expect(ids(list)).toBe('c1'))
})

test('after a broken line it resumes, and reads nothing again', async () => {
  const list = await openList()
  tell(await station.subscribed(1), '0', 'ready')
  await vi.waitFor(() => expect(ids(list)).toBe('a1 b1'))
  station.sockets[0]?.terminate()
  const again = await station.subscribed(2)
  expect(again.payload?.variables).toEqual({ since: '0' })
  tell(again, '0', 'ready')
  tell(again, '1', 'order.dispatch', order('c'))
  await vi.waitFor(() => expect(list.waiting.value).toBe(1))
  expect(reads).toBe(1)
})

test('a list that cannot be read says so, and is read again when asked', async () => {
  answer = () => Promise.reject(new Error('no'))
  const list = await openList()
  await vi.waitFor(() => expect(list.state.value).toBe('failed'))
  expect(list.error.value).toEqual(new Error('no'))
  answer = () => page(order('a'))
  await list.reload()
  expect([list.state.value, ids(list), list.error.value]).toEqual(['ready', 'a1', null])
})

test('a failed rereading keeps the rows', async () => {
  const list = await openList()
  await vi.waitFor(() => expect(list.state.value).toBe('ready'))
  answer = () => Promise.reject(new Error('no'))
  await list.reload()
  expect([list.state.value, ids(list)]).toEqual(['ready', 'a1 b1'])
})

test('a page that is closed before its feed began reads nothing', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const list = await openList()
  scope.stop()
  await vi.advanceTimersByTimeAsync(1_000)
  expect([reads, list.state.value]).toEqual([0, 'loading'])
  vi.useRealTimers()
})

test('a closed page leaves the server alone', async () => {
  await openList()
  const frame = await station.subscribed(1)
  scope.stop()
  await vi.waitFor(() => expect(station.frames.at(-1)).toEqual({ type: 'complete', id: frame.id }))
})
