import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Fault } from './failures.ts'
import { send, sendForJson } from './http.ts'
import { serve } from './test/server.ts'

const busy = (status: number, retryAfter: string, code = 'OVERLOADED') => ({
  status,
  headers: { 'retry-after': retryAfter },
  json: { code, params: { retryAfter: Number(retryAfter) } },
})

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test.each([429, 503])('a server that answers %d is asked again when it said so, not before', async (status) => {
  const log = serve(() => (log.length < 2 ? busy(status, '2') : { json: { well: true } }))
  const answer = sendForJson('/auth/officer/login', { method: 'POST', body: '{"a":1}' })
  await vi.advanceTimersByTimeAsync(1999)
  expect(log).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1001)
  expect(await answer).toEqual({ well: true })
  expect(log.map(({ body }) => body)).toEqual([{ a: 1 }, { a: 1 }])
})

test('a server that stays busy is left alone after the third time, and that is its fault', async () => {
  const log = serve(() => busy(503, '1'))
  const answer = expect(sendForJson('/graphql')).rejects.toMatchObject({ name: 'Fault', code: 'OVERLOADED' })
  await vi.advanceTimersByTimeAsync(10_000)
  await answer
  expect(log).toHaveLength(3)
})

test.each([
  ['for longer than anybody looks at a wheel', busy(429, '600', 'TOO_MANY')],
  ['without saying until when', { status: 503, json: {} }],
  ['until a date', busy(503, 'Mon, 02 Mar 2026 09:00:00 GMT')],
  ['although it is no refusal', { status: 200, headers: { 'retry-after': '1' } }],
])('a server that wants to be left alone %s is not asked again', async (_, reply) => {
  const log = serve(() => reply)
  expect((await send('/graphql')).status).toBe(reply.status)
  expect(log).toHaveLength(1)
})

test('a busy server ends nobody’s session: what it says is a fault, not a refusal', async () => {
  serve(() => busy(429, '3', 'TOO_MANY_AT_ONCE'))
  const answer = sendForJson('/auth/officer/refresh').catch((failure: unknown) => failure)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await answer).toBeInstanceOf(Fault)
})
