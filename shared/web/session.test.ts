import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { grant, type Heard, serve } from './test/server.ts'

const NO_SESSION = { status: 401, json: { code: 'NO_SESSION', params: {} } }

let log: Heard[]
let answer: (heard: Heard) => Parameters<typeof serve>[0] extends (heard: Heard) => infer R ? R : never

beforeEach(() => {
  localStorage.clear()
  document.documentElement.dataset.app = 'officer'
  answer = () => grant('token')
  log = serve((heard) => answer(heard))
})
afterEach(() => {
  delete document.documentElement.dataset.app
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** The app opened anew on this device. */
async function visit() {
  vi.resetModules()
  return (await import('./session.ts')).session
}
const paths = (): string[] => log.map(({ path }) => path)

test('staff who never signed in here are out, and nobody is asked', async () => {
  const session = await visit()
  expect([session.state.value, session.owner.value]).toEqual(['out', null])
  expect(log).toEqual([])
})

test('signing in is remembered for the next visit, the token is not', async () => {
  const first = await visit()
  await first.login('wg01', 'secret')
  expect([first.state.value, first.owner.value, await first.bearer()]).toEqual(['in', 'wg01', 'token'])
  expect(log[0]).toMatchObject({ path: '/auth/officer/login', body: { staffNo: 'wg01', password: 'secret' } })
  expect(JSON.stringify({ ...localStorage })).not.toContain('token')

  const second = await visit()
  expect([second.state.value, second.owner.value]).toEqual(['in', 'wg01'])
  await second.bearer()
  expect(paths()).toEqual(['/auth/officer/login', '/auth/officer/refresh'])
})

test('a wrong password is refused and leaves nobody in', async () => {
  answer = () => ({ status: 401, json: { code: 'BAD_CREDENTIALS', params: {} } })
  const session = await visit()
  await expect(session.login('wg01', 'x')).rejects.toMatchObject({ code: 'BAD_CREDENTIALS' })
  expect([session.state.value, session.owner.value]).toEqual(['out', null])
})

test('a token near its end is renewed before it is used', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const session = await visit()
  await session.login('wg01', 'secret')
  answer = () => grant('next')
  vi.setSystemTime(Date.now() + 14 * 60_000)
  expect(await session.bearer()).toBe('token')
  vi.setSystemTime(Date.now() + 45_000)
  expect(await session.bearer()).toBe('next')
})

test('without network a known person stays in; when the server ends the session they are out', async () => {
  localStorage.setItem('sanwei.officer.owner', 'wg01')
  const session = await visit()
  answer = () => 'no network'
  await expect(session.bearer()).rejects.toMatchObject({ name: 'Offline' })
  expect(session.state.value).toBe('in')
  answer = () => NO_SESSION
  await expect(session.bearer()).rejects.toMatchObject({ code: 'NO_SESSION' })
  expect([session.state.value, session.owner.value, localStorage.getItem('sanwei.officer.owner')]).toEqual([
    'out',
    null,
    null,
  ])
})

test('signing out ends the session on the server and on the device', async () => {
  const session = await visit()
  await session.login('wg01', 'secret')
  answer = () => ({ status: 204 })
  await session.logout()
  expect(paths().at(-1)).toBe('/auth/officer/logout')
  expect([session.state.value, (await visit()).state.value]).toEqual(['out', 'out'])
})

test('a citizen is always in: the device owns what it files, before and after a phone is given', async () => {
  document.documentElement.dataset.app = 'citizen'
  answer = ({ path }) => grant(path)
  const session = await visit()
  expect([session.state.value, session.owner.value]).toEqual(['in', 'device'])
  await session.verify('13800138001', '123456')
  expect(log.at(-1)).toMatchObject({
    authorization: 'Bearer /auth/citizen/guest',
    body: { phone: '13800138001', code: '123456' },
  })
  expect([await session.bearer(), session.owner.value]).toEqual(['/auth/citizen/verify', 'device'])
})

test('a clock that is wrong by hours does not end a token', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const real = Date.now()
  vi.setSystemTime(real + 3 * 3_600_000)
  vi.stubGlobal('fetch', async (path: string) => {
    log.push({ path, method: 'POST', body: null, authorization: null, range: null })
    const json = { accessToken: 'token', expiresAt: new Date(real + 15 * 60_000).toISOString() }
    return new Response(JSON.stringify(json), { headers: { date: new Date(real).toUTCString() } })
  })
  const session = await visit()
  await session.login('wg01', 'secret')
  await session.bearer()
  expect(paths()).toEqual(['/auth/officer/login'])
})
