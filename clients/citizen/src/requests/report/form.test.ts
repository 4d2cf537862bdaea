import 'fake-indexeddb/auto'
import { grant, type Heard, serve } from '@sanwei/web/test/server'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import type { Spot } from '../../areas/spot.ts'
import type { PlaceInput } from '../../gql/graphql.ts'

const HERE: PlaceInput = { lon: 113.237, lat: 23.117, datum: 'WGS84', accuracyM: 12 }

let refusal: { code: string; field: string } | null
let online: boolean
let log: Heard[]

/** A page that was just opened: new modules on the same phone. */
async function openPage(at: PlaceInput | null = HERE) {
  vi.resetModules()
  const [{ openOutbox, outbox }, { senders }, { useReportForm }] = await Promise.all([
    import('@sanwei/web/outbox'),
    import('../senders.ts'),
    import('./form.ts'),
  ])
  await openOutbox(senders)
  await outbox.flush()
  const chosen = shallowRef(at)
  const spot = { at: chosen, choose: async (next: PlaceInput) => (chosen.value = next) } as unknown as Spot
  const scope = effectScope()
  const form = scope.run(() => useReportForm(spot)) as ReturnType<typeof useReportForm>
  return { ...form, outbox, spot, scope }
}

const photo = (id: string, takenAt: string | null) => ({
  id,
  blob: new Blob(['x'.repeat(3000)], { type: 'image/jpeg' }),
  url: 'blob:1',
  takenAt,
})
const input = (): unknown => {
  const told = log.filter(({ path }) => path === '/graphql').at(-1)?.body
  return (told as { variables: { input: unknown } } | undefined)?.variables.input
}

beforeEach(async () => {
  const node = await vi.importActual<{ Blob: typeof Blob }>('node:buffer')
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('Blob', node.Blob) // a browser's database copies blobs, jsdom's cannot
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:2', revokeObjectURL: () => undefined }))
  online = true
  refusal = null
  log = serve(({ path }) => {
    if (!online) return 'no network'
    if (path.startsWith('/auth')) return grant('token')
    if (path.startsWith('/files')) return { status: 201 }
    if (refusal) return { json: { errors: [{ message: '', extensions: { ...refusal, params: {} } }] } }
    return { json: { data: { submitRequest: { id: 'r1', no: 'LW20251123-0007', version: 1 } } } }
  })
})
afterEach(() => vi.unstubAllGlobals())

test('an empty report is refused before it is sent, at the photos, in the words of the server', async () => {
  const { submit, problems, outbox } = await openPage()
  expect(await submit()).toBeNull()
  expect(problems.problems.value).toEqual([{ id: 'photos', text: '请拍一张照片，或写一句话说明问题' }])
  expect(outbox.ops.value).toEqual([])
})

test('a report goes out ahead of its photos, with its place and the earliest time a photo was taken', async () => {
  const { form, submit, outbox } = await openPage()
  form.text = ' 井盖裂开 '
  form.photos = [photo('p1', '2025-11-23T01:12:00Z'), photo('p2', '2025-11-23T01:10:00Z')]
  const id = await submit()
  await vi.waitFor(() => expect(outbox.ops.value.map(({ id, state }) => [id, state])).toEqual([[id, 'done']]))
  expect(log.filter(({ path }) => !path.startsWith('/auth')).map(({ path }) => path)).toEqual([
    '/graphql',
    '/files/p1',
    '/files/p2',
  ])
  expect(input()).toMatchObject({
    id,
    text: '井盖裂开',
    photoIds: ['p1', 'p2'],
    place: HERE,
    matterCode: null,
    takenAt: '2025-11-23T01:10:00Z',
  })
})

test('without a position the address in words goes along', async () => {
  const { form, submit } = await openPage(null)
  Object.assign(form, { text: '井盖裂开', address: '恩宁路99号' })
  await submit()
  expect(input()).toMatchObject({ place: null, address: '恩宁路99号' })
})

test('a refusal stands at its field, keeps all that was typed and leaves nothing in the outbox', async () => {
  refusal = { code: 'PHONE_WRONG', field: 'phone' }
  const { form, submit, problems, outbox } = await openPage()
  Object.assign(form, { text: '井盖裂开', phone: '123' })
  expect(await submit()).toBeNull()
  expect(problems.problems.value.map(({ id }) => id)).toEqual(['mobile'])
  expect([form.text, form.phone]).toEqual(['井盖裂开', '123'])
  expect(outbox.ops.value).toEqual([])
})

test('without network the report is kept, and its draft is not offered again', async () => {
  online = false
  const before = await openPage()
  before.form.text = '井盖裂开'
  const id = await before.submit()
  expect(before.outbox.ops.value.map(({ id, state, title }) => [id, state, title])).toEqual([
    [id, 'waiting', '井盖裂开'],
  ])
  before.scope.stop()

  const after = await openPage()
  await vi.waitFor(() => expect(after.outbox.ops.value).toHaveLength(1))
  expect(after.draft.found.value).toBe(false)
})

test('a kept report that the server refused later can be mended and sent', async () => {
  online = false
  const before = await openPage()
  before.form.text = '井盖裂开'
  before.form.photos = [photo('p1', null)]
  await before.submit()
  before.scope.stop()

  online = true
  refusal = { code: 'PHONE_WRONG', field: 'phone' }
  const page = await openPage()
  await vi.waitFor(() => expect(page.outbox.ops.value[0]?.state).toBe('needs-you'))
  const [op] = page.outbox.ops.value
  if (!op) throw new Error('the kept report is gone')
  await page.mend(op)
  expect(page.form.text).toBe('井盖裂开')
  expect(page.form.photos.map(({ id }) => id)).toEqual(['p1'])
  expect(page.problems.problems.value.map(({ id }) => id)).toEqual(['mobile'])

  refusal = null
  const id = await page.submit()
  await vi.waitFor(() => expect(page.outbox.ops.value.map(({ id, state }) => [id, state])).toEqual([[id, 'done']]))
})

test('whom it complains about goes by key, or in the words it was put in', async () => {
  const { form, submit } = await openPage()
  Object.assign(form, { text: '态度差', party: { key: 'person:chen', name: '陈嘉敏' }, kind: 'COMPLAINT' })
  await submit()
  expect(input()).toMatchObject({ kind: 'COMPLAINT', againstKey: 'person:chen', againstText: '' })

  const other = await openPage()
  Object.assign(other.form, { text: '态度差', party: { key: '', name: '三号窗口' } })
  await other.submit()
  expect(input()).toMatchObject({ kind: null, againstKey: '', againstText: '三号窗口' })
})

test('a refused complaint comes back with whom it was about', async () => {
  online = false
  const before = await openPage()
  Object.assign(before.form, { text: '态度差', party: { key: 'person:gone', name: '陈嘉敏' } })
  await before.submit()
  before.scope.stop()

  online = true
  refusal = { code: 'BAD_INPUT', field: 'againstKey' }
  const page = await openPage()
  await vi.waitFor(() => expect(page.outbox.ops.value[0]?.state).toBe('needs-you'))
  const [op] = page.outbox.ops.value
  if (!op) throw new Error('the kept report is gone')
  await page.mend(op)
  expect(page.form.party?.key).toBe('person:gone')
  expect(page.problems.problems.value.map(({ id }) => id)).toEqual(['party'])
})
