import { Blob as CopyableBlob } from 'node:buffer'
import 'fake-indexeddb/auto'
import { grant, type Heard, serve } from '@sanwei/web/test/server'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

let version: number
let log: Heard[]

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('Blob', CopyableBlob) // a browser's database copies blobs, jsdom's cannot
  version = 1
  log = serve(({ path, body }) => {
    if (path.startsWith('/auth')) return grant('token')
    if (path.startsWith('/files')) return { json: 'a picture' }
    const { id } = (body as { variables: { id: string } }).variables
    return {
      json: { data: { order: { id, version, photos: [{ id: `photo of ${id}`, thumbUrl: `/files/${id}/thumb` }] } } },
    }
  })
})
afterEach(() => vi.unstubAllGlobals())

async function phone() {
  vi.resetModules()
  return import('./along')
}

const asked = (): string[] => log.map(({ path }) => path).filter((path) => !path.startsWith('/auth'))

test('a task in the list is on the phone with its small photos', async () => {
  const { takeAlong } = await phone()
  await takeAlong([{ id: 'a', version: 1 }])
  const { taken } = await phone()
  const copy = await taken('a')
  expect(copy?.task.version).toBe(1)
  expect(copy?.pictures['photo of a']?.size).toBe('"a picture"'.length)
  expect(asked()).toEqual(['/graphql', '/files/a/thumb'])
})

test('what is known is not fetched again; what moved is; what left the list is let go', async () => {
  const { takeAlong, taken } = await phone()
  await takeAlong([
    { id: 'a', version: 1 },
    { id: 'b', version: 1 },
  ])
  log.length = 0
  version = 2
  await takeAlong([
    { id: 'b', version: 1 },
    { id: 'c', version: 2 },
  ])
  expect(asked()).toEqual(['/graphql', '/files/c/thumb'])
  expect(await taken('a')).toBeUndefined()
  await takeAlong([{ id: 'b', version: 2 }])
  expect((await taken('b'))?.task.version).toBe(2)
})
