import { Blob as CopyableBlob } from 'node:buffer'
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('Blob', CopyableBlob)
})
afterEach(() => vi.unstubAllGlobals())

/** A page that was just opened on this phone. */
async function page() {
  vi.resetModules()
  return { ...(await import('./safe.ts')), db: await (await import('./store.ts')).store() }
}
type Opened = Awaited<ReturnType<typeof page>>

const unsent = async ({ db, seal }: Opened): Promise<void> => {
  await db.put('outbox', { id: 'op', owner: 'wg01', done: false, ...(await seal('wg01', { title: '梁阿婆' })) })
}
const read = async ({ db, unseal }: Opened): Promise<unknown> => {
  const row = await db.get('outbox', 'op')
  return row && unseal('wg01', row)
}

test('what is sealed comes back as it was, pictures too, and no word of it is stored', async () => {
  const phone = await page()
  const photo = new Blob(['一张照片'], { type: 'image/jpeg' })
  const sealed = await phone.seal('wg01', { title: '梁阿婆', photos: [{ id: 'p', blob: photo }], none: null })
  expect(new TextDecoder().decode(sealed.data)).not.toContain('梁阿婆')
  const back = await phone.unseal<{ title: string; photos: { blob: Blob }[]; none: null }>('wg01', sealed)
  expect([back.title, back.none, back.photos[0]?.blob.type]).toEqual(['梁阿婆', null, 'image/jpeg'])
  expect(await back.photos[0]?.blob.text()).toBe('一张照片')
})

test('a page opened later reads what the one before it sealed', async () => {
  await (await page()).openSafe('wg01', 'one password')
  await unsent(await page())
  expect(await read(await page())).toEqual({ title: '梁阿婆' })
})

test('after leaving, what is unsent opens for its owner and the same password only', async () => {
  const first = await page()
  await first.openSafe('wg01', 'one password')
  await unsent(first)
  await first.closeSafe()
  const next = await page()
  expect(await next.db.getAllKeys('keys')).toEqual([])
  await next.openSafe('wg02', 'another password')
  await expect(read(next)).rejects.toThrow()
  await next.db.delete('keys', 'wg01') // the failed look made a new key, which opens nothing
  const again = await page()
  await again.openSafe('wg01', 'one password')
  expect(await read(again)).toEqual({ title: '梁阿婆' })
})

test('with a changed password what was left is gone, and nothing stands in the way', async () => {
  const first = await page()
  await first.openSafe('wg01', 'one password')
  await unsent(first)
  await first.closeSafe()
  const next = await page()
  await next.openSafe('wg01', 'new password')
  expect(await read(next)).toBeUndefined()
})

test('leaving with nothing unsent leaves nothing at all', async () => {
  const phone = await page()
  await phone.openSafe('wg01', 'one password')
  await phone.db.put('answers', await phone.seal('wg01', { name: '梁阿婆' }), 'wg01/base')
  await phone.closeSafe()
  for (const name of phone.db.objectStoreNames) expect([name, await phone.db.count(name)]).toEqual([name, 0])
})
