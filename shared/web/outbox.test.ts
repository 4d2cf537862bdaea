import { Blob as CopyableBlob } from 'node:buffer'
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Doc } from './graph.ts'
import type { Op } from './outbox.ts'
import type { Photo } from './photos.ts'
import { grant, type Heard, serve } from './test/server.ts'
import { PART_BYTES } from './upload.ts'

const REPORT = 'mutation Report($input: ReportProblem!) { reportProblem(input: $input) { no } }'
const SENDERS = { report: REPORT as unknown as Doc<unknown, never> }

type Reply = Awaited<ReturnType<Parameters<typeof serve>[0]>>

let answer: (heard: Heard) => Reply | Promise<Reply>
let log: Heard[]

const ok: typeof answer = ({ path }) => {
  if (path.startsWith('/auth')) return grant('token')
  if (path.startsWith('/files')) return { status: 201, json: {} }
  return { json: { data: { reportProblem: { no: 'LW20251123-0007' } } } }
}
const offline: typeof answer = () => 'no network'
const refuse =
  (code: string): typeof answer =>
  (heard) =>
    heard.path === '/graphql'
      ? { json: { errors: [{ message: code, extensions: { code, params: { limitM: 50 }, field: 'place' } }] } }
      : ok(heard)

/** A page that was just opened on this phone: the modules are new, the database is the phone's. */
async function openPage() {
  vi.resetModules()
  const kit = await import('./outbox.ts')
  await kit.openOutbox(SENDERS)
  await kit.outbox.flush()
  return kit.outbox
}

const photo = (id: string): Photo => ({
  id,
  blob: new Blob(['x'.repeat(3000)], { type: 'image/jpeg' }),
  url: '',
  takenAt: null,
})
const states = (ops: readonly Op[]): string[] => ops.map(({ title, state }) => `${title} ${state}`)
const sent = (): string[] => log.filter(({ path }) => !path.startsWith('/auth')).map(({ path }) => path)

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('Blob', CopyableBlob) // a browser's database copies blobs, jsdom's cannot
  answer = ok
  log = serve((heard) => answer(heard))
})
afterEach(() => vi.unstubAllGlobals())

test('an act is sent at once when there is network, photos first', async () => {
  const outbox = await openPage()
  const op = await outbox.send('report', { input: { id: 'r1' } }, { title: '井盖', photos: [photo('p1'), photo('p2')] })
  expect(op).toMatchObject({ state: 'done', progress: 100, result: { reportProblem: { no: 'LW20251123-0007' } } })
  expect(sent()).toEqual(['/files/p1', '/files/p2', '/graphql'])
  expect(log.at(-1)?.body).toEqual({ query: REPORT, variables: { input: { id: 'r1' } } })
  expect(outbox.pending.value).toBe(0)
})

test('without network it waits, survives the page, and is sent on the next visit', async () => {
  answer = offline
  const before = await openPage()
  const op = await before.send('report', { input: { id: 'r1' } }, { title: '井盖', photos: [photo('p1')] })
  expect(op.state).toBe('waiting')

  answer = ok
  const after = await openPage()
  await vi.waitFor(() => expect(states(after.ops.value)).toEqual(['井盖 done']))
  expect(after.ops.value[0]?.id).toBe(op.id)
  expect(log.at(-1)?.body).toMatchObject({ variables: { input: { id: 'r1' } } })
})

test('an act a busy server turned away waits by itself and is sent again under the same id', async () => {
  const json = { errors: [{ message: 'OVERLOADED', extensions: { code: 'OVERLOADED', params: { retryAfter: 1 } } }] }
  answer = (heard) => (heard.path === '/graphql' ? { status: 503, json } : ok(heard))
  const outbox = await openPage()
  expect((await outbox.send('report', { input: { id: 'r1' } }, { title: '井盖' })).state).toBe('waiting')
  answer = ok
  await outbox.flush()
  expect(states(outbox.ops.value)).toEqual(['井盖 done'])
  const asked = log.filter(({ path }) => path === '/graphql')
  expect(asked.map(({ body }) => body)).toEqual([asked[0]?.body, asked[0]?.body])
})

test('a photo that arrived is not sent again after the network broke', async () => {
  answer = (heard) => (heard.path === '/files/p2' ? 'no network' : ok(heard))
  const outbox = await openPage()
  const op = await outbox.send('report', {}, { title: '井盖', photos: [photo('p1'), photo('p2')] })
  expect(op).toMatchObject({ state: 'waiting', progress: 43 }) // 3000 of 7024 bytes
  answer = ok
  await outbox.flush()
  expect(sent()).toEqual(['/files/p1', '/files/p2', '/files/p2', '/graphql'])
})

test('a done act keeps its result and lets go of its photos', async () => {
  const outbox = await openPage()
  const op = await outbox.send('report', {}, { title: '井盖', photos: [photo('p1')] })
  expect(op.photos).toEqual([{ id: 'p1', blob: null, bytes: 3000, sent: true }])
})

test('acts are sent in the order they were made', async () => {
  answer = offline
  const outbox = await openPage()
  for (const id of ['a', 'b', 'c']) await outbox.send('report', { id }, { title: id })
  answer = ok
  log.length = 0
  await outbox.flush()
  expect(
    log
      .filter(({ path }) => path === '/graphql')
      .map(({ body }) => (body as { variables: { id: string } }).variables.id),
  ).toEqual(['a', 'b', 'c'])
})

test('a refused act needs the person, keeps everything, and does not hold up the others', async () => {
  answer = refuse('TOO_FAR')
  const outbox = await openPage()
  const op = await outbox.send('report', { id: 'a' }, { title: 'a', photos: [photo('p1')] })
  expect(op).toMatchObject({
    state: 'needs-you',
    refusal: { code: 'TOO_FAR', params: { limitM: 50 }, field: 'place' },
    variables: { id: 'a' },
  })
  expect(op.photos[0]?.blob?.size).toBe(3000)
  answer = ok
  await outbox.send('report', { id: 'b' }, { title: 'b' })
  expect(states(outbox.ops.value)).toEqual(['a needs-you', 'b done'])
  expect(outbox.pending.value).toBe(1)
})

test('a refused act goes again only when the person says so, with what was changed', async () => {
  answer = refuse('TOO_FAR')
  const outbox = await openPage()
  const op = await outbox.send('report', { id: 'a' }, { title: 'a' })
  answer = ok
  log.length = 0
  await outbox.flush()
  expect(sent()).toEqual([])
  await outbox.retry(op.id, { id: 'a', place: 'here' })
  expect(states(outbox.ops.value)).toEqual(['a done'])
  expect(log.at(-1)?.body).toMatchObject({ variables: { id: 'a', place: 'here' } })
})

test('an act on a subject waits for the earlier one on it', async () => {
  answer = refuse('STALE_VERSION')
  const outbox = await openPage()
  await outbox.send('report', {}, { title: 'verify', subject: 'order-1' })
  answer = ok
  await outbox.send('report', {}, { title: 'finish', subject: 'order-1' })
  await outbox.send('report', {}, { title: 'other', subject: 'order-2' })
  expect(states(outbox.ops.value)).toEqual(['verify needs-you', 'finish waiting', 'other done'])
})

test('a failure of the system is not the person’s business: the act waits and the others go on', async () => {
  answer = (heard) => {
    const broken = heard.path === '/graphql' && JSON.stringify(heard.body).includes('"bad"')
    return broken ? { status: 500, json: { errors: [{ message: 'x', extensions: { code: 'INTERNAL' } }] } } : ok(heard)
  }
  const outbox = await openPage()
  await outbox.send('report', { id: 'bad' }, { title: 'bad' })
  await outbox.send('report', { id: 'good' }, { title: 'good' })
  expect(states(outbox.ops.value)).toEqual(['bad waiting', 'good done'])
})

test('nothing is deleted but by the person', async () => {
  answer = refuse('TOO_FAR')
  const outbox = await openPage()
  const op = await outbox.send('report', {}, { title: 'a' })
  expect((await openPage()).ops.value).toHaveLength(1)
  const again = await openPage()
  await again.discard(op.id)
  expect(again.ops.value).toEqual([])
  expect((await openPage()).ops.value).toEqual([])
})

test('done acts leave the list after a day', async () => {
  const outbox = await openPage()
  await outbox.send('report', {}, { title: 'a' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 23 * 3_600_000 })
  expect((await openPage()).ops.value).toHaveLength(1)
  vi.setSystemTime(Date.now() + 2 * 3_600_000)
  expect((await openPage()).ops.value).toHaveLength(0)
  vi.useRealTimers()
})

test('two tabs never send the same act twice', async () => {
  let turn: Promise<unknown> = Promise.resolve()
  const request = (_name: string, _options: unknown, run: () => Promise<unknown>): Promise<unknown> => {
    turn = turn.then(run)
    return turn
  }
  vi.stubGlobal('navigator', { onLine: true, locks: { request } })
  answer = offline
  const first = await openPage()
  await first.send('report', {}, { title: 'a' })
  const second = await openPage()
  answer = ok
  log.length = 0
  await Promise.all([first.flush(), second.flush()])
  expect(log.filter(({ path }) => path === '/graphql')).toHaveLength(1)
  expect(states(second.ops.value)).toEqual(['a done'])
})

test('an act made while others are being sent is sent in the same go', async () => {
  const outbox = await openPage()
  const [a, b] = await Promise.all(['a', 'b'].map((id) => outbox.send('report', { id }, { title: id })))
  expect([a?.state, b?.state]).toEqual(['done', 'done'])
})

test('without a database acts are sent all the same', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new Error('forbidden')
    },
  })
  const outbox = await openPage()
  expect(await outbox.send('report', {}, { title: 'a', photos: [photo('p1')] })).toMatchObject({ state: 'done' })
  expect(sent()).toEqual(['/files/p1', '/graphql'])
})

/** Too large for one part. */
const large = (id: string): Photo => ({
  ...photo(id),
  blob: new Blob([new Uint8Array(PART_BYTES * 2 + 50_000)], { type: 'image/jpeg' }),
})
const ranges = (): (string | null)[] => log.filter(({ method }) => method === 'PUT').map(({ range }) => range)

test('a large photo goes in parts, and a killed page goes on where the server is', async () => {
  const total = PART_BYTES * 2 + 50_000
  const spans = [0, 1, 2].map((n) => `bytes ${n * PART_BYTES}-${Math.min((n + 1) * PART_BYTES, total) - 1}/${total}`)
  answer = (heard) => (heard.range === spans[1] ? 'no network' : ok(heard))
  const first = await openPage()
  const op = await first.send('report', { input: { id: 'r1' } }, { title: '井盖', photos: [large('p1')] })
  expect([op.state, op.progress]).toEqual(['waiting', 42])
  answer = (heard) =>
    heard.method === 'HEAD' ? { status: 200, headers: { 'upload-offset': String(PART_BYTES) } } : ok(heard)
  log.length = 0
  const again = await openPage()
  expect(ranges()).toEqual(spans.slice(1))
  expect(states(again.ops.value)).toEqual(['井盖 done'])
})

test('told where the file ends on the server, it goes on from there', async () => {
  let told = false
  answer = (heard) => {
    if (!heard.range || told) return ok(heard)
    told = true
    return { status: 409, json: { code: 'WRONG_OFFSET', params: { offset: PART_BYTES } } }
  }
  const outbox = await openPage()
  const op = await outbox.send('report', { input: { id: 'r1' } }, { title: '井盖', photos: [large('p1')] })
  expect([op.state, ranges().length]).toEqual(['done', 3])
})

const words = { title: '井盖', ahead: true }
const NUMBER = { reportProblem: { no: 'LW20251123-0007' } }

test('words that go ahead have their number before the photos, which are part of the same act', async () => {
  let letThrough = (): void => undefined
  const held = new Promise<void>((done) => {
    letThrough = done
  })
  answer = async (heard) => {
    if (heard.path === '/files/p1') await held
    return ok(heard)
  }
  const outbox = await openPage()
  const op = await outbox.send('report', {}, { ...words, photos: [photo('p1'), photo('p2')] })
  expect([op.state, op.result, outbox.pending.value]).toEqual(['sending', NUMBER, 1])
  letThrough()
  await vi.waitFor(() => expect(states(outbox.ops.value)).toEqual(['井盖 done']))
  expect(sent()).toEqual(['/graphql', '/files/p1', '/files/p2'])
})

test('killed between the words and the photos, it goes on with the photos alone', async () => {
  answer = (heard) => (heard.path === '/files/p2' ? 'no network' : ok(heard))
  const before = await openPage()
  await before.send('report', {}, { ...words, photos: [photo('p1'), photo('p2')] })
  await vi.waitFor(() => expect(before.ops.value[0]).toMatchObject({ state: 'waiting', result: NUMBER }))
  expect(before.ops.value[0]?.photos.map(({ blob }) => blob?.size)).toEqual([undefined, 3000])
  answer = ok
  log.length = 0
  const after = await openPage()
  expect(sent()).toEqual(['/files/p2'])
  expect(states(after.ops.value)).toEqual(['井盖 done'])
})

test('everybody’s words go before anybody’s photos, and what is written meanwhile too', async () => {
  answer = offline
  const outbox = await openPage()
  await outbox.send('report', { id: 'verify' }, { title: 'verify', photos: [photo('v')] })
  for (const id of ['a', 'b']) await outbox.send('report', { id }, { title: id, ahead: true, photos: [photo(id)] })
  const acts: string[] = []
  answer = (heard) => {
    const [, said] = /"id":"(\w+)"/.exec(JSON.stringify(heard.body)) ?? []
    if (!heard.path.startsWith('/auth')) acts.push(said ?? heard.path)
    if (heard.path === '/files/v')
      void outbox.send('report', { id: 'c' }, { title: 'c', ahead: true, photos: [photo('c')] })
    return ok(heard)
  }
  await outbox.flush()
  expect(acts).toEqual(['a', 'b', '/files/v', 'c', 'verify', '/files/a', '/files/b', '/files/c'])
})

test('a photo that is refused needs the person, and the act stays told', async () => {
  const json = { code: 'NOT_AN_IMAGE', params: {} }
  answer = (heard) => (heard.path === '/files/p1' ? { status: 400, json } : ok(heard))
  const outbox = await openPage()
  await outbox.send('report', {}, { ...words, subject: 'order-1', photos: [photo('p1')] })
  await vi.waitFor(() => expect(states(outbox.ops.value)).toEqual(['井盖 needs-you']))
  expect(outbox.ops.value[0]).toMatchObject({ result: NUMBER, refusal: { code: 'NOT_AN_IMAGE' } })
  await outbox.send('report', {}, { title: 'next', subject: 'order-1' })
  expect(states(outbox.ops.value)).toEqual(['井盖 needs-you', 'next done'])
  answer = ok
  log.length = 0
  await outbox.retry(outbox.ops.value[0]?.id ?? '')
  await vi.waitFor(() => expect(outbox.pending.value).toBe(0))
  expect(sent()).toEqual(['/files/p1'])
})

test('a refused act that goes ahead has sent no photo', async () => {
  answer = refuse('TOO_FAR')
  const outbox = await openPage()
  const op = await outbox.send('report', {}, { ...words, photos: [photo('p1')] })
  expect([op.state, op.photos[0]?.blob?.size, sent()]).toEqual(['needs-you', 3000, ['/graphql']])
})

test('acts without photos do not wait for the photos of others, but for an earlier act on their subject', async () => {
  answer = offline
  const outbox = await openPage()
  await outbox.send('report', { id: 'verify' }, { title: 'verify', subject: 's', photos: [photo('v')] })
  await outbox.send('report', { id: 'note' }, { title: 'note', subject: 's' })
  await outbox.send('report', { id: 'other' }, { title: 'other' })
  const acts: string[] = []
  answer = (heard) => {
    if (!heard.path.startsWith('/auth')) acts.push(/"id":"(\w+)"/.exec(JSON.stringify(heard.body))?.[1] ?? heard.path)
    return ok(heard)
  }
  await outbox.flush()
  expect(acts).toEqual(['other', '/files/v', 'verify', 'note'])
})
