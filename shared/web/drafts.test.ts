import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EffectScope, effectScope, ref } from 'vue'

interface Form {
  text: string
}

let scope: EffectScope

/** A form on a page just opened on this phone. */
async function openForm(text = '') {
  vi.resetModules()
  const { useDraft } = await import('./drafts.ts')
  const form = ref<Form>({ text })
  scope = effectScope()
  const draft = scope.run(() =>
    useDraft<Form>('report', {
      collect: () => (form.value.text ? form.value : null),
      restore: (content) => {
        form.value = content
      },
    }),
  )
  if (!draft) throw new Error('no scope')
  await vi.advanceTimersByTimeAsync(100)
  return { form, draft }
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const twoSeconds = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(2_000)
  await new Promise((done) => setTimeout(done, 20))
}

test('what was typed is offered on the next visit and taken up when wanted', async () => {
  const first = await openForm()
  await vi.waitFor(async () => {
    first.form.value.text = '井盖裂开一半'
    await twoSeconds()
    expect(first.draft.savedAt.value).not.toBeNull()
  })
  scope.stop()

  const second = await openForm()
  await vi.waitFor(() => expect(second.draft.found.value).toBe(true))
  expect(second.form.value.text).toBe('')
  second.draft.resume()
  expect(second.form.value.text).toBe('井盖裂开一半')
  expect(second.draft.found.value).toBe(false)
})

test('an offer that was not answered is not overwritten by new typing', async () => {
  const first = await openForm('old')
  await vi.waitFor(async () => {
    await twoSeconds()
    expect(first.draft.savedAt.value).not.toBeNull()
  })
  scope.stop()

  const second = await openForm('new')
  await vi.waitFor(() => expect(second.draft.found.value).toBe(true))
  await twoSeconds()
  expect(second.draft.savedAt.value).toBeNull()
  second.draft.resume()
  expect(second.form.value.text).toBe('old')
})

test('starting again, or sending, leaves no draft', async () => {
  const first = await openForm('text')
  await vi.waitFor(async () => {
    await twoSeconds()
    expect(first.draft.savedAt.value).not.toBeNull()
  })
  await first.draft.clear()
  scope.stop()
  const second = await openForm()
  await twoSeconds()
  expect(second.draft.found.value).toBe(false)
})
