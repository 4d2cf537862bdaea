import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EffectScope, effectScope, ref } from 'vue'
import type { Draft } from './drafts.ts'

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

/** Lets two seconds pass until the form has been saved. */
const saved = (draft: Draft): Promise<void> =>
  vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(2_000)
    expect(draft.savedAt.value).not.toBeNull()
  })
const offered = (draft: Draft): Promise<void> => vi.waitFor(() => expect(draft.found.value).toBe(true))

test('what was typed is offered on the next visit and taken up when wanted', async () => {
  const first = await openForm('井盖裂开一半')
  await saved(first.draft)
  scope.stop()

  const second = await openForm()
  await offered(second.draft)
  expect(second.form.value.text).toBe('')
  second.draft.resume()
  expect(second.form.value.text).toBe('井盖裂开一半')
  expect(second.draft.found.value).toBe(false)
})

test('an offer that was not answered is not overwritten by new typing', async () => {
  const first = await openForm('old')
  await saved(first.draft)
  scope.stop()

  const second = await openForm('new')
  await offered(second.draft)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(second.draft.savedAt.value).toBeNull()
  second.draft.resume()
  expect(second.form.value.text).toBe('old')
})

test('sending the form leaves no draft', async () => {
  const first = await openForm('text')
  await saved(first.draft)
  await first.draft.clear()
  scope.stop()

  const second = await openForm('other')
  await saved(second.draft) // which it would not be while an older one is offered
  expect(second.draft.found.value).toBe(false)
})

test('starting again keeps nothing of the former draft', async () => {
  const first = await openForm('old')
  await saved(first.draft)
  scope.stop()
  const second = await openForm('new')
  await offered(second.draft)
  await second.draft.discard()
  second.form.value.text = 'newer'
  await saved(second.draft)
  scope.stop()

  const third = await openForm()
  await offered(third.draft)
  third.draft.resume()
  expect(third.form.value.text).toBe('newer')
})
