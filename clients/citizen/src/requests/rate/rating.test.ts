import 'fake-indexeddb/auto'
import { grant, type Heard, serve } from '@sanwei/web/test/server'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import type { RequestCaseFragment } from '../../gql/graphql.ts'

const CASE = { id: 'r1', version: 4, title: '井盖' } as RequestCaseFragment

/** The version of the case the server has by now. */
let newest: number
/** When the case is closed, once it is rated. */
let becomes: string | null
let log: Heard[]

async function open(row: RequestCaseFragment = CASE) {
  vi.resetModules()
  const [{ openOutbox, outbox }, { senders }, { useRating }] = await Promise.all([
    import('@sanwei/web/outbox'),
    import('../senders.ts'),
    import('./rating.ts'),
  ])
  await openOutbox(senders)
  await outbox.flush()
  const rating = effectScope().run(() => useRating(CASE.id, shallowRef(row))) as ReturnType<typeof useRating>
  return { ...rating, outbox }
}

interface Sent {
  query: string
  variables: { input?: { version: number; reasons: string[]; solved: string } }
}
const ratings = () =>
  log.map(({ body }) => (body as Sent | null)?.variables?.input).filter((input) => input !== undefined)

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  newest = CASE.version
  becomes = '2025-11-23T00:00:00Z'
  log = serve(({ path, body }) => {
    if (path.startsWith('/auth')) return grant('token')
    const { input } = (body as Sent).variables
    if (!input) return { json: { data: { request: { id: 'r1', version: newest } } } }
    if (input.version === newest)
      return { json: { data: { rateRequest: { id: 'r1', version: newest + 1, closedAt: becomes } } } }
    const params = { seen: input.version, now: newest }
    return { json: { errors: [{ message: '', extensions: { code: 'STALE_VERSION', params } }] } }
  })
})
afterEach(() => vi.unstubAllGlobals())

test('solved and satisfied are two questions, and both are asked', async () => {
  const { submit, problems } = await open()
  expect(await submit()).toBeNull()
  expect(problems.problems.value.map(({ id }) => id)).toEqual(['solved', 'level'])
  expect(ratings()).toEqual([])
})

test('reasons are asked for, and sent, only where something went wrong', async () => {
  const { form, asksWhy, submit } = await open()
  Object.assign(form, { solved: 'UNSOLVED', level: 'SATISFIED', reasons: ['SLOW'] })
  expect(asksWhy.value).toBe(true)
  form.solved = 'SOLVED'
  expect(asksWhy.value).toBe(false)
  expect(await submit()).toBe('done')
  expect(ratings()).toMatchObject([{ solved: 'SOLVED', reasons: [] }])
})

test('a rating written on an older version of the case is put on the newest one', async () => {
  newest = 6
  becomes = null
  const { form, submit, outbox } = await open()
  Object.assign(form, { solved: 'UNSOLVED', level: 'DISSATISFIED' })
  expect(await submit()).toBe('reopened')
  expect(ratings().map((input) => input.version)).toEqual([4, 6])
  expect(outbox.pending.value).toBe(0)
})

test('a rating that may be changed begins with what was said, and is said to be changed', async () => {
  const rating = { solved: 'PARTLY', level: 'SATISFIED', reasons: ['SLOW'], text: '还差一点' }
  const { form, submit, draft } = await open({
    ...CASE,
    ratingUntil: '2025-11-30T00:00:00Z',
    rating,
  } as RequestCaseFragment)
  expect(form).toMatchObject(rating)
  expect(draft.savedAt.value).toBeNull()
  form.level = 'VERY_SATISFIED'
  expect(await submit()).toBe('changed')
  expect(ratings()).toMatchObject([{ solved: 'PARTLY', level: 'VERY_SATISFIED', reasons: ['SLOW'] }])
})

test('what the server does not reopen is not said to be', async () => {
  const { form, submit } = await open()
  Object.assign(form, { solved: 'UNSOLVED', level: 'DISSATISFIED' })
  expect(await submit()).toBe('done')
})
