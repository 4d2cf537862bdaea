import { Blob as CopyableBlob } from 'node:buffer'
import 'fake-indexeddb/auto'
import { grant, type Heard, serve } from '@sanwei/web/test/server'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PublicCaseFragment } from '../gql/graphql.ts'

const ONE = { id: 'c1', title: '路灯不亮', followed: false, followers: 3 } as PublicCaseFragment
let online: boolean
let log: Heard[]

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('Blob', CopyableBlob)
  online = true
  log = serve(({ path }) => {
    if (!online) return 'no network'
    if (path.startsWith('/auth')) return grant('token')
    return { json: { data: { followCase: { id: 'c1', followed: true, followers: 9 } } } }
  })
})
afterEach(() => vi.unstubAllGlobals())

async function page() {
  vi.resetModules()
  const { openOutbox, outbox } = await import('@sanwei/web/outbox')
  const { senders } = await import('../requests/senders.ts')
  await openOutbox(senders)
  await outbox.flush()
  const { currentToast } = await import('@sanwei/web/toast')
  return { ...(await import('./follow.ts')).useFollow(), outbox, currentToast }
}
const asked = (): number => log.filter(({ path }) => path === '/graphql').length

test('with a network it counts at once, as the server says', async () => {
  const { follow, fresh } = await page()
  await follow(ONE)
  expect(fresh(ONE)).toMatchObject({ followed: true, followers: 9 })
})

test('without one it is kept, seen and taken back, and then nobody is asked', async () => {
  online = false
  const { follow, fresh, outbox, currentToast } = await page()
  await follow(ONE)
  expect(fresh(ONE)).toMatchObject({ followed: true, followers: 4 })
  await currentToast.value?.undo?.()
  await vi.waitFor(() => expect(outbox.ops.value).toEqual([]))
  expect(fresh(ONE)).toEqual(ONE)
  online = true
  log.length = 0
  await outbox.flush()
  expect(asked()).toBe(0)
})

test('kept, it goes out by itself on the next visit, once', async () => {
  online = false
  await (await page()).follow(ONE)
  online = true
  log.length = 0
  const later = await page()
  await vi.waitFor(() => expect(later.outbox.pending.value).toBe(0))
  expect([asked(), later.fresh(ONE).followers]).toEqual([1, 9])
})
