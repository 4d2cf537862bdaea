import 'fake-indexeddb/auto'
import { grant, type Heard, serve } from '@sanwei/web/test/server'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import type { Adoption } from '../gql/graphql.ts'
import { type Proposals, useProposals } from './proposals.ts'

interface Asked {
  verdict: Adoption | null
  after: string | null
}

let log: Heard[]
let online: boolean

const asked = (): Asked[] =>
  log.filter(({ path }) => path === '/graphql').map(({ body }) => (body as { variables: Asked }).variables)

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  online = true
  log = serve(({ path, body }) => {
    if (path.startsWith('/auth')) return grant('token')
    if (!online) return 'no network'
    const { verdict, after } = (body as { variables: Asked }).variables
    const page = { items: [{ id: `${verdict}/${after}` }], next: after ? null : 'c1' }
    return { json: { data: { publishedProposals: page } } }
  })
})
afterEach(() => vi.unstubAllGlobals())

async function open() {
  const verdict = ref<Adoption | null>(null)
  const list = effectScope().run(() => useProposals(() => verdict.value)) as Proposals
  await vi.waitFor(() => expect(list.state.value).toBe('ready'))
  return { verdict, list, ids: () => list.rows.value.map(({ id }) => id) }
}

test('the next page is added, and the last one says so', async () => {
  const { list, ids } = await open()
  expect([ids(), list.more.value]).toEqual([['null/null'], true])
  await list.loadMore()
  expect([ids(), list.more.value]).toEqual([['null/null', 'null/c1'], false])
  await list.loadMore()
  expect(asked()).toHaveLength(2)
})

test('another verdict is another list', async () => {
  const { verdict, list, ids } = await open()
  verdict.value = 'ADOPTED'
  await nextTick()
  expect(list.state.value).toBe('loading')
  await vi.waitFor(() => expect(ids()).toEqual(['ADOPTED/null']))
})

test('without network what was read last is shown, and said to be old', async () => {
  await open()
  online = false
  const { list, ids } = await open()
  await vi.waitFor(() => expect(list.error.value).not.toBeNull())
  expect([list.state.value, ids()]).toEqual(['ready', ['null/null']])
})
