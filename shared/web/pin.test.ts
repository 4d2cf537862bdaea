import { Blob as CopyableBlob } from 'node:buffer'
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const HOUR = 60 * 60_000
const WRONG = { code: 'PIN_WRONG' }

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('Blob', CopyableBlob)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-29T02:00:00Z') })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

/** A page that was just opened on this phone. */
async function page() {
  vi.resetModules()
  const safe = await import('./safe.ts')
  return { ...safe, ...(await import('./pin.ts')), db: await (await import('./store.ts')).store() }
}

/** Somebody signed in, left an unsent act, and set his digits. */
async function locked() {
  const phone = await page()
  await phone.openSafe('wg01', 'one password')
  await phone.db.put('outbox', { id: 'op', owner: 'wg01', done: false, ...(await phone.seal('wg01', '梁阿婆')) })
  await phone.setPin('wg01', 'one password', '280617')
  return phone
}
type Phone = Awaited<ReturnType<typeof page>>
const read = async ({ db, unseal }: Phone): Promise<unknown> => {
  const row = await db.get('outbox', 'op')
  return row && unseal('wg01', row)
}

test('with digits the page reads on, the next one only after them', async () => {
  expect(await read(await locked())).toBe('梁阿婆')
  const next = await page()
  expect([await next.isLocked('wg01'), await next.db.count('keys')]).toEqual([true, 0])
  await expect(read(next)).rejects.toThrow('locked')
  expect(await next.db.count('keys')).toBe(0) // looking made no key
  await next.openWithPin('wg01', '280617')
  expect([await next.isLocked('wg01'), await read(next)]).toEqual([false, '梁阿婆'])
  expect(await (await page()).isLocked('wg01')).toBe(true)
})

test('digits are set with the password alone, and what anybody would try is weak', async () => {
  const phone = await page()
  await phone.openSafe('wg01', 'one password')
  await expect(phone.setPin('wg01', 'another', '280617')).rejects.toMatchObject({ code: 'BAD_CREDENTIALS' })
  expect([await phone.hasPin('wg01'), await phone.db.count('keys')]).toEqual([false, 1])
  expect(['000000', '123456', '654321', '280617'].map(phone.isWeak)).toEqual([true, true, true, false])
})

test('the digits alone open nothing: another phone’s part does not fit, and this one’s cannot be taken out', async () => {
  const phone = await locked()
  const row = (await phone.db.get('wraps', phone.pinOf('wg01'))) as import('./pin.ts').Pin
  await expect(crypto.subtle.exportKey('raw', row.device)).rejects.toThrow()
  const device = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  await phone.db.put('wraps', { ...row, device }, phone.pinOf('wg01'))
  await expect((await page()).openWithPin('wg01', '280617')).rejects.toMatchObject(WRONG)
})

test('five wrong cost ten minutes, however often the page is killed; then five more', async () => {
  await locked()
  for (const left of [4, 3, 2, 1])
    await expect((await page()).openWithPin('wg01', '111222')).rejects.toMatchObject({ ...WRONG, params: { left } })
  const wait = { code: 'PIN_WAIT', params: { minutes: 10 } }
  await expect((await page()).openWithPin('wg01', '111222')).rejects.toMatchObject(wait)
  later(9 * 60_000)
  await expect((await page()).openWithPin('wg01', '280617')).rejects.toMatchObject({ params: { minutes: 1 } })
  later(60_000)
  await expect((await page()).openWithPin('wg01', '111222')).rejects.toMatchObject({ ...WRONG, params: { left: 4 } })
  const phone = await page()
  await phone.openWithPin('wg01', '280617')
  await expect((await page()).openWithPin('wg01', '111222')).rejects.toMatchObject({ params: { left: 4 } })
})

test('a try counts before it is looked at', async () => {
  await locked()
  const killed = await page()
  vi.spyOn(crypto.subtle, 'deriveBits').mockReturnValueOnce(new Promise(() => undefined))
  void killed.openWithPin('wg01', '111222')
  await vi.waitFor(() => expect(crypto.subtle.deriveBits).toHaveBeenCalled())
  await expect((await page()).openWithPin('wg01', '111222')).rejects.toMatchObject({ params: { left: 3 } })
})

test('72 hours after the server was last reached only the password helps', async () => {
  const first = await locked()
  later(71 * HOUR)
  await first.reached('wg01')
  later(72 * HOUR)
  const next = await page()
  await next.openWithPin('wg01', '280617')
  later(1)
  const over = await page()
  expect(await over.isOver('wg01')).toBe(true)
  await expect(over.openWithPin('wg01', '280617')).rejects.toMatchObject({ code: 'PIN_OVER' })
  await over.openSafe('wg01', 'one password')
  expect([await read(over), await (await page()).isLocked('wg01')]).toEqual(['梁阿婆', false])
})

test('a clock that is turned back wins no hours', async () => {
  await locked()
  later(70 * HOUR)
  await (await page()).openWithPin('wg01', '280617')
  later(-10 * HOUR)
  await expect((await page()).openWithPin('wg01', '280617')).rejects.toMatchObject({ code: 'PIN_OVER' })
})

test('leaving ends the digits, and what is unsent waits for the password', async () => {
  const phone = await locked()
  await phone.closeSafe()
  const next = await page()
  expect([await next.hasPin('wg01'), await next.db.getAllKeys('wraps')]).toEqual([false, ['wg01']])
  await next.openSafe('wg01', 'one password')
  expect(await read(next)).toBe('梁阿婆')
})

test('without digits again, the app opens by itself', async () => {
  await locked()
  const phone = await page()
  await phone.openWithPin('wg01', '280617')
  await phone.dropPin('wg01')
  const next = await page()
  expect([await next.isLocked('wg01'), await read(next)]).toEqual([false, '梁阿婆'])
})
