import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Doc } from './graph.ts'
import { grant, type Heard, serve } from './test/server.ts'

const ME = 'query Me { me { name } }' as unknown as Doc<{ me: { name: string } }, Record<string, never>>

let kit: typeof import('./graph.ts')

beforeEach(async () => {
  vi.resetModules() // the session lives in the module: every test begins signed out
  kit = await import('./graph.ts')
})
afterEach(() => vi.unstubAllGlobals())

const isGraph = ({ path }: Heard): boolean => path === '/graphql'

test('a new visitor gets a guest session, then the answer', async () => {
  const log = serve(({ path }) => {
    if (path === '/auth/citizen/guest') return grant('first')
    return { json: { data: { me: { name: '访客' } } } }
  })
  expect(await kit.graph(ME)).toEqual({ me: { name: '访客' } })
  expect(log.map(({ path }) => path)).toEqual(['/auth/citizen/guest', '/graphql'])
  expect(log.at(-1)?.authorization).toBe('Bearer first')
})

test('a document is named by its text, in a built app by its identifier', async () => {
  const log = serve(({ path }) => (path.startsWith('/auth') ? grant('t') : { json: { data: { me: { name: 'x' } } } }))
  await kit.graph(ME)
  await kit.graph(`sha256:${'0'.repeat(64)}` as unknown as typeof ME)
  expect(log.filter(isGraph).map(({ body }) => body)).toEqual([
    { query: 'query Me { me { name } }' },
    { documentId: `sha256:${'0'.repeat(64)}` },
  ])
})

test('an expired session is renewed once for all that wait, and nobody notices', async () => {
  let renewals = 0
  const log = serve(({ path, authorization }) => {
    if (path === '/auth/citizen/guest') return grant(`token-${++renewals}`)
    if (authorization === 'Bearer token-1') {
      return { json: { errors: [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }] } }
    }
    return { json: { data: { me: { name: '陈嘉敏' } } } }
  })
  const answers = await Promise.all([kit.graph(ME), kit.graph(ME)])
  expect(answers).toEqual([{ me: { name: '陈嘉敏' } }, { me: { name: '陈嘉敏' } }])
  expect(renewals).toBe(2) // one to begin with, one after the refusal
  expect(log.filter(isGraph)).toHaveLength(4)
})

test('a session that cannot be renewed is refused, not retried for ever', async () => {
  const log = serve(({ path }) => {
    if (path === '/auth/citizen/guest') return grant('old')
    return { json: { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] } }
  })
  await expect(kit.graph(ME)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(log.filter(isGraph)).toHaveLength(2)
})

test('a coded no arrives with its parameters and the field to blame', async () => {
  serve(({ path }) => {
    if (path.startsWith('/auth')) return grant('t')
    const extensions = { code: 'TEXT_TOO_LONG', params: { most: 500 }, field: 'text' }
    return { json: { data: null, errors: [{ message: 'no', extensions }] } }
  })
  const failure = await kit.graph(ME).catch((caught: unknown) => caught)
  expect(failure).toBeInstanceOf(kit.Refusal)
  expect(failure).toMatchObject({ code: 'TEXT_TOO_LONG', params: { most: 500 }, field: 'text' })
})

test('a failure of the system has a number to read out', async () => {
  serve(({ path }) => {
    if (path.startsWith('/auth')) return grant('t')
    return { json: { errors: [{ message: 'x', extensions: { code: 'INTERNAL', params: { id: 'E-7F3A' } } }] } }
  })
  await expect(kit.graph(ME)).rejects.toMatchObject({ name: 'Fault', number: 'E-7F3A' })
})

test('no answer at all is Offline, and the chip says so until the next answer', async () => {
  const { connection } = await import('./connection.ts')
  let network = true
  serve(({ path }) => {
    if (!network) return 'no network'
    return path.startsWith('/auth') ? grant('t') : { json: { data: { me: { name: 'x' } } } }
  })
  await kit.graph(ME)
  expect(connection.state).toBe('live')
  network = false
  await expect(kit.graph(ME)).rejects.toBeInstanceOf(kit.Offline)
  expect(connection.state).toBe('off')
  network = true
  await kit.graph(ME)
  expect(connection.state).toBe('live')
})
