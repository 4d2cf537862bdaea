import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Doc } from './graph.ts'
import { grant, type Heard, serve } from './test/server.ts'
import { type Frame, Station } from './test/station.ts'

type News = { news: { cursor: string; text: string } }
const NEWS = 'subscription News($since: String) { news(since: $since) { cursor text } }' as unknown as Doc<
  News,
  { since?: string | null }
>

const news = (cursor: string): News => ({ news: { cursor, text: `news ${cursor}` } })

/** What a proxy that forbids upgrades looks like to the page. */
class BlockedSocket {
  onclose: ((event: { code: number; reason: string }) => void) | null = null

  constructor() {
    queueMicrotask(() => this.onclose?.({ code: 1006, reason: '' }))
  }

  close(): void {}
}

let station: Station
let kit: typeof import('./follow.ts')
let stop: () => void = () => undefined
let tokens: number

beforeEach(async () => {
  station = new Station()
  tokens = 0
  vi.stubGlobal('location', { origin: await station.origin(), reload: () => undefined })
  vi.stubGlobal('WebSocket', WebSocket) // jsdom's own does not work in Node
  serve(() => grant(`token-${++tokens}`))
  vi.resetModules()
  kit = await import('./follow.ts')
})
afterEach(() => {
  stop()
  station.close()
  vi.unstubAllGlobals()
})

function listen(options: Partial<Parameters<typeof kit.follow<News, object>>[2]> = {}): string[] {
  const heard: string[] = []
  stop = kit.follow(
    NEWS,
    {},
    { event: ({ news }) => heard.push(news.text), cursor: ({ news }) => news.cursor, ...options },
  )
  return heard
}

test('news arrive, with the access token in the first frame', async () => {
  const heard = listen()
  const frame = await station.subscribed(1)
  station.tell(frame, news('1'))
  await vi.waitFor(() => expect(heard).toEqual(['news 1']))
  expect(station.frames[0]).toMatchObject({ type: 'connection_init', payload: { token: 'token-1' } })
  expect(frame.payload?.variables).toEqual({})
  expect(kit.connection.state).toBe('live')
})

test('after a broken line it resumes from the last cursor', async () => {
  const heard = listen()
  station.tell(await station.subscribed(1), news('41'))
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  station.sockets[0]?.terminate()
  await vi.waitFor(() => expect(kit.connection.state).toBe('retry'))
  const again = await station.subscribed(2)
  expect(again.payload?.variables).toEqual({ since: '41' })
  station.tell(again, news('42'))
  await vi.waitFor(() => expect(heard).toEqual(['news 41', 'news 42']))
  expect(kit.connection.state).toBe('live')
})

test('a line closed for its token is taken up with a new one, at once and without a word', async () => {
  const chips: string[] = []
  station.admit = (token) => (token === 'token-1' ? 4401 : 'open')
  listen()
  const began = Date.now()
  await station.subscribed(1)
  chips.push(kit.connection.state)
  expect(Date.now() - began).toBeLessThan(900) // the shortest wait of a retry
  expect(tokens).toBe(2)
  expect(chips).toEqual(['live'])
})

test('when the server cannot resume from a cursor, the follower is told and begins anew', async () => {
  const refused: string[] = []
  const heard = listen({ refused: ({ code }) => refused.push(code) })
  station.tell(await station.subscribed(1), news('7'))
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  station.refuse(station.subscriptions[0] as Frame, 'CURSOR_TOO_OLD')
  const again = await station.subscribed(2)
  expect(refused).toEqual(['CURSOR_TOO_OLD'])
  expect(again.payload?.variables).toEqual({})
})

test('told that it reads too slowly, it follows again from its cursor without a word', async () => {
  const refused: string[] = []
  const heard = listen({ refused: ({ code }) => refused.push(code) })
  const first = await station.subscribed(1)
  station.tell(first, news('7'))
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  station.resync(first)
  const again = await station.subscribed(2)
  expect(refused).toEqual([])
  expect(again.payload?.variables).toEqual({ since: '7' })
})

test('from a process that leaves it moves to another within a second, and goes on', async () => {
  const heard = listen()
  station.tell(await station.subscribed(1), news('7'))
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  const began = Date.now()
  station.sockets[0]?.close(1001, 'Going away')
  const again = await station.subscribed(2)
  expect(Date.now() - began).toBeLessThan(1_500)
  expect(again.payload?.variables).toEqual({ since: '7' })
  station.tell(again, news('8'))
  await vi.waitFor(() => expect(heard).toEqual(['news 7', 'news 8']))
})

test('a house that is full is left alone for seconds', async () => {
  station.admit = () => 1013
  listen()
  await vi.waitFor(() => expect(station.sockets).toHaveLength(1))
  await new Promise((done) => setTimeout(done, 1_200)) // an ordinary failure would be back by now
  expect(station.sockets).toHaveLength(1)
})

test('where websockets are blocked and nothing streams it polls, and the chip says so', async () => {
  vi.stubGlobal('WebSocket', BlockedSocket)
  vi.useFakeTimers()
  let polls = 0
  listen({ poll: () => polls++ })
  await vi.advanceTimersByTimeAsync(12_000)
  expect(kit.connection.state).toBe('polling')
  const before = polls
  await vi.advanceTimersByTimeAsync(45_000)
  expect(polls - before).toBe(3)
  vi.useRealTimers()
})

/** A server of event streams: what each was asked, and a way to speak on the last one. */
function streams(): { asked: Heard[]; say(text: string): void; end(): void } {
  const asked: Heard[] = []
  let line: ReadableStreamDefaultController<Uint8Array> | undefined
  serve((heard) => {
    if (heard.path !== '/graphql') return heard.path === '/healthz' ? {} : grant(`token-${++tokens}`)
    asked.push(heard)
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        line = controller
      },
    })
    return { body, headers: { 'content-type': 'text/event-stream' } }
  })
  return {
    asked,
    say: (text) => line?.enqueue(new TextEncoder().encode(text)),
    end: () => line?.close(),
  }
}

describe('where websockets are blocked', () => {
  let blocked: boolean

  beforeEach(() => {
    blocked = true
    const open = function open(url: string, protocol: string): unknown {
      return blocked ? new BlockedSocket() : new WebSocket(url, protocol)
    }
    vi.stubGlobal('WebSocket', Object.assign(open, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }))
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  const variables = ({ body }: Heard): unknown => (body as { variables: unknown }).variables

  test('it listens to an event stream, goes on from its cursor when that breaks, and the chip says so', async () => {
    const server = streams()
    const heard = listen()
    await vi.advanceTimersByTimeAsync(4_000)
    expect(variables(server.asked[0] as Heard)).toEqual({})
    server.say(`event: next\r\ndata: ${JSON.stringify({ data: news('7') })}\r\n\r\n: ping\r\n\r\nevent: ne`)
    await vi.advanceTimersByTimeAsync(10)
    expect([heard, kit.connection.state]).toEqual([['news 7'], 'stream'])
    server.say(`xt\ndata: ${JSON.stringify({ data: news('8') })}\n\n`)
    await vi.advanceTimersByTimeAsync(3_000)
    server.end()
    await vi.advanceTimersByTimeAsync(1_100)
    expect(variables(server.asked[1] as Heard)).toEqual({ since: '8' })
    expect(heard).toEqual(['news 7', 'news 8'])
  })

  test('a stream that says nothing is no stream: it polls', async () => {
    const server = streams()
    let polls = 0
    listen({ poll: () => polls++ })
    await vi.advanceTimersByTimeAsync(24_000)
    expect([server.asked.length, kit.connection.state]).toEqual([2, 'polling'])
    expect(polls).toBeGreaterThan(0)
  })

  test('a server that is away blocks nothing: the socket is tried again and again', async () => {
    serve(({ path }) => (path.startsWith('/auth') ? grant(`token-${++tokens}`) : 'no network'))
    let polls = 0
    listen({ poll: () => polls++ })
    await vi.advanceTimersByTimeAsync(60_000)
    expect([polls, kit.connection.state]).toEqual([0, 'off'])
  })

  test('when sockets work again it goes back up, with its cursor', async () => {
    const server = streams()
    const heard = listen()
    await vi.advanceTimersByTimeAsync(4_000)
    server.say(`event: next\ndata: ${JSON.stringify({ data: news('7') })}\n\n`)
    await vi.advanceTimersByTimeAsync(10)
    blocked = false
    vi.useRealTimers()
    dispatchEvent(new Event('online'))
    const frame = await station.subscribed(1)
    expect(frame.payload?.variables).toEqual({ since: '7' })
    station.tell(frame, news('8'))
    await vi.waitFor(() => expect([heard, kit.connection.state]).toEqual([['news 7', 'news 8'], 'live']))
  })
})

test('a stopped follower hears nothing more and leaves the server alone', async () => {
  const heard = listen()
  const frame = await station.subscribed(1)
  stop()
  await vi.waitFor(() => expect(station.frames.at(-1)).toMatchObject({ type: 'complete', id: frame.id }))
  expect(heard).toEqual([])
})
