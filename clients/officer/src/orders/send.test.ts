import { Blob as CopyableBlob } from 'node:buffer'
import 'fake-indexeddb/auto'
import type { Doc } from '@sanwei/web/graph'
import type { Op } from '@sanwei/web/outbox'
import { grant, type Heard, serve } from '@sanwei/web/test/server'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const VERIFY = 'mutation SubmitVerify($input: SubmitVerify!) { submitVerify(input: $input) { id } }'
const SENDERS = { verify: VERIFY as unknown as Doc<unknown, never> }

let answer: (heard: Heard) => ReturnType<Parameters<typeof serve>[0]>
let log: Heard[]

const ok: typeof answer = ({ path }) =>
  path.startsWith('/auth') ? grant('token') : { json: { data: { submitVerify: { id: 'o1' } } } }
const tooFar: typeof answer = (heard) =>
  heard.path === '/graphql'
    ? {
        json: { errors: [{ message: '', extensions: { code: 'TOO_FAR', params: { distance: 400 }, field: 'place' } }] },
      }
    : ok(heard)

async function openPage() {
  vi.resetModules()
  const { openOutbox, outbox } = await import('@sanwei/web/outbox')
  const { useProblems } = await import('@sanwei/web/errors')
  await openOutbox(SENDERS)
  return { outbox, useProblems, ...(await import('./send')) }
}

const letter = (text: string) => ({
  kind: 'verify',
  title: '核实：井盖',
  subject: 'o1',
  photos: [],
  variables: (opId: string) => ({ input: { id: 'o1', version: 3, text, opId } }),
})
const told = (ops: readonly Op[]): string[] =>
  ops.map(({ variables, state }) => `${(variables.input as { text: string }).text} ${state}`)
const mutations = (): unknown[] => log.filter(({ path }) => path === '/graphql').map(({ body }) => body)

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('Blob', CopyableBlob) // a browser's database copies blobs, jsdom's cannot
  answer = ok
  log = serve((heard) => answer(heard))
})
afterEach(() => vi.unstubAllGlobals())

test('an act is safe on the phone before the server has said a word', async () => {
  let reply: () => void = () => undefined
  const waiting = new Promise<void>((done) => {
    reply = done
  })
  answer = async (heard) => {
    await waiting
    return ok(heard)
  }
  const { outbox, post } = await openPage()
  const { sent } = await post(letter('属实'))
  expect(outbox.pending.value).toBe(1)
  reply()
  expect((await sent).state).toBe('done')
  expect(outbox.pending.value).toBe(0)
})

test('the operation id in the input is the id of the act', async () => {
  const { post } = await openPage()
  const op = await (await post(letter('属实'))).sent
  expect(mutations()).toEqual([
    { query: VERIFY, variables: { input: { id: 'o1', version: 3, text: '属实', opId: op.id } } },
  ])
})

test('a refusal comes back to its field, and sending again replaces the refused act', async () => {
  answer = tooFar
  const { outbox, useProblems, useSend } = await openPage()
  const form = useProblems()
  const { send } = useSend(form, {})
  expect(await send(letter('一次'))).toBe(false)
  expect(form.of('place')).toContain('400')
  expect(told(outbox.ops.value)).toEqual(['一次 needs-you'])

  answer = ok
  expect(await send(letter('两次'))).toBe(true)
  expect(form.any.value).toBe(false)
  expect(told(outbox.ops.value)).toEqual(['两次 done'])
})

test('without network the form is done and the act waits', async () => {
  answer = () => 'no network'
  const { outbox, useProblems, useSend } = await openPage()
  expect(await useSend(useProblems(), {}).send(letter('属实'))).toBe(true)
  expect(told(outbox.ops.value)).toEqual(['属实 waiting'])
})

test('a refused act gives its form what it held, an open one does not', async () => {
  answer = tooFar
  const { outbox, post, refused, formOf } = await openPage()
  const op = await (await post(letter('一次'))).sent
  expect(refused(op.id)?.input).toMatchObject({ id: 'o1', text: '一次' })
  expect(formOf(op)).toBe(`/orders/o1/verify?op=${op.id}`)

  answer = ok
  await outbox.retry(op.id)
  expect(refused(op.id)).toBeNull()
  expect(formOf({ ...op, id: 'r1', kind: 'report', subject: null })).toBe('/report?op=r1')
})
